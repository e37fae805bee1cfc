"""Passports near their end: a new certificate is made by itself at any hour, and the holder is told of it by day."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tiemchung.certificates.actions.central_signing import start_renewal_run
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.models import Certificate, Passport
from tiemchung.certificates.rules import NOTICE, CertificateKind, CertificateState, PassportState
from tiemchung.certificates.telling import tell_holder
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import write_lines
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.reads import holders_of

BATCH = 200
_WHY = "what ends soonest lies on every node; certificate_ends and certificate_to_tell answer"
# An intent that was left behind was taken up too, but long before its certificate came near its end.
_NEAR_END = F("expires_at") - NOTICE
# Who lacks something keeps what ended for ever, and each turn would read all of them.
_LOOKED_BACK = dt.timedelta(days=365)
_SHOWN = (CertificateState.ISSUED, CertificateState.RENEWED)
_RENEWING = (PassportState.ISSUED, PassportState.EXPIRING)


def note_endings(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Take up the certificates that end within the notice, once each, and let their renewal begin; give how many.

    So are those that ended within a year while nobody looked. Their holders are told by `tell_endings`.
    """
    with transaction.atomic():
        with allow_cross_shard(_WHY):
            new = Q(taken_at=None) | Q(taken_at__lt=_NEAR_END)
            ending = list(_untold(at).filter(new, state=CertificateState.ISSUED)[:limit])
        if not ending:
            return 0
        _let_renew([one.person_id for one in ending], at)
        _mine(ending).update(taken_at=at)
    start_renewal_run(at=at)
    return len(ending)


def tell_endings(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Tell the holders of certificates that were taken up that they end, once each; give how many were dealt with.

    Who may not have a new one now is told that, and the old code holds to its end. What was revoked since is told of
    elsewhere (`falling`); of what ended longer ago than the notice nobody is told.
    """
    with transaction.atomic():
        with allow_cross_shard(_WHY):
            begun = _untold(at).filter(taken_at__gte=_NEAR_END, state__in=_SHOWN, expires_at__gt=at - NOTICE)
            ending = list(begun[:limit])
        if ending:
            _tell(ending, at)
    return len(ending)


def count_ending(at: dt.datetime) -> int:
    """Give how many passports wait to be renewed."""
    with allow_cross_shard(_WHY):
        return Passport.objects.filter(state=PassportState.EXPIRING).count()


def _untold(at: dt.datetime) -> QuerySet[Certificate]:
    """Give the passports' certificates that end within the notice or ended, the soonest first, under locks."""
    held = Certificate.objects.select_for_update(skip_locked=True).order_by("expires_at")
    within = {"expires_at__lte": at + NOTICE, "expires_at__gt": at - _LOOKED_BACK}
    return held.filter(kind=CertificateKind.PASSPORT, told_at=None, **within)


def _mine(rows: list[Certificate]) -> QuerySet[Certificate]:
    return Certificate.objects.filter(person_id__in=[o.person_id for o in rows], id__in=[o.id for o in rows])


def _let_renew(persons: list[UUID], at: dt.datetime) -> None:
    states = refresh_passports(person_ids=persons, at=at)
    renewed = [p for p in persons if states[p] in _RENEWING]
    Passport.objects.filter(person_id__in=renewed, state=PassportState.ISSUED).update(
        state=PassportState.EXPIRING, since=at, changed_at=at
    )


def _tell(ending: list[Certificate], at: dt.datetime) -> None:
    _mine(ending).update(told_at=at)
    persons = [one.person_id for one in ending]
    lacking, holders, told = _lacking(ending), holders_of(persons), {}
    for one in ending:
        code = ("ENDING" if one.expires_at > at else "ENDED") + ("_LACKS" if one.id in lacking else "")
        holder = holders.get(one.person_id)
        reached = holder is not None and tell_holder(holder, code, ends_at=one.expires_at, at=at)
        told[one.id] = {"told": code, "reached": reached}
    about: list[tuple[UUID, UUID | None, dict[str, object]]] = [(o.person_id, o.id, told[o.id]) for o in ending]
    write_lines(by=SYSTEM, at=at, action="tell_ending", about=about)


def _lacking(ending: list[Certificate]) -> set[UUID]:
    """Give those certificates that have no successor and for whose person none is made now."""
    last = {one.person_id: one.id for one in ending if one.state == CertificateState.ISSUED}
    renewing = Passport.objects.filter(person_id__in=list(last), state__in=_RENEWING)
    waiting = set(renewing.values_list("person_id", flat=True))
    return {certificate_id for person_id, certificate_id in last.items() if person_id not in waiting}
