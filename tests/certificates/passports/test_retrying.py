"""Whom the trial refused through a fault of ours is tried again when the ministry decides so, and nobody else."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection

from tests.builders import NOW, a_facility, a_lead, a_staff_member, an_officer
from tests.certificates.central_cast import a_ministry_officer, a_ready_person, centre_signs, certificate_of
from tiemchung.certificates.actions import central_batch, order_retry, retry_passport, retrying
from tiemchung.certificates.actions.central_signing import start_renewal_run, work_central_runs
from tiemchung.certificates.actions.renewing import note_endings
from tiemchung.certificates.actions.retrying import work_retries
from tiemchung.certificates.models import Certificate, IssueRetry, Passport, PassportTask
from tiemchung.certificates.reads import set_aside as reads
from tiemchung.certificates.rules import NOTICE, Lack, PassportState
from tiemchung.core.actor import Actor, Role
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.keyed import keyed_statements
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
AFTER = LATER + dt.timedelta(hours=1)
WHY = "lỗi của phép kiểm đã sửa"
HOLDER, DOSE = "LINT_HOLDER", "LINT_DOSE"


def the_trial_says(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the trial refuse everybody with this code, or nobody with an empty one."""
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: code)


def refused(monkeypatch: pytest.MonkeyPatch, *codes: str) -> list[UUID]:
    """Give a person for each code, refused by the trial with it; from then on the trial refuses nobody."""
    persons = []
    for code in codes:
        the_trial_says(monkeypatch, code)
        persons.append(a_ready_person())
        centre_signs(at=LATER)
    the_trial_says(monkeypatch, "")
    return persons


def state_of(person: UUID) -> str:
    return Passport.objects.get(person_id=person).state


def work_all() -> None:
    for _ in range(20):
        if not work_retries(AFTER):
            return
    raise AssertionError("the work does not end")


def codes_of(problem: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in problem.value.verdict.refusals]


