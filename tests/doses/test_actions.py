"""Doses go on record once, are corrected in the open, and never vanish."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from tests.conftest import NOW
from tests.doses.conftest import Desk, days_ago
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.doses import actions, reads
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.rules import DoseSource
from tiemchung.people.actions import link_profiles, undo_link
from tiemchung.vaccines.actions import recall_lot

LATER = NOW + dt.timedelta(hours=1)
REASON = "nhập nhầm, đã đối chiếu phiếu giấy"


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    """Give the codes that refused."""
    return {reason.code for reason in refused.value.verdict.refusals}


def test_a_recorded_dose_is_there_at_once_with_its_number_and_card(desk: Desk) -> None:
    answer = desk.record()
    assert answer.record.card.colour == "YELLOW"
    assert answer.record.course.row(answer.dose.id).number == 1
    assert [d.id for d in reads.doses_of([desk.profile_id])] == [answer.dose.id]


def test_each_action_leaves_one_audit_line_about_its_person(desk: Desk) -> None:
    answer = desk.record()
    lines = AuditLine.objects.filter(subject_id=answer.person_id, action="record_dose")
    assert [(line.actor_id, line.object_id) for line in lines] == [(desk.nurse.id, answer.dose.id)]


def test_the_same_key_gives_the_same_dose_again(desk: Desk) -> None:
    first, again = desk.record(), desk.record()
    assert again.repeated
    assert again.dose == first.dose
    assert LedgerEntry.objects.filter(profile_id=desk.profile_id).count() == 1


def test_a_key_that_comes_with_other_facts_is_refused(desk: Desk) -> None:
    desk.record()
    with pytest.raises(Refused) as refused:
        desk.record(lot_number="FA9999")
    assert codes(refused) == {"KEY_REUSED"}


def test_the_same_dose_under_another_key_is_refused_and_says_so(desk: Desk) -> None:
    desk.record()
    with pytest.raises(Refused) as refused:
        desk.record("second")
    assert codes(refused) == {"SAME_DAY"}


def test_a_recalled_lot_is_refused_at_the_desk(desk: Desk) -> None:
    assert desk.facts.lot_id is not None
    recall_lot(lot_id=desk.facts.lot_id, because="Cục Quản lý Dược yêu cầu", by=SYSTEM, at=NOW, key="recall")
    with pytest.raises(Refused) as refused:
        desk.record(because="vẫn muốn tiêm")
    assert codes(refused) == {"LOT_RECALLED"}
    assert not reads.doses_of([desk.profile_id])


def test_too_early_a_dose_needs_a_stated_reason_which_the_ledger_keeps(desk: Desk) -> None:
    desk.record("first", by=SYSTEM, given_on=days_ago(15))
    with pytest.raises(Refused) as refused:
        desk.record("second")
    assert "TOO_SOON" in codes(refused)
    answer = desk.record("second", because="bác sĩ chỉ định sớm vì đi công tác")
    entry = LedgerEntry.objects.get(profile_id=desk.profile_id, key="second")
    assert "TOO_SOON" in entry.set_aside
    assert answer.record.card.colour == "GREEN"


def test_a_nurse_records_nothing_for_another_facility(desk: Desk) -> None:
    from uuid import uuid4

    with pytest.raises(Refused) as refused:
        desk.record(facility_id=uuid4())
    assert codes(refused) == {"NOT_YOUR_PLACE"}


def test_a_moment_or_a_day_ahead_of_the_clock_is_refused(desk: Desk) -> None:
    for changes in ({"given_at": LATER}, {"given_on": days_ago(-1)}):
        with pytest.raises(Refused) as refused:
            desk.record(**changes)
        assert codes(refused) & {"GIVEN_IN_FUTURE", "FUTURE_DATE"}


def test_an_amended_dose_shows_what_it_was_and_why(desk: Desk) -> None:
    dose = desk.record().dose
    after = amend(desk, dose, given_on=days_ago(2)).dose
    assert (after.id, after.version, after.facts.given_on) == (dose.id, 2, days_ago(2))
    kinds = [(e.kind, e.facts["given_on"], e.because) for e in reads.history_of([desk.profile_id], dose.id)]
    assert kinds == [("RECORDED", "2026-11-20", ""), ("AMENDED", "2026-11-18", REASON)]


def test_who_saw_an_older_version_does_not_overwrite_the_newer(desk: Desk) -> None:
    dose = desk.record().dose
    amend(desk, dose, given_on=days_ago(2))
    with pytest.raises(Refused) as refused:
        amend(desk, dose, key="late", given_on=days_ago(3))
    assert "CHANGED_MEANWHILE" in codes(refused)


def test_a_voided_dose_stops_counting_and_stays_in_the_history(desk: Desk) -> None:
    dose = desk.record().dose
    answer = void(desk, dose)
    assert answer.record.card.colour == "NONE"
    assert reads.doses_of([desk.profile_id]) == ()
    assert [d.id for d in reads.doses_of([desk.profile_id], voided=True)] == [dose.id]
    with pytest.raises(Refused) as refused:
        void(desk, answer.dose, key="again")
    assert "DOSE_VOIDED" in codes(refused)


def test_what_was_voided_by_mistake_is_recorded_anew_on_the_same_day(desk: Desk) -> None:
    void(desk, desk.record().dose)
    assert desk.record("anew").record.card.doses == 1


def test_a_correction_without_a_reason_is_refused(desk: Desk) -> None:
    dose = desk.record().dose
    with pytest.raises(Refused) as refused:
        actions.void_dose(
            by=desk.lead, at=LATER, key="v", profile_id=desk.profile_id, dose_id=dose.id, version=1, because=" "
        )
    assert codes(refused) == {"REASON_MISSING"}


def test_a_declared_dose_is_shown_and_counts_only_after_verification(desk: Desk) -> None:
    citizen = Actor(kind=Kind.CITIZEN, person_ids=frozenset({desk.profile_id}))
    declared = actions.declare_dose(
        by=citizen, at=NOW, key="d", profile_id=desk.profile_id, facts=desk.facts.amended({"given_on": days_ago(40)})
    )
    record = reads.record_of([desk.profile_id], birth=dt.date(1990, 1, 1), on=NOW.date())
    assert (record.card.colour, record.card.reason) == ("NONE", "BEING_VERIFIED")
    verified = actions.verify_dose(
        by=desk.lead, at=LATER, key="ok", profile_id=desk.profile_id, dose_id=declared.dose.id,
        version=declared.dose.version, because="khớp với sổ tiêm tại trạm",
    )
    assert verified.record.card.colour == "YELLOW"


def test_doses_of_two_linked_profiles_are_one_course_and_part_again_exactly(desk: Desk) -> None:
    from tests.doses.conftest import somebody

    other = somebody("other")
    desk.record()
    actions.record_dose(
        by=SYSTEM, at=NOW, key="early", profile_id=other, source=DoseSource.BACKLOG,
        facts=desk.facts.amended({"given_on": days_ago(30)}),
    )
    before = list(Dose.objects.order_by("id").values())
    linked = link_profiles(
        by=SYSTEM, at=LATER, key="link", keep_person=desk.profile_id, join_person=other, because="một người hai hồ sơ"
    )
    record = reads.record_of(_profiles(desk.profile_id), birth=None, on=days_ago(0))
    assert (record.card.colour, len(record.doses)) == ("GREEN", 2)
    undo_link(by=SYSTEM, at=LATER, profile_id=other, link_id=linked.link_id, because="hai người khác nhau")
    assert list(Dose.objects.order_by("id").values()) == before
    assert len(_profiles(desk.profile_id)) == len(_profiles(other)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_nurses_at_the_same_instant_make_one_dose(make_desk: Callable[[], Desk]) -> None:
    desk = make_desk()
    start, outcomes = threading.Barrier(8), []

    def press(number: int) -> None:
        start.wait()
        try:
            outcomes.append(desk.record(f"nurse-{number}").dose.id)
        except Refused as refused:
            outcomes.append(str(refused))
        finally:
            connections.close_all()

    nurses = [threading.Thread(target=press, args=(n,)) for n in range(8)]
    for nurse in nurses:
        nurse.start()
    for nurse in nurses:
        nurse.join()
    assert outcomes.count("SAME_DAY") == 7
    assert Dose.objects.count() == LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM doses_ledgerentry",
        "UPDATE doses_ledgerentry SET because = 'x'",
        "TRUNCATE doses_ledgerentry",
        "DELETE FROM doses_dose",
        "TRUNCATE doses_dose",
        "DROP TABLE doses_dose",
        "DELETE FROM core_auditline",
        "UPDATE core_auditline SET because = 'x'",
    ],
)
def test_the_applications_role_cannot_take_a_dose_away(desk: Desk, statement: str) -> None:
    desk.record()
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(reads.doses_of([desk.profile_id])) == 1


def amend(desk: Desk, dose, *, key: str = "amend", **changes):  # type: ignore[no-untyped-def]
    """Amend as the facility's lead."""
    return actions.amend_dose(
        by=desk.lead, at=LATER, key=key, profile_id=desk.profile_id, dose_id=dose.id, version=dose.version,
        changes=changes, because=REASON,
    )


def void(desk: Desk, dose, *, key: str = "void"):  # type: ignore[no-untyped-def]
    """Void as the facility's lead."""
    return actions.void_dose(
        by=desk.lead, at=LATER, key=key, profile_id=desk.profile_id, dose_id=dose.id, version=dose.version,
        because=REASON,
    )


def _profiles(person_id):  # type: ignore[no-untyped-def]
    from tiemchung.people.reads import profile_ids_of

    return profile_ids_of(person_id)
