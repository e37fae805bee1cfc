"""Whoever's passport was revoked is told by message, once: a printed or saved code shows nothing of it."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.certificates.models import Certificate
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.rules.falling import worth_telling
from tiemchung.certificates.telling import tell_holder
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import write_lines
from tiemchung.people.reads import NotFound, current_persons, holders_of


def tell_fallen(*, person_ids: Iterable[UUID], at: dt.datetime) -> int:
    """Tell these persons of their revoked passports that nobody was told of; give how many messages there are.

    In the caller's transaction. Several codes of one person are one message; who was joined into another is told as
    who they are now. Codes of long ago are passed over in silence.
    """
    persons = list(dict.fromkeys(person_ids))
    untold = list(
        Certificate.objects.select_for_update()
        .filter(person_id__in=persons, kind=CertificateKind.PASSPORT, state=CertificateState.REVOKED, fall_told_at=None)
        .order_by("person_id", "revoked_at")
    )
    if not untold:
        return 0
    mine = Certificate.objects.filter(person_id__in=[o.person_id for o in untold], id__in=[o.id for o in untold])
    mine.update(fall_told_at=at)
    fresh = {o.person_id: o for o in untold if o.revoked_at and _worth(o, o.revoked_at, at)}
    return _tell(fresh, at)


def _worth(one: Certificate, revoked_at: dt.datetime, at: dt.datetime) -> bool:
    return worth_telling(revoked_at=revoked_at, expires_at=one.expires_at, at=at)


def _tell(fresh: dict[UUID, Certificate], at: dt.datetime) -> int:
    latest: dict[UUID, Certificate] = {}
    for person_id, one in fresh.items():
        try:
            latest[current_persons([person_id])[person_id]] = one
        except NotFound:  # nobody to tell
            continue
    renewed = _with_one_in_force(latest, at)
    holders, about = holders_of(latest), list[tuple[UUID, UUID | None, dict[str, object]]]()
    for person_id, one in latest.items():
        code = "FALLEN_NEW" if person_id in renewed else "FALLEN"
        holder = holders.get(person_id)
        reached = holder is not None and tell_holder(holder, code, ends_at=one.revoked_at or at, at=at)
        about.append((person_id, one.id, {"told": code, "reached": reached}))
    write_lines(by=SYSTEM, at=at, action="tell_revoked", about=about)
    return sum(bool(facts["reached"]) for _, _, facts in about)


def _with_one_in_force(person_ids: Iterable[UUID], at: dt.datetime) -> set[UUID]:
    found = Certificate.objects.filter(
        person_id__in=list(person_ids), kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED, expires_at__gt=at
    )
    return set(found.values_list("person_id", flat=True))
