"""What is done at the desk is done once, in order, and stays."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_dose, a_facility, a_lot, a_nurse, a_person, an_officer
from tests.visits.conftest import ALL_NO, Station
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.rules import DoseState
from tiemchung.people.models import Profile
from tiemchung.people.reads import NotFound
from tiemchung.visits import actions, reads
from tiemchung.visits.actions import Injection, inject
from tiemchung.visits.models import Visit
from tiemchung.visits.rules import Reaction, Screening, VisitState

pytestmark = pytest.mark.django_db


def give(station: Station, **changes: object) -> Injection:
    facts = {
        "by": station.nurse,
        "at": NOW,
        "key": "a-key-of-its-own",
        "profile_id": station.person.profile_id,
        "screening": ALL_NO,
        "product": "PFIZER",
        "lot_id": station.lot.id,
    }
    return inject(**facts | changes)  # type: ignore[arg-type]


def test_one_call_records_the_dose_and_starts_the_watch(station: Station) -> None:
    done = give(station)
    assert done.recorded.dose.facts.lot_number == station.lot.number
    assert done.recorded.dose.facts.place_name == "Trạm Y tế Bến Nghé"
    assert done.recorded.dose.facts.vaccinator_id == station.nurse.id
    assert done.visit.state is VisitState.INJECTED
    assert done.visit.observed_until == NOW + dt.timedelta(minutes=30)
    assert done.visit.dose_id == done.recorded.dose.id


def test_a_retry_with_the_same_key_changes_nothing_even_minutes_later(station: Station) -> None:
    first = give(station)
    again = give(station, at=NOW + dt.timedelta(minutes=3))
    assert again.recorded.repeated
    assert again.recorded.dose == first.recorded.dose
    assert again.visit == first.visit
    assert (Dose.objects.count(), LedgerEntry.objects.count(), Visit.objects.count()) == (1, 1, 1)


def test_the_same_key_with_another_lot_is_heard_of(station: Station) -> None:
    give(station)
    with pytest.raises(Refused, match="KEY_REUSED"):
        give(station, lot_id=a_lot().id)


def test_a_second_desk_is_told_that_the_dose_is_there(station: Station) -> None:
    give(station)
    with pytest.raises(Refused, match="SAME_DAY"):
        give(station, key="another-key-entirely")
    assert Dose.objects.count() == 1
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("item", "code"),
    [("ACUTE_ILLNESS", "SCREENED_ACUTE_ILLNESS"), ("ANAPHYLAXIS_SEVERE", "SCREENED_ANAPHYLAXIS_SEVERE")],
)
def test_a_screening_that_refuses_leaves_nothing_behind(station: Station, item: str, code: str) -> None:
    sick = Screening("ADULT_2021_12", answered=True, consented=True, true_items=frozenset({item}))
    with pytest.raises(Refused, match=code):
        give(station, screening=sick)
    assert (Dose.objects.count(), Visit.objects.count()) == (0, 0)


def test_a_hospital_goes_on_with_a_reason_and_the_reason_stays(station: Station) -> None:
    risky = Screening("ADULT_2021_12", True, True, frozenset({"ANAPHYLAXIS_SEVERE"}))
    done = give(station, screening=risky, because="Bệnh viện có đội cấp cứu phản vệ")
    assert done.visit.outcome == "REFER"
    assert done.visit.because == "Bệnh viện có đội cấp cứu phản vệ"


def test_a_child_is_not_screened_with_the_adults_form(station: Station) -> None:
    child = a_person(birth_date=dt.date(2018, 1, 5))
    with pytest.raises(Refused, match="SCREENING_FORM_CHANGED"):
        give(station, profile_id=child.profile_id)


def test_an_expired_lot_and_a_recalled_lot_are_refused(station: Station) -> None:
    expired = a_lot(expires_on=NOW.date() - dt.timedelta(days=1))
    with pytest.raises(Refused, match="LOT_EXPIRED"):
        give(station, lot_id=expired.id)
    with pytest.raises(Refused, match="LOT_RECALLED"):
        give(station, lot_id=a_lot(recalled=True).id)
    assert Dose.objects.count() == 0


def test_a_dead_person_gets_no_dose(station: Station) -> None:
    Profile.objects.filter(id=station.person.profile_id).update(died_on=NOW.date() - dt.timedelta(days=3))
    with pytest.raises(Refused, match="PERSON_DIED"):
        give(station)


def test_a_stranger_of_another_province_is_as_unknown_as_nobody(station: Station) -> None:
    from tests.builders import an_area

    far = a_person(area=an_area("00004"))
    with pytest.raises(NotFound):
        give(station, profile_id=far.profile_id)
    with pytest.raises(NotFound):
        give(station, profile_id=uuid4())


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR])
def test_only_a_facilitys_own_staff_injects(station: Station, role: Role) -> None:
    with pytest.raises(Refused, match="NOT_YOUR_TASK"):
        give(station, by=an_officer(role))


def test_recording_a_dose_asks_the_database_at_most_thirteen_times(station: Station) -> None:
    give(station, profile_id=a_person().profile_id, key="warms-up-the-caches")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        give(station)
    statements = [q["sql"] for q in asked if "SAVEPOINT" not in q["sql"]]
    assert len(statements) <= 13, "\n".join(statements)


def test_a_deferral_is_kept_with_its_reason_and_is_no_dose(station: Station) -> None:
    sick = Screening("ADULT_2021_12", True, True, frozenset({"ACUTE_ILLNESS"}))
    visit = actions.defer_visit(
        by=station.nurse,
        at=NOW,
        key="a-key-of-its-own",
        profile_id=station.person.profile_id,
        outcome=VisitState.DEFERRED,
        screening=sick,
        product="PFIZER",
        because="Đang sốt 38,5 độ",
        come_again_on=dt.date(2026, 12, 4),
    )
    assert (visit.state, visit.outcome, visit.because) == (VisitState.DEFERRED, "DEFERRED", "Đang sốt 38,5 độ")
    assert visit.come_again_on == dt.date(2026, 12, 4)
    assert Dose.objects.count() == 0
    assert AuditLine.objects.filter(action="defer_visit", subject_id=station.person.person_id).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"because": " "}, "VISIT_REASON_MISSING"), ({"come_again_on": dt.date(2026, 11, 20)}, "COME_AGAIN_IN_PAST")],
)
def test_a_deferral_states_why_and_a_later_day(station: Station, changes: dict[str, object], code: str) -> None:
    facts = {
        "by": station.nurse,
        "at": NOW,
        "key": "a-key-of-its-own",
        "profile_id": station.person.profile_id,
        "outcome": VisitState.DEFERRED,
        "screening": ALL_NO,
        "because": "Đang ốm",
    }
    with pytest.raises(Refused, match=code):
        actions.defer_visit(**facts | changes)  # type: ignore[arg-type]


def test_the_watch_ends_with_what_was_seen(station: Station) -> None:
    visit = give(station).visit
    after = actions.finish_observation(
        by=station.nurse,
        at=NOW + dt.timedelta(minutes=31),
        profile_id=visit.profile_id,
        visit_id=visit.id,
        reaction=Reaction.COMMON,
    )
    assert (after.state, after.reaction) == (VisitState.OBSERVED, Reaction.COMMON)


def test_the_watch_ends_early_only_with_a_reason(station: Station) -> None:
    visit = give(station).visit
    facts = {"by": station.nurse, "at": NOW, "profile_id": visit.profile_id, "visit_id": visit.id}
    with pytest.raises(Refused, match="OBSERVATION_RUNNING"):
        actions.finish_observation(**facts, reaction=Reaction.NONE)  # type: ignore[arg-type]
    left = actions.finish_observation(**facts, reaction=Reaction.NONE, because="Tự ý ra về")  # type: ignore[arg-type]
    assert left.state is VisitState.OBSERVED


def test_undoing_voids_the_dose_and_keeps_both_entries(station: Station) -> None:
    visit = give(station).visit
    facts = {"by": station.nurse, "at": NOW, "profile_id": visit.profile_id, "visit_id": visit.id}
    with pytest.raises(Refused, match="REASON_MISSING"):
        actions.undo_injection(**facts, key="undo-1-1-1", because="nhầm")  # type: ignore[arg-type]
    actions.undo_injection(**facts, key="undo-1-1-1", because="Ghi nhầm sang người cùng tên")  # type: ignore[arg-type]
    assert actions.undo_injection(**facts, key="undo-1-1-1", because="Ghi nhầm sang người cùng tên") is None  # type: ignore[arg-type]
    assert Dose.objects.get().state == DoseState.VOIDED
    assert [e.kind for e in LedgerEntry.objects.order_by("id")] == ["RECORDED", "VOIDED"]
    assert Visit.objects.get().state == VisitState.UNDONE


def test_another_stations_visit_is_as_unknown_as_none(station: Station) -> None:
    visit = give(station).visit
    other = a_nurse(a_facility())
    assert reads.visit(other, visit.profile_id, visit.id) is None
    assert reads.visits_at(other, NOW.date()) == ()
    with pytest.raises(NotFound):
        actions.undo_injection(
            by=other,
            at=NOW,
            key="undo-by-another",
            profile_id=visit.profile_id,
            visit_id=visit.id,
            because="Ghi nhầm sang người cùng tên",
        )


def test_the_days_choice_dies_at_midnight(station: Station) -> None:
    actions.choose_day(by=station.nurse, at=NOW, product="PFIZER", lot_id=station.lot.id)
    chosen = reads.day_choice(station.nurse, NOW.date())
    assert chosen is not None
    assert chosen.lot.id == station.lot.id
    assert reads.day_choice(station.nurse, NOW.date() + dt.timedelta(days=1)) is None
    assert reads.day_choice(a_nurse(station.facility), NOW.date()) is None


def test_a_lot_that_may_not_be_used_cannot_be_the_days(station: Station) -> None:
    bad = {
        "LOT_RECALLED": a_lot(recalled=True),
        "LOT_EXPIRED": a_lot(expires_on=NOW.date() - dt.timedelta(days=1)),
        "LOT_OF_OTHER_PRODUCT": a_lot("MODERNA"),
    }
    for code, lot in bad.items():
        with pytest.raises(Refused, match=code):
            actions.choose_day(by=station.nurse, at=NOW, product="PFIZER", lot_id=lot.id)
    with pytest.raises(Refused, match="LOT_UNKNOWN"):
        actions.choose_day(by=station.nurse, at=NOW, product="PFIZER", lot_id=uuid4())


def test_a_dose_given_elsewhere_this_morning_is_seen(station: Station) -> None:
    a_dose(station.person.profile_id, at=NOW)
    with pytest.raises(Refused, match="SAME_DAY"):
        give(station)
