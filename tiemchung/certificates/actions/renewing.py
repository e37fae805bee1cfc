"""Passports near their end: the holder is told four weeks ahead, and a new certificate is made by itself."""

import datetime as dt
from uuid import UUID

from django.db import transaction

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
_WHY = "what ends soonest lies on every node; certificate_ends answers"


def note_endings(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Tell the holders of certificates that end within the notice, once each, and let their renewal begin.

    Gives how many were dealt with. Who may not have a new one now is told that, and the old code holds to its end.
    """
    with transaction.atomic():
        with allow_cross_shard(_WHY):
            ending = list(
                Certificate.objects.select_for_update(skip_locked=True)
                .filter(
                    kind=CertificateKind.PASSPORT,
                    state=CertificateState.ISSUED,
                    expires_at__lte=at + NOTICE,
                    expires_at__gt=at,
                    told_at=None,
                )
                .order_by("expires_at")[:limit]
            )
        if not ending:
            return 0
        _tell(ending, at)
    start_renewal_run(at=at)
    return len(ending)


def count_ending(at: dt.datetime) -> int:
    """Give how many passports wait to be renewed."""
    with allow_cross_shard(_WHY):
        return Passport.objects.filter(state=PassportState.EXPIRING).count()


def _tell(ending: list[Certificate], at: dt.datetime) -> None:
    persons = [one.person_id for one in ending]
    states = refresh_passports(person_ids=persons, at=at)
    renewed = [p for p in persons if states[p] in (PassportState.ISSUED, PassportState.EXPIRING)]
    Passport.objects.filter(person_id__in=renewed, state=PassportState.ISSUED).update(
        state=PassportState.EXPIRING, since=at, changed_at=at
    )
    Certificate.objects.filter(person_id__in=persons, id__in=[one.id for one in ending]).update(told_at=at)
    holders, told = holders_of(persons), {}
    for one in ending:
        code = "ENDING" if one.person_id in renewed else "ENDING_LACKS"
        holder = holders.get(one.person_id)
        reached = holder is not None and tell_holder(holder, code, ends_at=one.expires_at, at=at)
        told[one.id] = {"told": code, "reached": reached}
    about: list[tuple[UUID, UUID | None, dict[str, object]]] = [(o.person_id, o.id, told[o.id]) for o in ending]
    write_lines(by=SYSTEM, at=at, action="tell_ending", about=about)