def test_the_reason_of_the_trial_is_on_record_and_counted_for_the_ministry(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = refused(monkeypatch, HOLDER, HOLDER, DOSE)
    by = a_ministry_officer()
    assert reads.set_aside(by) == (reads.SetAside(HOLDER, 2), reads.SetAside(DOSE, 1))
    assert reads.why_set_aside(by, first) == HOLDER
    assert [reads.set_aside(one) for one in (an_officer(), a_staff_member(Role.ADMIN), a_lead())] == [(), (), ()]
    assert reads.why_set_aside(an_officer(), first) is None


def test_one_person_is_tried_again_at_once_and_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    person, other = refused(monkeypatch, HOLDER, HOLDER)
    by = a_ministry_officer()
    worked = retry_passport(person_id=person, by=by, at=AFTER, because=WHY)
    assert (worked.issued, worked.refused) == (1, 0)
    assert certificate_of(person).hc1.startswith("HC1:")
    assert not PassportTask.objects.filter(person_id=person, done_at=None).exists()
    assert state_of(other) == PassportState.NOT_ELIGIBLE
    line = AuditLine.objects.get(action="retry_passport")
    assert (line.subject_id, line.actor_id, line.because, line.facts) == (person, by.id, WHY, {"why": HOLDER})


def test_who_is_refused_once_more_is_set_aside_with_the_new_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    (person,) = refused(monkeypatch, HOLDER)
    the_trial_says(monkeypatch, DOSE)
    worked = retry_passport(person_id=person, by=a_ministry_officer(), at=AFTER, because=WHY)
    assert (worked.issued, worked.refused) == (0, 1)
    assert reads.why_set_aside(a_ministry_officer(), person) == DOSE
    assert PassportTask.objects.get(person_id=person, done_at=None).reason == Lack.NOT_ISSUABLE


def test_only_the_ministry_decides_with_a_reason_and_about_somebody_who_was_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (person,) = refused(monkeypatch, HOLDER)
    ready, facility = a_ready_person(), a_facility()

    def attempt(by: Actor, who: UUID = person, because: str = WHY, why: str = HOLDER) -> list[str]:
        found = []
        for act in (
            lambda: retry_passport(person_id=who, by=by, at=AFTER, because=because),
            lambda: order_retry(why=why, by=by, at=AFTER, because=because),
        ):
            with pytest.raises(Refused) as problem:
                act()
            found += codes_of(problem)
        return found

    for by in (a_lead(facility), an_officer(Role.PROVINCE_OFFICER), a_staff_member(Role.ADMIN)):
        assert attempt(by) == ["CENTRE_ONLY", "CENTRE_ONLY"]
    officer = a_ministry_officer()
    assert attempt(officer, because="  ngắn  ") == ["REASON_MISSING", "REASON_MISSING"]
    assert attempt(officer, who=ready, why=DOSE) == ["PASSPORT_NOT_SET_ASIDE", "NOBODY_SET_ASIDE"]
    assert state_of(person) == PassportState.NOT_ELIGIBLE
    assert not AuditLine.objects.filter(action__in=["retry_passport", "order_retry"]).exists()


def test_everybody_of_one_reason_is_tried_again_in_batches_and_others_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    *persons, other = refused(monkeypatch, HOLDER, HOLDER, HOLDER, DOSE)
    monkeypatch.setattr(retrying, "BATCH", 2)
    by = a_ministry_officer()
    order = order_retry(why=HOLDER, by=by, at=AFTER, because=WHY)
    with pytest.raises(Refused) as problem:
        order_retry(why=HOLDER, by=by, at=AFTER, because=WHY)
    assert codes_of(problem) == ["RETRY_WAITS"]
    work_all()
    assert {state_of(person) for person in persons} == {PassportState.FACILITY_SIGNED}
    assert state_of(other) == PassportState.NOT_ELIGIBLE
    (told,) = reads.retries(by)
    assert (told.id, told.reached, told.done_at) == (order, 3, AFTER)
    assert reads.retries(an_officer()) == ()
    lines = AuditLine.objects.filter(action="retry_passport", object_id=order)
    assert {line.subject_id for line in lines} == set(persons)
    assert {line.actor_id for line in lines} == {by.id}
    centre_signs(at=AFTER)
    assert all(certificate_of(person).hc1.startswith("HC1:") for person in persons)


def test_an_order_ends_though_the_trial_refuses_everybody_again(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = refused(monkeypatch, HOLDER, HOLDER, HOLDER)
    the_trial_says(monkeypatch, HOLDER)
    monkeypatch.setattr(retrying, "BATCH", 1)
    order_retry(why=HOLDER, by=a_ministry_officer(), at=AFTER, because=WHY)
    for _ in range(8):
        work_retries(AFTER)
        centre_signs(at=AFTER)
    order = IssueRetry.objects.get()
    assert (order.reached, order.done_at) == (3, AFTER)
    assert {state_of(person) for person in persons} == {PassportState.NOT_ELIGIBLE}
    order_retry(why=HOLDER, by=a_ministry_officer(), at=AFTER, because=WHY)  # the next decision begins anew


def test_a_mark_that_names_no_reason_is_counted_and_tried_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    (person,) = refused(monkeypatch, HOLDER)
    passport = Passport.objects.get(person_id=person)
    Passport.objects.filter(person_id=person).update(
        reasons=[{name: value for name, value in one.items() if name != "why"} for one in passport.reasons]
    )
    by = a_ministry_officer()
    assert reads.set_aside(by) == (reads.SetAside("", 1),)
    order_retry(why="", by=by, at=AFTER, because=WHY)
    work_all()
    assert state_of(person) == PassportState.FACILITY_SIGNED


def test_a_certificate_that_could_not_be_renewed_is_renewed_after_the_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_ready_person()
    centre_signs()
    made = certificate_of(person)
    then = made.expires_at - NOTICE
    the_trial_says(monkeypatch, HOLDER)
    note_endings(at=then)
    start_renewal_run(at=then)
    work_central_runs(then)
    assert reads.why_set_aside(a_ministry_officer(), person) == HOLDER
    the_trial_says(monkeypatch, "")
    retry_passport(person_id=person, by=a_ministry_officer(), at=then, because=WHY)
    for _ in range(3):
        note_endings(at=then)
        start_renewal_run(at=then)
        work_central_runs(then)
    assert certificate_of(person).id != made.id
    assert Certificate.objects.get(person_id=person, id=made.id).state == "RENEWED"


def test_those_few_are_found_without_reading_every_passport() -> None:
    plans = []
    for statement, values in ((reads.COUNTS, []), (reads.PERSONS, [UUID(int=0), HOLDER, 500])):
        with keyed_statements(), allow_cross_shard("the plan"), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}", values)
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    for plan in plans:
        assert "passport_set_aside" in plan
        assert "Seq Scan" not in plan
