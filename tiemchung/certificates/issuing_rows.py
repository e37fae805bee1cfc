"""The statements of the central signature, each about a whole batch: claim, keep the intent, look again, write down."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tiemchung.certificates.facility_trust import Proof
from tiemchung.certificates.issuing import QR_18_Q, Draft
from tiemchung.certificates.log import append_leaves, leaf_of
from tiemchung.certificates.models import Certificate, CertificateByHash, FacilityKey
from tiemchung.certificates.news import note_news
from tiemchung.certificates.passport_writing import close_tasks, waiting_tasks
from tiemchung.certificates.rules import NOTICE, TO_ISSUE
from tiemchung.certificates.statements import stated_moment
from tiemchung.core.actor import Actor
from tiemchung.core.copying import NONE, cell, copy_lines, octets
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_hexes
from tiemchung.core.keyed import read_in_order
from tiemchung.core.models import AuditLine

# An intent as old as this was left by a worker that died; a younger one is on somebody's table.
LEFT_BEHIND = dt.timedelta(seconds=60)
# A person's certificates are few: each of these looks for them by their key and by nothing else. A run fills the table
# faster than its statistics are kept, and a planner that believes a state to be rare would read all that are in it.
# A condition that is a subquery, and not a comparison with one, is believed to hold for every second row: with less,
# everything that is ready would be read and sorted for each batch.
_NO_INTENT = """(SELECT count(*) = 0 FROM certificates_certificate i
    WHERE i.person_id = p.person_id AND (i.kind = 'PASSPORT' AND i.state = 'INTENT') IS TRUE)"""
_LIVE = """LEFT JOIN LATERAL (SELECT c.id, c.content, c.dose_id FROM certificates_certificate c
    WHERE c.person_id = p.person_id AND (c.kind = 'PASSPORT' AND c.state = 'ISSUED') IS TRUE OFFSET 0) AS l ON true"""
_INTENDED = """LEFT JOIN LATERAL (SELECT c.id FROM certificates_certificate c
    WHERE c.person_id = p.person_id AND (c.kind = 'PASSPORT' AND c.state = 'INTENT') IS TRUE OFFSET 0) AS i ON true"""
_STANDING_ROW = "p.person_id, p.state, p.content, p.unit_id, p.certificate_id, l.id, l.content, l.dose_id"
_READY = f"""
SELECT {_STANDING_ROW}, NULL FROM certificates_passport p {_LIVE}
WHERE p.state = 'FACILITY_SIGNED' AND {_NO_INTENT}
ORDER BY p.since, p.person_id LIMIT %s FOR UPDATE OF p SKIP LOCKED
"""  # noqa: S608 - constants only
# Each certificate's own passport is asked for: a planner that believes few to end would read all of those for each.
_ENDING = f"""
SELECT p.person_id FROM certificates_certificate c JOIN LATERAL (
    SELECT p.person_id FROM certificates_passport p
    WHERE p.person_id = c.person_id AND (p.state = 'EXPIRING') IS TRUE AND {_NO_INTENT} FOR UPDATE SKIP LOCKED
) AS p ON true
WHERE c.kind = 'PASSPORT' AND c.state = 'ISSUED' AND c.expires_at <= %s
ORDER BY c.expires_at, c.person_id LIMIT %s
"""  # noqa: S608 - constants only
_LEFT = """
SELECT id, person_id, uvci, payload, kid, content, dose_id, issued_at, expires_at, replaces_id
FROM certificates_certificate WHERE state = 'INTENT' AND issued_at < %s AND (taken_at IS NULL OR taken_at < %s)
ORDER BY issued_at, person_id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_KEEP = """
INSERT INTO certificates_certificate
(id, person_id, kind, uvci, hc1, payload, kid, content, dose_id, state, issued_at, expires_at, revoked_because,
 replaces_id)
SELECT u.id, u.person_id, 'PASSPORT', u.uvci, '', u.payload, %s, u.content, u.dose_id, 'INTENT', %s, %s, '', u.replaces
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::uuid[], %s::uuid[])
AS u (id, person_id, uvci, payload, content, dose_id, replaces) ON CONFLICT DO NOTHING RETURNING person_id
"""
_STANDING = f"""
SELECT {_STANDING_ROW}, i.id
FROM certificates_passport p {_LIVE} {_INTENDED}
WHERE p.person_id = ANY(%s) ORDER BY p.person_id FOR UPDATE OF p
"""  # noqa: S608 - constants only
_ISSUE = """
UPDATE certificates_certificate c SET state = 'ISSUED', hc1 = u.hc1, payload = NULL, log_position = u.position
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bigint[]) AS u (person_id, id, hc1, position)
WHERE c.person_id = u.person_id AND c.id = u.id AND (c.state = 'INTENT') IS TRUE
"""
_PASSPORTS = """
UPDATE certificates_passport p SET state = 'ISSUED', certificate_id = u.id, since = %s, changed_at = %s
FROM unnest(%s::uuid[], %s::uuid[]) AS u (person_id, id) WHERE p.person_id = u.person_id
"""
_SIGNED = """
SELECT profile_id, dose_id, version, kid, statement, signature, facility_id, signed_at, seal
FROM certificates_dosesignature WHERE profile_id = ANY(%s) AND voided_at IS NULL
"""
# Whoever gives the key up waits until what is written now is there to be found, and takes it back.
_KEY = """
SELECT 1 FROM certificates_signingkey WHERE id = %s AND compromised_since IS NULL AND retired_at IS NULL FOR SHARE
"""
_TAKE = "UPDATE certificates_certificate SET taken_at = %s WHERE person_id = ANY(%s) AND id = ANY(%s)"
_RENEW = "UPDATE certificates_certificate SET state = 'RENEWED' WHERE person_id = ANY(%s) AND id = ANY(%s)"
_DROP = """
UPDATE certificates_certificate SET state = 'DROPPED', payload = NULL, revoked_because = u.why
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS u (person_id, id, why)
WHERE certificates_certificate.person_id = u.person_id AND certificates_certificate.id = u.id
AND certificates_certificate.state = 'INTENT' AND certificates_certificate.person_id = ANY(%s)
"""
_WHY = "the centre signs what is ready on its whole node, the oldest first"


