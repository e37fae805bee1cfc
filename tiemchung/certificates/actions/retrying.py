"""Whom the centre's trial refused is tried again: for a fault of ours that was mended, nothing about them changes.

One person at once, or everybody of one reason in batches. How far such an order has come stands in its row, written
with each batch; whoever is refused once more behind that place waits for the next decision.
"""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction

from tiemchung.certificates.actions.central_batch import Worked, sign_batch
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.models import IssueRetry, Passport
from tiemchung.certificates.passport_batch import Known, lock_passports
from tiemchung.certificates.reads.set_aside import mark_in, persons_set_aside
from tiemchung.certificates.rules import PassportState, may_sign_centrally
from tiemchung.certificates.rules.keys import SHORTEST_REASON
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.audit import write_line, write_lines
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.reads import holders_of

BATCH = 500


def retry_passport(*, person_id: UUID, by: Actor, at: dt.datetime, because: str) -> Worked:
    """Try again at once somebody whom the centre's trial refused; an officer of the ministry decides.

    The caller has asked the officer's second factor again. Who is refused once more is set aside once more. Where it
    cannot be issued now it is on its way again, and the standing run issues it. Raises Refused with CENTRE_ONLY,
    REASON_MISSING or PASSPORT_NOT_SET_ASIDE.
    """
    _may_retry(by, because)
    with transaction.atomic():
        known = lock_passports([person_id])
        why = _mark(known.get(person_id))
        if why is None:
            raise Refused(refuse("PASSPORT_NOT_SET_ASIDE"))
        _forget_marks([person_id])
        facts = {"why": why}
        write_line(by=by, at=at, action="retry_passport", subject_id=person_id, because=because, facts=facts)
        state = refresh_passports(person_ids=[person_id], at=at, by=by)[person_id]
    return sign_batch(at=at, persons=[person_id], by=by) if state is PassportState.FACILITY_SIGNED else Worked()


def order_retry(*, why: str, by: Actor, at: dt.datetime, because: str) -> UUID:
    """Have everybody tried again whom the centre's trial refused for this reason, and give the order.

    They wait for the centre's signature again as soon as the order comes to them (`work_retries`). Raises Refused with
    CENTRE_ONLY, REASON_MISSING, NOBODY_SET_ASIDE, or RETRY_WAITS where such an order is still at work.
    """
    _may_retry(by, because)
    if not persons_set_aside(why, None, 1):
        refuse("NOBODY_SET_ASIDE").or_raise()
    order = IssueRetry(why=why, because=because.strip(), asked_by=by.id, asked_name=by.name, asked_at=at)
    try:
        with transaction.atomic():
            order.save(force_insert=True)
            facts = {"why": why}
            write_line(by=by, at=at, action="order_retry", subject_id=order.id, because=because, facts=facts)
    except IntegrityError:  # issue_retry_open: somebody was as quick
        raise Refused(refuse("RETRY_WAITS")) from None
    return order.id


def work_retries(at: dt.datetime) -> int:
    """Carry out one batch of every open order; give how many persons were looked at."""
    waiting = IssueRetry.objects.filter(done_at=None).order_by("asked_at").values_list("id", flat=True)
    return sum(_work(order_id, at) for order_id in waiting)


@transaction.atomic
def _work(order_id: UUID, at: dt.datetime) -> int:
    order = IssueRetry.objects.select_for_update(skip_locked=True).filter(id=order_id, done_at=None).first()
    if order is None:  # another worker is at it, or has just ended it
        return 0
    by = Actor(kind=Kind.STAFF, id=order.asked_by, name=order.asked_name, role=Role.MINISTRY_OFFICER)
    persons = persons_set_aside(order.why, order.after_id, BATCH)
    if persons:
        order.after_id = persons[-1]
        order.reached += _tried_again(order, persons, by, at)
    else:
        order.done_at = at
        facts = {"why": order.why, "reached": order.reached}
        write_line(by=by, at=at, action="end_retry", subject_id=order.id, facts=facts)
    order.save(update_fields=["after_id", "reached", "done_at"])
    return len(persons)


def _tried_again(order: IssueRetry, persons: list[UUID], by: Actor, at: dt.datetime) -> int:
    """Take the mark of these persons away, and let their passports follow; give how many still had it."""
    found = [person for person, known in lock_passports(persons).items() if _mark(known) == order.why]
    _forget_marks(found)
    about = [(person, order.id, {"why": order.why}) for person in found]
    write_lines(by=by, at=at, action="retry_passport", about=about)
    living = list(holders_of(found)) if found else []
    if living:
        refresh_passports(person_ids=living, at=at, by=by)
    return len(found)


def _forget_marks(persons: list[UUID]) -> None:
    """Leave no reason in these rows: the refresh that follows in the same transaction writes those that there are."""
    Passport.objects.filter(person_id__in=persons).update(reasons=[])


def _mark(known: Known | None) -> str | None:
    return mark_in(known.reasons) if known else None


def _may_retry(by: Actor, because: str) -> None:
    may_sign_centrally(by).or_raise()
    if len(because.strip()) < SHORTEST_REASON:
        refuse("REASON_MISSING").or_raise()
