"""What the night keeps: findings that follow corrections, alarms once, and cases above the facility, never at it."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.builders import (
    NOW,
    a_dose,
    a_facility,
    a_key,
    a_lead,
    a_lot,
    a_nurse,
    a_person,
    a_staff_member,
    an_area,
    an_officer,
)
from tests.cases.conftest import Office
from tests.following import unsettled_too
from tiemchung.cases import tasks
from tiemchung.cases.actions import claim_case, ghosts
from tiemchung.cases.actions.ghosts import clear_finding, look_at_days, open_ghost_case
from tiemchung.cases.actions.noticing import disown_dose
from tiemchung.cases.models import Case, CaseInbox, GhostDay, GhostFinding, OverrideWeek
from tiemchung.cases.notice_links import token_of
from tiemchung.cases.reads import ghosts as ghost_reads
from tiemchung.cases.reads.ghosts import finding_under, ghosts_under
from tiemchung.cases.rules import DeskLevel, RouteReason
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.audit import looks_at
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import amend_dose, record_dose, void_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.actions import amend_profile
from tiemchung.places.actions import close_facility
from tiemchung.places.rules import Level
from tiemchung.vaccines.rules import LotFacts

DAY, TODAY = dt.timedelta(days=1), local(NOW).date()
CHECKED = "Đối chiếu sổ tiêm của trạm trang 14, có chữ ký"
NIGHT = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.UTC)  # two o'clock on Saturday in Vietnam


def pass_the_night(at: dt.datetime = NIGHT, *, noted_at: dt.datetime = NOW) -> None:
    """Follow the ledger and do the night's work."""
    with unsettled_too():
        while tasks.follow_for_ghosts(noted_at):
            pass
    while look_at_days(at):
        pass


class Ward:
    """The office's nurse and lot, and the officers above."""

    def __init__(self, office: Office) -> None:
        self.office, self.lot, self.nurse = office, a_lot(), a_nurse(office.facility)
        self.officer: Actor = an_officer(Role.COMMUNE_OFFICER, area=an_area())

    def dead(self) -> DoseView:
        """Put a dose on record for somebody of whom it is learnt afterwards that they had died before."""
        person = a_person()
        dose = a_dose(person.profile_id, given_on=TODAY - 2 * DAY, by=self.nurse, lot=self.lot).dose
        amend_profile(by=self.office.corrector, at=NOW, profile_id=person.profile_id, because="Giấy chứng tử",
                      died_on=TODAY - 30 * DAY)  # fmt: skip
        return dose

    def finding(self, dose: DoseView) -> GhostFinding:
        """Give what was found of a dose."""
        return GhostFinding.objects.get(facility_id=self.office.facility.id, dose_id=dose.id)

    def open_case(self, dose: DoseView, by: Actor | None = None, **more: Any) -> Any:
        """Make a case of it."""
        row = self.finding(dose)
        return open_ghost_case(by=by or self.officer, at=NIGHT, facility_id=row.facility_id, finding_id=row.id, **more)

    def clear(self, dose: DoseView, by: Actor | None = None, **more: Any) -> None:
        """Dismiss it."""
        row = self.finding(dose)
        facts = {"by": self.officer if by is None else by, "at": NIGHT, "because": CHECKED} | more
        clear_finding(facility_id=row.facility_id, finding_id=row.id, **facts)


@pytest.fixture
def ward(country: None, office: Office) -> Ward:
    """Give the ward."""
    return Ward(office)