class Standing(NamedTuple):
    """One passport under its lock: its state, what it would state, its unit, its certificates and the intent."""

    state: str
    content: bytes
    unit_id: UUID | None
    last_id: UUID | None
    live_id: UUID | None
    live_content: bytes
    live_dose_id: UUID | None
    intent_id: UUID | None


def ready_standings(limit: int) -> dict[UUID, Standing]:
    """Lock and give the passports whose doses are all signed and that nobody is making, the longest first."""
    with read_in_order():
        return _standings(_asked(_READY, [limit]))


def ending_persons(at: dt.datetime, limit: int) -> list[UUID]:
    """Lock and give the persons whose passport ends within the notice and is to be renewed."""
    with read_in_order():
        return [row[0] for row in _asked(_ENDING, [at + NOTICE, limit])]


def left_intents(at: dt.datetime, limit: int) -> list[tuple[Draft, bytes]]:
    """Lock and give the intents that somebody left behind, each with the key it was made for."""
    found = []
    for id_, person, number, payload, kid, content, dose, issued, expires, replaces in _asked(
        _LEFT, [at - LEFT_BEHIND, at - LEFT_BEHIND, limit]
    ):
        draft = Draft(id_, person, number, bytes(payload), bytes(content), dose, issued, expires, replaces)
        found.append((draft, bytes(kid)))
    return found


def keep_intents(drafts: Sequence[Draft], kid: bytes) -> set[UUID]:
    """Write down what is going to be signed; give the persons for whom nobody else had."""
    if not drafts:
        return set()
    try:
        with transaction.atomic():
            copy_lines(Certificate, _INTENT, _intent_lines(drafts, kid))
        return {draft.person_id for draft in drafts}
    except IntegrityError:  # somebody was as quick
        return _keep_missing(drafts, kid)


def _intent_lines(drafts: Sequence[Draft], kid: bytes) -> Iterator[str]:
    key, days = octets(kid), f"{drafts[0].issued_at}\t{drafts[0].expires_at}"
    for d in drafts:
        replaced = d.replaces_id.hex if d.replaces_id else NONE
        yield (
            f"{d.id.hex}\t{d.person_id.hex}\tPASSPORT\t{d.number}\t\t{octets(d.claims)}\t{key}"
            f"\t{octets(d.content)}\t{d.dose_id.hex}\tINTENT\t{days}\t\t{replaced}"
        )


def _keep_missing(drafts: Sequence[Draft], kid: bytes) -> set[UUID]:
    lists = [
        [d.id for d in drafts],
        [d.person_id for d in drafts],
        [d.number for d in drafts],
        [d.claims for d in drafts],
        [d.content for d in drafts],
        [d.dose_id for d in drafts],
        [d.replaces_id for d in drafts],
    ]
    return {row[0] for row in _asked(_KEEP, [kid, drafts[0].issued_at, drafts[0].expires_at, *lists])}


