"""2021-22: second doses were recorded that nobody had been given, of the dead among them, and 2,800 certificates came
from a centre that did not exist [press].

Who is dead gets no dose, nobody gives any where no facility is open, and from a lot that its facility never received
only for a reason that is counted. What was entered all the same is found by the
person, who is told and disowns it with one tap, or the family: their report has an owner and a due time, and what was
never given leaves every count. And every night looks for the rest: 200 of them, of eight shapes, lie here among 20,000
doses of a month with all that is odd about honest stations.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_dose, a_key, a_lot, a_nurse, a_person, a_phone, a_stock, an_officer
from tests.cases.conftest import Office
from tests.following import unsettled_too
from tests.incidents.ghost_crowd import Country, a_country
from tests.incidents.ghost_rows import put_on_record, set_scene
from tiemchung.cases import tasks
from tiemchung.cases.actions import claim_case, ghosts, open_case, settle_case
from tiemchung.cases.actions.noticing import disown_dose
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.models import GhostDay, GhostFinding, OverrideWeek
from tiemchung.cases.notice_links import token_of
from tiemchung.cases.reads import progress_of
from tiemchung.cases.reads.ghost_traces import looked_at
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.ghost_signals import WEIGHTS, Trace, suspicions
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import PUBLIC, SYSTEM, Role
from tiemchung.core.alarms import alarms
from tiemchung.core.clock import local
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import RegisteredProfile, amend_profile
from tiemchung.places.actions import close_facility
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits.actions import inject
from tiemchung.visits.rules import Screening

HOUR = dt.timedelta(hours=1)
NIGHT = NOW + dt.timedelta(hours=17)
# A dozen to read, three a facility's week and one an alarm: none of them for each dose.
STATEMENTS = 80
pytestmark = pytest.mark.usefixtures("country", "db")


class Ghost:
    """Somebody who died, and a dose that was entered for a day afterwards."""

    def __init__(self, office: Office) -> None:
        self.person: RegisteredProfile = a_person("Nguyễn Văn Tư", dt.date(1950, 1, 1), sex="MALE")
        self.dose: DoseView = a_dose(
            self.person.profile_id, given_on=NOW.date() - dt.timedelta(days=9), by=a_nurse(office.facility)
        ).dose
        amend_profile(
            by=an_officer(Role.DATA_CORRECTOR), at=NOW, profile_id=self.person.profile_id, because="Giấy chứng tử",
            died_on=NOW.date() - dt.timedelta(days=30),
        )  # fmt: skip

    def reported(self, kind: str = "NEVER_GIVEN", **more: object) -> OpenedCase:
        """Let the family report it from their own phone."""
        facts = self.dose.facts
        told = ClaimedDose(1, facts.product, facts.lot_number, facts.given_on, facility_id=facts.facility_id,
                           dose_id=self.dose.id, profile_id=self.person.profile_id)  # fmt: skip
        claim = Claim("Nguyễn Văn Tư", dt.date(1950, 1, 1), doses=(told,), text="Bố tôi đã mất trước ngày đó.")
        values: dict[str, Any] = {"person_id": self.person.person_id, "dose_id": self.dose.id, "phone": a_phone()}
        return open_case(by=PUBLIC, at=NOW, key=a_key(), kind=kind, door="HOTLINE", claim=claim, **(values | more))


def test_a_dose_of_the_dead_that_was_never_given_is_a_case_of_the_facility_that_entered_it(office: Office) -> None:
    opened = Ghost(office).reported()
    assert (opened.desk.unit_id, opened.due_at - NOW) == (office.facility.id, 48 * HOUR)


def test_a_dose_for_the_dead_cannot_be_claimed_as_missing(office: Office) -> None:
    with pytest.raises(Refused, match="CLAIM_AFTER_DEATH"):
        Ghost(office).reported("DOSE1_MISSING", dose_id=None)


def test_what_was_never_given_is_counted_no_more_and_stays_on_record_with_who_took_it_out(office: Office) -> None:
    ghost = Ghost(office)
    opened = ghost.reported()
    assert [dose.counted for dose in doses_of([ghost.person.profile_id])] == [True]
    file = claim_case(by=office.lead, at=NOW + HOUR, ref=opened.ref)
    void = Solution(
        SolutionKind.VOID, profile_id=ghost.person.profile_id, dose_id=ghost.dose.id, version=ghost.dose.version
    )
    settle_case(
        by=office.lead, at=NOW + HOUR, key=a_key(), ref=opened.ref, version=file.version, solutions=[void],
        answer="Mũi tiêm này không có trong sổ tiêm và đã được huỷ.", because="Sổ tiêm ngày đó không có tên ông Tư",
    )  # fmt: skip
    assert doses_of([ghost.person.profile_id]) == ()
    history = history_of([ghost.person.profile_id], ghost.dose.id)
    assert {entry.by_name for entry in history} >= {office.lead.name}


def test_neither_the_dead_nor_a_closed_centre_gets_a_dose_at_the_desk_for_any_reason(office: Office) -> None:
    nurse, lot, ghost = a_nurse(office.facility), a_stock(office.facility), Ghost(office)

    def try_it(person: RegisteredProfile) -> str:
        with pytest.raises(Refused) as refused:
            inject(by=nurse, at=NOW, key=a_key(), profile_id=person.profile_id, product="PFIZER", lot_id=lot.id,
                   screening=Screening("ADULT_2021_12", answered=True, consented=True),
                   because="Cấp trên yêu cầu đủ chỉ tiêu")  # fmt: skip
        return str(refused.value)

    assert try_it(ghost.person) == "PERSON_DIED"
    close_facility(by=SYSTEM, at=NOW, key="closed", facility_id=office.facility.id, on=NOW.date())
    assert try_it(a_person()) == "FACILITY_NOT_OPEN"


def test_whoever_never_came_is_told_and_one_tap_is_a_case_with_48_hours(office: Office) -> None:
    phone = a_phone()
    dose = a_dose(a_person(phones=[(phone, "OWN")]).profile_id, by=a_nurse(office.facility)).dose
    with unsettled_too():
        tasks.tell_of_new_doses(NOW)
    tapped = disown_dose(token=token_of(dose.id), at=NOW, network="203.0.113.6")
    case = progress_of(tapped.ref, contact_key(phone))
    assert case is not None
    assert (case.kind, case.dose_id, case.due_at - NOW) == ("NEVER_GIVEN", dose.id, 48 * HOUR)


def test_a_dose_from_a_lot_that_the_centre_never_received_needs_a_reason_counts_against_it_and_is_looked_at(
    office: Office,
) -> None:
    nurse, ours, strange = a_nurse(office.facility), a_stock(office.facility), a_lot()

    def give(lot: LotFacts, because: str = "") -> UUID:
        done = inject(by=nurse, at=NOW, key=a_key(), profile_id=a_person().profile_id, product="PFIZER", lot_id=lot.id,
                      screening=Screening("ADULT_2021_12", answered=True, consented=True), because=because)  # fmt: skip
        return done.recorded.dose.id

    with pytest.raises(Refused, match="LOT_NOT_IN_STOCK"):
        give(strange)
    honest, ghost = give(ours), give(strange, "Cấp trên yêu cầu đủ chỉ tiêu")
    let_the_night_pass()
    today = local(NOW).date()
    seen = {one.dose.dose_id: suspicions([one.trace], least=0) for one in looked_at([(office.facility.id, today)])}
    told = {dose: {s.code for why in found.values() for s in why.signals} for dose, found in seen.items()}
    assert "LOT_NOT_HELD" in told[ghost]
    assert "LOT_NOT_HELD" not in told[honest]
    week = OverrideWeek.objects.get(facility_id=office.facility.id)
    assert (week.doses, week.overridden) == (2, 1)


@pytest.fixture
def month(country: None, db: None) -> Country:
    """Put the month on record."""
    made = a_country()
    put_on_record(made, set_scene(made))
    return made


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[Trace]:
    """Give, once the night is over, what the rules were asked about; doses of the whole month are new to them."""
    kept: list[Trace] = []

    def overheard(traces: Sequence[Trace]) -> object:
        kept.extend(traces)
        return suspicions(traces)

    monkeypatch.setattr(ghosts, "suspicions", overheard)
    monkeypatch.setattr(ghosts, "NEW_FOR", dt.timedelta(days=60))
    return kept


def let_the_night_pass() -> int:
    """Let the ledger be followed and the night's work be done; give how many statements the night asked."""
    with unsettled_too():
        while tasks.follow_for_ghosts(NOW):
            pass
    with CaptureQueriesContext(connection) as asked:
        while tasks.look_at_days(NIGHT):
            pass
    return len(asked)


