"""Taking in a published list of foreign signers; the newer list of a source replaces the older one."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tiemchung.certificates.models import ForeignSigner, SigningKey, TrustImport
from tiemchung.certificates.rules.keys import SHORTEST_REASON
from tiemchung.certificates.trust_import import ListRefused, ParsedList
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.verdict import refuse

AHEAD = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in: its row, when its publisher made it, how many keys, what was passed over and why."""

    import_id: UUID
    made_at: dt.datetime
    keys: int
    passed_over: Mapping[str, int]


def import_trust(
    *, source: str, listed: ParsedList, data: bytes, by: Actor, at: dt.datetime, made_at: dt.datetime | None = None
) -> Imported:
    """Believe the signers of a parsed list from now on, in place of those of the source's older list.

    `made_at` is what the importer says where the list does not; a list that says it itself is not overruled. Raises
    ListRefused: SOURCE_MISSING, MADE_AT_MISSING, FROM_THE_FUTURE, OLDER (than the list in force), SAME, or NO_SIGNER
    when all that it holds is our own.
    """
    name, made = source.strip(), listed.made_at or made_at
    if not name or len(name) > 60:
        raise ListRefused("SOURCE_MISSING")
    if made is None:
        raise ListRefused("MADE_AT_MISSING")
    if made > at + AHEAD:
        raise ListRefused("FROM_THE_FUTURE", local(made).isoformat(timespec="minutes"))
    listed, digest = _without_ours(listed), sha256(data).digest()
    with transaction.atomic():
        old = TrustImport.objects.select_for_update().filter(source=name, replaced_at__isnull=True).first()
        if old is not None and old.made_at > made:
            raise ListRefused("OLDER", local(old.made_at).isoformat(timespec="minutes"))
        if old is not None and bytes(old.digest) == digest:
            raise ListRefused("SAME", local(old.taken_at).isoformat(timespec="minutes"))
        row = _write(name, listed, digest, made, by, at)
        if old is not None:
            old.replaced_at = at
            old.save(update_fields=["replaced_at"])
        write_line(
            by=by, at=at, action="import_trust", subject_id=row.id, object_id=old.id if old else None,
            facts={"source": name, "form": listed.form, "keys": row.keys, "passed_over": sum(row.passed_over.values()),
                   "checked": row.checked},
        )  # fmt: skip
    return Imported(row.id, made, row.keys, dict(listed.passed_over))


def drop_trust_source(*, import_id: UUID, by: Actor, at: dt.datetime, because: str) -> None:
    """Believe the signers of a list in force no more, from now on; a newer list may be taken in under its name.

    Raises Refused with REASON_MISSING; one that is out of force already stays so.
    """
    if len(because.strip()) < SHORTEST_REASON:
        refuse("REASON_MISSING").or_raise()
    with transaction.atomic():
        row = TrustImport.objects.select_for_update().filter(id=import_id, replaced_at__isnull=True).first()
        if row is None:
            return
        row.replaced_at = at
        row.save(update_fields=["replaced_at"])
        facts = {"source": row.source}
        write_line(by=by, at=at, action="drop_trust_source", subject_id=row.id, because=because, facts=facts)


def _without_ours(listed: ParsedList) -> ParsedList:
    """Pass over whatever poses as us: an id of one of our keys, or a web key of our own address."""
    kids = {bytes(kid) for kid in SigningKey.objects.values_list("kid", flat=True)}
    address = settings.PUBLIC_ADDRESS.rstrip("/")
    kept = [one for one in listed.signers if one.kid not in kids and one.issuer.rstrip("/") != address]
    ours = len(listed.signers) - len(kept)
    if not ours:
        return listed
    if not kept:
        raise ListRefused("NO_SIGNER", "OWN_COUNTRY")
    return replace(listed, signers=kept, passed_over=listed.passed_over + Counter(OWN_COUNTRY=ours))


def _write(name: str, listed: ParsedList, digest: bytes, made: dt.datetime, by: Actor, at: dt.datetime) -> TrustImport:
    row = TrustImport.objects.create(
        source=name, form=listed.form, made_at=made, taken_at=at, taken_by=by.name or str(by.kind), digest=digest,
        keys=len(listed.signers), passed_over=dict(listed.passed_over), checked=listed.checked,
    )  # fmt: skip
    ForeignSigner.objects.bulk_create(
        (
            ForeignSigner(
                import_id=row.id, kind=one.kind, kid=one.kid, country=one.country, issuer=one.issuer,
                certificate=one.certificate, jwk=one.jwk,
            )
            for one in listed.signers
        ),
        batch_size=500,
    )  # fmt: skip
    return row