def lock_standings(person_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Lock these passports in one order and give how they stand."""
    return _standings(_asked(_STANDING, [list(person_ids)]))


def _standings(found: Iterable[tuple[Any, ...]]) -> dict[UUID, Standing]:
    return {
        person: Standing(state, bytes(content or b""), unit, last, live, bytes(live_content or b""), dose, intent)
        for person, state, content, unit, last, live, live_content, dose, intent in found
    }


def signatures_of(profile_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[Proof, bytes | None]]:
    """Give the facility's signature in force with its seal, by profile and dose, of each signed dose of these."""
    found = {}
    for profile, dose, version, kid, statement, signature, facility, at, seal in _asked(_SIGNED, [list(profile_ids)]):
        signed = bytes(kid), bytes(statement), bytes(signature)
        found[profile, dose] = (Proof(profile, dose, version, *signed, facility, at, stated_moment(signed[1])), seal)
    return found


def hold_key(key_id: UUID) -> bool:
    """Tell whether a central key may still sign, and keep that so until the transaction ends."""
    return bool(_asked(_KEY, [key_id]))


def revoked_facility_keys() -> dict[bytes, dt.datetime]:
    """Give the facility keys that are believed no more, with the moment from which on."""
    rows = FacilityKey.objects.exclude(revoked_since=None).values_list("kid", "revoked_since")
    return {bytes(kid): since for kid, since in rows if since is not None}


def write_issued(drafts: Sequence[Draft], by: Actor, at: dt.datetime) -> None:
    """Write down certificates that were signed: everything that goes with them, and the log's leaves last."""
    persons, ids = [d.person_id for d in drafts], [d.id for d in drafts]
    copy_lines(CertificateByHash, _BY_HASH, map(_hash_line, new_hexes(len(drafts)), drafts))
    copy_lines(AuditLine, _LINE, _audit_lines(drafts, by, at))
    _done(_PASSPORTS, [at, at, persons, ids])
    close_tasks([(unit, task) for _, unit, task in waiting_tasks(persons, TO_ISSUE)], at)
    first = append_leaves([leaf_of(d.number, d.signed_bytes) for d in drafts], at)
    places = list(range(first, first + len(drafts)))
    _done(_ISSUE, [persons, ids, [d.text for d in drafts], places])
    note_news(persons, at)


def take_intents(drafts: Sequence[Draft], at: dt.datetime) -> None:
    """Put intents that were left behind on this worker's table."""
    if drafts:
        _done(_TAKE, [at, [d.person_id for d in drafts], [d.id for d in drafts]])


def renew_former(former: Sequence[tuple[UUID, UUID]]) -> None:
    """Let these certificates (person, certificate) run out beside their successors."""
    if former:
        _done(_RENEW, [[person for person, _ in former], [one for _, one in former]])


def drop_intents(dropped: Sequence[tuple[UUID, UUID, str]]) -> None:
    """Give up intents (person, certificate, code); their numbers are never used."""
    if dropped:
        persons = [person for person, _, _ in dropped]
        _done(_DROP, [persons, [id_ for _, id_, _ in dropped], [why for *_, why in dropped], persons])


_LINE = (
    "id", "subject_id", "at", "action", "actor_kind", "actor_id", "actor_role", "facility_id", "trace", "object_id",
    "because", "facts",
)  # fmt: skip


_INTENT = (
    "id", "person_id", "kind", "uvci", "hc1", "payload", "kid", "content", "dose_id", "state", "issued_at",
    "expires_at", "revoked_because", "replaces_id",
)  # fmt: skip
_BY_HASH = ("id", "hash", "person_id", "certificate_id")


def _hash_line(row_id: str, draft: Draft) -> str:
    return f"{row_id}\t{octets(draft.key_hash)}\t{draft.person_id.hex}\t{draft.id.hex}"


def _audit_lines(drafts: Sequence[Draft], by: Actor, at: dt.datetime) -> Iterator[str]:
    who, place = by.id.hex if by.id else NONE, by.facility_id.hex if by.facility_id else NONE
    deed = f"{at}\tissue_passport\t{by.kind}\t{who}\t{by.role or ''}\t{place}\t{cell(by.trace)}"
    for row_id, draft in zip(new_hexes(len(drafts)), drafts, strict=True):
        facts: dict[str, Any] = {"renewed": True} if draft.replaces_id else {}
        if len(draft.text) > QR_18_Q:
            facts["dense"] = len(draft.text)
        told = json.dumps(facts) if facts else "{}"
        yield f"{row_id}\t{draft.person_id.hex}\t{deed}\t{draft.id.hex}\t\t{told}"


def _asked(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _done(statement: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