def shares(made: Country, found: Iterable[UUID]) -> tuple[float, float]:
    """Give the share of ghosts that was found, and the share of honest doses that was suspected."""
    ghosts, told = {shot.id for shot in made.shots if shot.ghost}, set(found)
    return len(ghosts & told) / len(ghosts), len(told - ghosts) / (len(made.shots) - len(ghosts))


def test_the_night_finds_nearly_all_suspects_hardly_anybody_and_without_its_rules_finds_nobody(
    month: Country, judged: list[Trace]
) -> None:
    statements = let_the_night_pass()
    found = set(GhostFinding.objects.filter(state="OPEN").values_list("dose_id", flat=True))
    hit, wrong = shares(month, found)
    assert hit >= 0.95, Counter(shot.ghost for shot in month.shots if shot.ghost and shot.id not in found)
    assert wrong <= 0.01
    assert (len(judged), statements < STATEMENTS, GhostDay.objects.filter(ready_at__isnull=False).exists()) == (
        20_000,
        True,
        False,
    )
    assert {alarm.code for alarm in alarms()} >= {"GHOST_DOSES"}
    assert shares(month, suspicions(judged, weights={})) == (0, 0)
    blind = {code: weight for code, weight in WEIGHTS.items() if code not in {"FACILITY_CLOSED", "AFTER_DEATH"}}
    assert shares(month, suspicions(judged, weights=blind))[0] < 0.95