def test_a_dose_of_the_dead_is_found_the_next_night_with_its_reason(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night(NIGHT - DAY)
    assert not GhostFinding.objects.exists()
    pass_the_night()
    row = ward.finding(dose)
    assert (row.state, row.signals[0]) == ("OPEN", ["AFTER_DEATH", {"days": 28}])
    assert not GhostDay.objects.filter(ready_at__isnull=False).exists()


def test_an_honest_dose_is_no_finding(ward: Ward) -> None:
    a_dose(a_person().profile_id, given_on=TODAY - DAY, by=ward.nurse, lot=ward.lot)
    pass_the_night()
    assert not GhostFinding.objects.exists()


def test_looking_again_finds_nothing_twice(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    assert GhostDay.objects.filter(given_on=dose.facts.given_on).update(ready_at=NIGHT) == 1
    assert look_at_days(NIGHT) == 1
    assert GhostFinding.objects.count() == 1


def test_a_voided_dose_is_suspicious_no_more(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    void_dose(by=ward.office.lead, at=NIGHT, key="v", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
              because="Mũi tiêm không có thật")  # fmt: skip
    pass_the_night(NIGHT + DAY, noted_at=NIGHT)
    assert ward.finding(dose).state == "GONE"


def test_a_day_put_right_acquits_the_dose(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    amend_dose(by=ward.office.lead, at=NIGHT, key="a", profile_id=dose.profile_id, dose_id=dose.id,
               version=dose.version, changes={"given_on": TODAY - 40 * DAY}, because="Nhập nhầm ngày",
               evidence="Sổ tiêm trang 4")  # fmt: skip
    pass_the_night(NIGHT + DAY, noted_at=NIGHT)
    assert ward.finding(dose).state == "GONE"


def test_a_day_that_changes_while_it_is_looked_at_is_looked_at_again(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ward.dead()
    with unsettled_too():
        tasks.follow_for_ghosts(NOW)

    def meanwhile(days: Any) -> Any:
        seen = looked_at(days)
        a_dose(a_person().profile_id, given_on=first.facts.given_on, by=ward.nurse, lot=ward.lot, at=NIGHT)
        with unsettled_too():
            tasks.follow_for_ghosts(NIGHT)
        return seen

    looked_at = ghosts.looked_at
    monkeypatch.setattr(ghosts, "looked_at", meanwhile)
    look_at_days(NIGHT)
    assert GhostDay.objects.get().ready_at > NIGHT


def test_a_facilitys_days_are_looked_at_together_however_few_fit_a_turn(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted([ward.office.facility, a_facility()], key=lambda facility: facility.id)
    for facility, days in ((first, 1), (second, 2)):
        for n in range(days):
            day = TODAY - n * DAY
            GhostDay(facility_id=facility.id, given_on=day, ready_at=NIGHT).save(force_insert=True)
    monkeypatch.setattr(ghosts, "DAYS_A_TURN", 2)
    assert [look_at_days(NIGHT) for _ in range(3)] == [1, 2, 0]


def test_an_old_ledger_is_followed_without_being_judged(ward: Ward) -> None:
    ward.dead()
    pass_the_night(NIGHT + 30 * DAY, noted_at=NOW + 8 * DAY)
    assert not GhostDay.objects.filter(ready_at__isnull=False).exists()
    assert not GhostFinding.objects.exists()


def test_a_dose_of_no_listed_place_without_a_page_is_the_ministrys(ward: Ward) -> None:
    facts = DoseFacts("PFIZER", TODAY - 9 * DAY, lot_number="X", place_name="Trung tâm không có")
    person = a_person()
    made = record_dose(by=SYSTEM, at=NOW, key="n", profile_id=person.profile_id, facts=facts, source=DoseSource.BACKLOG)
    pass_the_night()
    assert ghosts_under(ward.officer, TODAY).lines == ()
    ministry = a_staff_member(Role.MINISTRY_OFFICER)
    assert [line.dose_id for line in ghosts_under(ministry, TODAY).lines] == [made.dose.id]


def test_three_of_a_facilitys_few_doses_ring_once(ward: Ward) -> None:
    doses = [ward.dead() for _ in range(3)]
    pass_the_night()
    pass_the_night(NIGHT + DAY)
    (alarm,) = [one for one in alarms() if one.code == "GHOST_DOSES"]
    assert (alarm.subject_id, alarm.facts) == (ward.office.facility.id, {"found": 3, "among": len(doses)})


def test_a_case_goes_to_the_authority_above_and_its_desk_reads_the_reasons(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    opened = ward.open_case(dose, because="Người tiêm đã mất trước đó 28 ngày")
    assert (opened.desk.level, opened.why) == (DeskLevel.COMMUNE, RouteReason.ABOVE_FACILITY)
    assert not CaseInbox.objects.filter(unit_id=ward.office.facility.id).exists()
    file = claim_case(by=ward.officer, at=NIGHT, ref=opened.ref)
    assert (file.kind, file.dose_id, file.claim.text) == ("NEVER_GIVEN", dose.id, "Người tiêm đã mất trước đó 28 ngày")
    assert ward.finding(dose).state == "CASED"


def test_it_joins_no_case_that_lies_with_the_facility(ward: Ward) -> None:
    dose = ward.dead()
    person_phone = Case.objects.count()
    with unsettled_too():
        tasks.tell_of_new_doses(NOW)
    told = disown_dose(token=token_of(dose.id), at=NOW, network="203.0.113.9")
    pass_the_night()
    opened = ward.open_case(dose)
    assert not opened.joined
    assert opened.ref != told.ref
    assert Case.objects.count() == person_phone + 2


def test_what_its_person_disowned_is_a_finding(ward: Ward) -> None:
    dose = a_dose(a_person().profile_id, given_on=TODAY, by=ward.nurse, lot=ward.lot).dose
    with unsettled_too():
        tasks.tell_of_new_doses(NOW)
    disown_dose(token=token_of(dose.id), at=NOW, network="203.0.113.9")
    pass_the_night()
    assert ward.finding(dose).signals[0] == ["DISOWNED", {}]


@pytest.mark.parametrize("whose", ["lead", "nurse", "far", "agent"])
def test_neither_the_facility_nor_anybody_elsewhere_makes_or_sees_it(ward: Ward, whose: str) -> None:
    dose = ward.dead()
    pass_the_night()
    far = an_area("01", level=Level.PROVINCE)
    by = {
        "lead": lambda: ward.office.lead,
        "nurse": lambda: ward.nurse,
        "far": lambda: an_officer(Role.PROVINCE_OFFICER, area=far),
        "agent": lambda: a_staff_member(Role.HOTLINE_AGENT),
    }[whose]()
    row = ward.finding(dose)
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        ward.open_case(dose, by)
    with pytest.raises(Refused, match="NOT_YOUR_PLACE"):
        ward.clear(dose, by)
    assert ward.finding(dose).state == "OPEN"
    assert finding_under(by, row.facility_id, row.id) is None
    page = ghosts_under(by, TODAY, facility_id=row.facility_id)
    assert (page.lines, page.facilities, page.weeks) == ((), (), ())


def test_a_case_is_made_once(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    ward.open_case(dose)
    with pytest.raises(Refused, match="FINDING_DECIDED"):
        ward.open_case(dose)
    assert [line.case_ref for line in ghosts_under(ward.officer, TODAY, decided=True).lines] != []
    assert ghosts_under(ward.officer, TODAY).lines == ()


def test_a_dose_found_true_leaves_the_list_and_stands_among_the_decided_with_its_reason(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    ward.clear(dose, because=f"  {CHECKED}\n")
    assert ghosts_under(ward.officer, TODAY).lines == ()
    (line,) = ghosts_under(ward.officer, TODAY, decided=True).lines
    assert (line.state, line.because, line.decided_by, line.decided_at) == ("CLEARED", CHECKED, ward.officer.id, NIGHT)
    (told,) = looks_at([dose.profile_id], actions=("cases.clear_finding",))
    assert (told.actor_id, told.because, told.object_id) == (ward.officer.id, CHECKED, line.id)
    assert not Case.objects.exists()


def test_a_finding_is_decided_on_once(ward: Ward) -> None:
    first, second = ward.dead(), ward.dead()
    pass_the_night()
    ward.clear(first)
    ward.open_case(second)
    for dose in (first, second):
        with pytest.raises(Refused, match="FINDING_DECIDED"):
            ward.clear(dose)
        with pytest.raises(Refused, match="FINDING_DECIDED"):
            ward.open_case(dose)


def test_no_finding_is_dismissed_without_a_reason_or_by_who_has_not_seen_all_of_it(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    score = ward.finding(dose).score
    for more, code in (({"because": "ok"}, "REASON_MISSING"), ({"seen": score - 1}, "FINDING_GROWN")):
        with pytest.raises(Refused, match=code):
            ward.clear(dose, **more)
    ward.clear(dose, seen=score)
    with pytest.raises(Refused, match="NO_SUCH_FINDING"):
        clear_finding(by=ward.officer, at=NIGHT, facility_id=UUID(int=1), finding_id=dose.id, because=CHECKED)


def test_a_dose_found_true_is_found_again_only_when_more_speaks_against_it(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    ward.clear(dose)
    cleared = ward.finding(dose).score
    assert GhostDay.objects.filter(given_on=dose.facts.given_on).update(ready_at=NIGHT) == 1
    assert look_at_days(NIGHT) == 1
    assert ward.finding(dose).state == "CLEARED"
    with unsettled_too():
        tasks.tell_of_new_doses(NOW)
    disown_dose(token=token_of(dose.id), at=NIGHT, network="203.0.113.9")
    assert GhostDay.objects.filter(given_on=dose.facts.given_on).update(ready_at=NIGHT + DAY) == 1
    assert look_at_days(NIGHT + DAY) == 1
    (line,) = ghosts_under(ward.officer, TODAY).lines
    assert (line.state, line.score, line.because) == ("OPEN", cleared + 5, CHECKED)


@pytest.mark.django_db(transaction=True)
def test_a_decision_made_while_the_night_looks_is_not_lost(
    country: None, make_office: Callable[[], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = Ward(make_office())
    dose = ward.dead()
    pass_the_night()
    assert GhostFinding.objects.filter(facility_id=ward.office.facility.id).update(score=1) == 1
    assert GhostDay.objects.filter(given_on=dose.facts.given_on).update(ready_at=NIGHT) == 1

    def decide() -> None:
        try:
            ward.clear(dose)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        decisions: list[Future[None]] = []

        def meanwhile(why: Any) -> Any:
            if not decisions:
                decisions.append(pool.submit(decide))
                wait(decisions, timeout=2)  # it must wait for the look's transaction; without the lock it would not
            return signals(why)

        signals = ghosts._signals
        monkeypatch.setattr(ghosts, "_signals", meanwhile)
        look_at_days(NIGHT)
        (decision,) = decisions
        decision.result()
    assert ward.finding(dose).state == "CLEARED"


def test_a_dose_found_true_and_voided_afterwards_keeps_the_decision(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    ward.clear(dose)
    void_dose(by=ward.office.lead, at=NIGHT, key="v", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
              because="Mũi tiêm không có thật")  # fmt: skip
    pass_the_night(NIGHT + DAY, noted_at=NIGHT)
    assert (ward.finding(dose).state, ward.finding(dose).because) == ("CLEARED", CHECKED)


def test_a_closed_facility_stays_on_the_list_of_the_authority(ward: Ward) -> None:
    dose = ward.dead()
    pass_the_night()
    close_facility(by=SYSTEM, at=NIGHT, key="close", facility_id=ward.office.facility.id, on=TODAY)
    assert [line.dose_id for line in ghosts_under(ward.officer, TODAY + 9 * DAY).lines] == [dose.id]


def test_a_list_is_read_on_from_where_it_ended_and_none_is_shown_twice(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    doses = {ward.dead().id for _ in range(5)}
    pass_the_night()
    monkeypatch.setattr(ghost_reads, "MOST_SHOWN", 2)
    shown, after = [], None
    for _ in range(3):
        page = ghosts_under(ward.officer, TODAY, after=after)
        shown += [line.dose_id for line in page.lines]
        after = page.more
    assert (set(shown), len(shown), after) == (doses, 5, None)


class TestOverrides:
    """Weeks in which too many refusals were set aside."""

    def week(self, ward: Ward, overridden: int, plain: int) -> None:
        """Give doses at the desk, some of a lot that is in no list, with a reason."""
        for n in range(overridden + plain):
            self.one(ward, lot=None if n < overridden else ward.lot)

    def one(self, ward: Ward, lot: LotFacts | None) -> None:
        """Give one dose."""
        facts = DoseFacts("PFIZER", TODAY, lot_id=lot.id if lot else None, lot_number=lot.number if lot else "",
                          facility_id=ward.office.facility.id, vaccinator_id=ward.nurse.id)  # fmt: skip
        because = "" if lot else "Lọ không có trong danh mục"
        record_dose(by=ward.nurse, at=NOW, key=a_key(), profile_id=a_person().profile_id, facts=facts, because=because)

    def test_six_of_a_hundred_would_ring_and_five_of_seven_do(self, ward: Ward) -> None:
        self.week(ward, overridden=5, plain=2)
        pass_the_night()
        row = OverrideWeek.objects.get()
        assert (row.doses, row.overridden, row.alarmed_at) == (7, 5, NIGHT)
        (alarm,) = [one for one in alarms() if one.code == "OVERRIDES_SHARE"]
        assert alarm.facts == {"overridden": 5, "among": 7}
        (week,) = ghosts_under(ward.officer, TODAY).weeks
        assert (week.week_on, week.overridden) == (TODAY - TODAY.weekday() * DAY, 5)

    def test_four_do_not_ring_and_a_week_rings_once(self, ward: Ward) -> None:
        self.week(ward, overridden=4, plain=0)
        pass_the_night()
        assert OverrideWeek.objects.get().alarmed_at is None
        self.week(ward, overridden=1, plain=0)
        pass_the_night(NIGHT + DAY, noted_at=NIGHT)
        self.week(ward, overridden=1, plain=0)
        pass_the_night(NIGHT + 2 * DAY, noted_at=NIGHT + DAY)
        assert OverrideWeek.objects.get().overridden == 6
        assert len([one for one in alarms() if one.code == "OVERRIDES_SHARE"]) == 1


def test_what_is_over_an_area_border_is_another_authoritys(ward: Ward) -> None:
    far = a_facility(area=an_area("00070"))
    a_lead(far)
    nurse, person = a_nurse(far), a_person()
    a_dose(person.profile_id, given_on=TODAY - 2 * DAY, by=nurse)
    amend_profile(by=SYSTEM, at=NOW, profile_id=person.profile_id, because="Giấy chứng tử", died_on=TODAY - 30 * DAY)
    pass_the_night()
    assert GhostFinding.objects.get().facility_id == far.id
    assert ghosts_under(ward.officer, TODAY).lines == ()
