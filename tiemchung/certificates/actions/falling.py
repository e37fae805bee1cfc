"""Whoever's passport was revoked is told by message, once, and once more when the new code is there."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from tiemchung.certificates.models import Certificate
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.rules.falling import WORTH_TELLING, worth_telling
from tiemchung.certificates.telling import tell_holder
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import write_lines
from tiemchung.people.reads import NotFound, current_persons, holders_of

_SHOWN = (CertificateState.ISSUED, CertificateState.RENEWED)


def tell_fallen(*, person_ids: Iterable[UUID], at: dt.datetime) -> int:
    """Tell these persons of their revoked passports that nobody was told of; give how many messages there are.

    In the caller's transaction. Several codes of one person are one message; who was joined into another is told as
    who they are now. Codes of long ago are passed over in silence. Who was told of one and has got a new one since
    is told of that.
    """
    persons = list(dict.fromkeys(person_ids))
    revoked = list(
        Certificate.objects.select_for_update()
        .filter(person_id__in=persons, kind=CertificateKind.PASSPORT, state=CertificateState.REVOKED)
        .order_by("person_id", "revoked_at")
    )
    untold = [one for one in revoked if one.fall_told_at is None]
    open_news = {one.person_id for one in untold}
    told = _tell_of_new({o.person_id: o for o in revoked if o.person_id not in open_news}, at)
    if not untold:
        return told
    mine = Certificate.objects.filter(person_id__in=[o.person_id for o in untold], id__in=[o.id for o in untold])
    mine.update(fall_told_at=at)
    fresh = {o.person_id: o for o in untold if o.revoked_at and _worth(o, o.revoked_at, at)}
    return told + _tell(fresh, at)


def _tell_of_new(latest: dict[UUID, Certificate], at: dt.datetime) -> int:
    """Tell those who heard that their code was revoked, and had none then, of the one that came since."""
    heard = {person: one for person, one in latest.items() if _was_told(one)}
    if not heard:
        return 0
    since: dict[UUID, Certificate] = {}
    others = Certificate.objects.filter(
        person_id__in=list(heard), kind=CertificateKind.PASSPORT, state__in=_SHOWN
    )
    had_one = set()
    for one in others.order_by("issued_at"):
        told_at = heard[one.person_id].fall_told_at
        if told_at is not None and one.issued_at <= told_at < one.expires_at:
            had_one.add(one.person_id)
        elif one.state == CertificateState.ISSUED and at - one.issued_at <= WORTH_TELLING and one.expires_at > at:
            since[one.person_id] = one
    fresh = {person: heard[person] for person in since if person not in had_one}
    if not fresh:
        return 0
    mine = Certificate.objects.filter(person_id__in=list(fresh), id__in=[one.id for one in fresh.values()])
    mine.update(fall_told_at=at)  # after the new one's beginning: it is told once
    return _put(fresh, dict.fromkeys(fresh, "NEW_CODE"), at)


def _was_told(one: Certificate) -> bool:
    """Tell whether the message went, and was not withheld as news of long ago."""
    return bool(one.revoked_at and one.fall_told_at and _worth(one, one.revoked_at, one.fall_told_at))


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
    return _put(latest, {one: "FALLEN_NEW" if one in renewed else "FALLEN" for one in latest}, at)


def _put(latest: Mapping[UUID, Certificate], codes: Mapping[UUID, str], at: dt.datetime) -> int:
    holders, about = holders_of(latest), list[tuple[UUID, UUID | None, dict[str, object]]]()
    for person_id, one in latest.items():
        code = codes[person_id]
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
