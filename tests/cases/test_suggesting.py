"""What a desk is offered is right, explained, and only what it may see and do."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    NOW,
    a_cccd,
    a_citizen,
    a_dose,
    a_key,
    a_lead,
    a_lot,
    a_nurse,
    a_phone,
    a_staff_member,
    an_area,
    an_officer,
)
from tests.cases.ward import BIRTH, DAY, NAME, Ward, at_most, codes
from tests.oracles.suggest import expected_offers
from tiemchung.cases.actions import settle_case
from tiemchung.cases.kinds import KINDS
from tiemchung.cases.proposing import Picture, Rights, Side, propose
from tiemchung.cases.reads import seen_in, suggestions
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.suggestions import WHICH_FACT
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.ids import new_id
from tiemchung.doses.actions import declare_dose, void_dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.places.rules import Level


def test_a_dose_that_is_nowhere_is_recorded_from_the_paper(ward: Ward) -> None:
    offered = ward.first(ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    assert offered.kinds == ("RECORD",)
    assert {"EVIDENCE_ATTACHED", "NOWHERE_ON_RECORD"} <= codes(offered)
    facts = offered.solutions[0].facts
    assert facts is not None
    assert (facts.product, facts.given_on, facts.lot_number) == ("PFIZER", DAY, "FA1O34")


def test_without_paper_nothing_is_recorded(ward: Ward) -> None:
    assert suggestions(ward.office.lead, NOW, ward.file("DOSE1_MISSING", ward.claim())) == ()


@pytest.mark.parametrize(
    ("recorded", "code", "field"),
    [
        ({"day": dt.date(2026, 5, 8)}, "GIVEN_DAY_MONTH_SWAPPED", "given_on"),
        ({"day": dt.date(2026, 8, 6)}, "GIVEN_DAY_OFF_BY_ONE", "given_on"),
        ({"lot": "FA1034"}, "LOT_LOOKS_ALIKE", "lot_number"),
        ({"lot": "FA1O43"}, "LOT_ONE_OFF", "lot_number"),
    ],
)
def test_a_near_dose_is_amended_to_what_was_told(ward: Ward, recorded: dict[str, Any], code: str, field: str) -> None:
    values = dict(recorded)
    if "lot" in values:
        values["lot"] = a_lot(number=values["lot"])
    dose = ward.dose(**values)
    offered = ward.first(ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    if offered.kinds != ("AMEND",):
        pytest.fail(repr(offered))
    assert code in codes(offered)
    assert set(offered.solutions[0].changes) == {field}
    assert [c.field for c in offered.cells if c.differs] == [field]
    assert offered.solutions[0].dose_id == dose.id


def test_one_click_settles_the_case_as_it_was_offered(ward: Ward) -> None:
    ward.dose(day=dt.date(2026, 5, 8))
    file = ward.file("DOSE1_MISSING", ward.claim(), paper=True)
    settle_case(
        by=ward.office.lead, at=NOW, key=a_key(), ref=file.ref, version=file.version,
        solutions=ward.first(file).solutions, answer="Đã sửa ngày tiêm theo phiếu.", because="Theo phiếu giấy",
    )  # fmt: skip
    assert [d.facts.given_on for d in doses_of([ward.profile_id])] == [DAY]


def test_a_dose_that_is_on_record_already_needs_nothing(ward: Ward) -> None:
    ward.dose()
    offered = ward.first(ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    assert (offered.kinds, codes(offered)) == (("NOTHING",), {"ON_RECORD_ALREADY"})



@pytest.mark.parametrize("words", ["", "Số lô trên giấy khác"])
def test_who_says_that_a_dose_is_wrong_and_tells_what_is_on_record_is_asked_back(ward: Ward, words: str) -> None:
    dose = ward.dose()
    pointed = {} if words else {"dose_id": dose.id}
    claim = ward.claim(ward.told(**pointed), text=words)
    offered = suggestions(ward.office.lead, NOW, ward.file("DOSE_WRONG", claim))
    assert [(s.ask, s.kinds, s.solutions, codes(s)) for s in offered] == [(WHICH_FACT, (), (), {"SAME_AS_RECORD"})]


def test_the_same_dose_under_a_near_profile_is_joined(ward: Ward) -> None:
    other = ward.person("Nguyen Thi An", identifiers=[("CMND9", "990001234")])
    ward.dose(other)
    offered = ward.first(ward.file("DOSE1_MISSING", ward.claim(), paper=True), by=ward.office.lead)
    assert offered.kinds == ("LINK",)
    assert (offered.solutions[0].keep_person, offered.solutions[0].join_person) == (ward.profile_id, other)
    assert {"NAME_WITHOUT_MARKS", "SAME_BIRTH", "DOSE_UNDER_NEAR_PERSON", "SAME_LOT"} <= codes(offered)


def test_people_with_two_valid_numbers_are_never_joined(ward: Ward) -> None:
    other = ward.person(
        identifiers=[("CCCD", a_cccd("FEMALE", BIRTH, "001"))]
    )  # of another province: no slip of a digit
    ward.dose(other)
    for kind in ("DOSE1_MISSING", "RECORD_VANISHED"):
        offered = suggestions(ward.office.lead, NOW, ward.file(kind, ward.claim(), paper=True))
        assert "LINK" not in {kind for s in offered for kind in s.kinds}


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER])
def test_an_officer_of_the_area_joins_by_the_same_click_as_a_facility(ward: Ward, role: Role) -> None:
    other = ward.person("Nguyen Thi An")
    ward.dose(other)
    area = an_area() if role is Role.COMMUNE_OFFICER else an_area("79", level=Level.PROVINCE)
    officer = an_officer(role, area)
    file = ward.file("DOSE1_MISSING", ward.claim(), paper=True)
    link = next(s for s in suggestions(officer, NOW, file) if s.kinds == ("LINK",))
    assert (link.blocked, [s.join_person for s in link.solutions]) == ("", [other])


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER])
def test_a_desk_that_may_not_join_is_told_whose_task_it_is(ward: Ward, role: Role) -> None:
    ward.dose(ward.person("Nguyen Thi An"))
    file = ward.file("DOSE1_MISSING", ward.claim(), paper=True)
    officer = an_officer(role) if role is Role.PROVINCE_OFFICER else a_staff_member(role)
    link = next(s for s in suggestions(officer, NOW, file) if s.kinds == ("LINK",))
    assert (link.blocked, link.solutions) == ("OTHER_DESK", ())
    assert link.doses


def test_a_person_outside_the_desks_area_is_masked(ward: Ward) -> None:
    far = an_area("01", level=Level.PROVINCE)
    other = ward.person("Nguyen Thi An", area=far)
    a_dose(other, given_on=DAY, lot=ward.lot)
    offered = suggestions(ward.office.lead, NOW, ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    link = next(s for s in offered if s.kinds == ("LINK",))
    assert link.blocked == "OTHER_DESK"
    assert link.person is not None
    assert (link.person.name, link.person.person_id, link.person.birth_date) == ("N. T. A.", None, None)
    assert (link.doses, link.cells) == ((), ())
    assert other not in seen_in(offered)
    assert ward.profile_id in seen_in(offered)


def a_declaration(ward: Ward, *, paper: bool) -> tuple[CaseFile, UUID]:
    """Give the report of a citizen's own declared dose, with a photo of the paper or without, and that dose."""
    phone = a_phone()
    person = ward.person(phones=[(phone, "OWN")])
    citizen = a_citizen(phone, person)
    facts = DoseFacts("PFIZER", DAY, lot_number="FA1O34", facility_id=ward.office.facility.id)
    declared = declare_dose(by=citizen, at=NOW, key="d", profile_id=person, facts=facts).dose
    file = ward.file(
        "DOSE_DECLARED", ward.claim(numbers=()), paper=paper, door="BOOK", by=citizen, person_id=person,
        dose_id=declared.id,
    )  # fmt: skip
    return file, declared.id


def test_a_declared_dose_is_verified(ward: Ward) -> None:
    file, dose_id = a_declaration(ward, paper=True)
    offered = ward.first(file)
    assert (offered.kinds, offered.solutions[0].dose_id) == (("VERIFY",), dose_id)
    assert codes(offered) == {"DECLARED_BY_CITIZEN", "EVIDENCE_ATTACHED"}


def test_a_declaration_is_no_reason_to_believe_itself(ward: Ward) -> None:
    file, _ = a_declaration(ward, paper=False)
    assert codes(ward.first(file)) == {"DECLARED_BY_CITIZEN", "NO_PAPER"}


def test_a_declared_dose_that_the_facility_recorded_too_is_the_double(ward: Ward) -> None:
    phone = a_phone()
    person = ward.person(phones=[(phone, "OWN")])
    citizen = a_citizen(phone, person)
    facts = DoseFacts("PFIZER", DAY, lot_number="FA1O34", facility_id=ward.office.facility.id)
    declared = declare_dose(by=citizen, at=NOW, key="d", profile_id=person, facts=facts).dose
    ward.dose(person, day=DAY + dt.timedelta(days=1))
    file = ward.file(
        "DOSE_DECLARED", ward.claim(numbers=()), door="BOOK", by=citizen, person_id=person, dose_id=declared.id
    )
    offered = next(s for s in suggestions(ward.office.lead, NOW, file) if s.kinds == ("VOID",))
    assert offered.solutions[0].dose_id == declared.id
    assert "FACILITY_HAS_IT" in codes(offered)


def test_a_voided_twin_is_recorded_anew(ward: Ward) -> None:
    dose = ward.dose()
    void_dose(
        by=ward.office.lead, at=NOW, key="v", profile_id=ward.profile_id, dose_id=dose.id, version=1,
        because="nhập nhầm người tiêm",
    )  # fmt: skip
    offered = ward.first(ward.file("RECORD_VANISHED", ward.claim()))
    assert offered.kinds == ("RECORD",)
    assert "VOIDED_TWIN" in codes(offered)


def test_a_dose_entered_twice_is_voided_once(ward: Ward) -> None:
    ward.dose()
    double = ward.dose(day=DAY + dt.timedelta(days=1), source=DoseSource.BACKLOG)
    claim = ward.claim(ward.told(dose_id=double.id))
    offered = ward.first(ward.file("NEVER_GIVEN", claim, dose_id=double.id, person_id=ward.profile_id, by=SYSTEM))
    assert (offered.kinds, offered.solutions[0].dose_id) == (("VOID",), double.id)
    assert {"CITIZEN_NEVER_GIVEN", "TWIN_ON_RECORD"} <= codes(offered)


@pytest.mark.parametrize("lot", ["FA1O34", "FA1034"])
def test_a_dose_that_was_never_given_is_voided_also_where_nobody_pointed_at_it(ward: Ward, lot: str) -> None:
    dose = ward.dose(lot=a_lot(number=lot))
    offered = ward.first(ward.file("NEVER_GIVEN", ward.claim()))
    assert (offered.kinds, offered.solutions[0].dose_id) == (("VOID",), dose.id)
    assert "CITIZEN_NEVER_GIVEN" in codes(offered)


@pytest.mark.parametrize("pointed", [True, False])
def test_a_ghost_that_was_voided_before_leaves_the_true_dose_beside_it_alone(ward: Ward, pointed: bool) -> None:
    true, ghost = ward.dose(), ward.dose(day=DAY + dt.timedelta(days=1), source=DoseSource.BACKLOG)
    void_dose(
        by=ward.office.lead, at=NOW, key="v", profile_id=ward.profile_id, dose_id=ghost.id, version=1,
        because="một mũi nhập hai lần",
    )  # fmt: skip
    told = ward.told(dose_id=ghost.id) if pointed else ward.told(given_on=ghost.facts.given_on)
    offered = suggestions(ward.office.lead, NOW, ward.file("NEVER_GIVEN", ward.claim(told)))
    assert [(s.kinds, codes(s)) for s in offered] == [(("NOTHING",), {"VOIDED_ALREADY"})]
    assert true.id in {dose.id for dose in doses_of([ward.profile_id])}


def test_a_ghost_that_lies_with_somebody_near_is_no_reason_to_join_them(ward: Ward) -> None:
    ward.dose(ward.person("Nguyen Thi An"))
    (offered,) = suggestions(ward.office.lead, NOW, ward.file("NEVER_GIVEN", ward.claim()))
    assert offered.kinds == ()


def test_who_says_never_given_of_a_dose_that_nobody_recorded_is_asked_which_one(ward: Ward) -> None:
    ward.dose(day=DAY - dt.timedelta(days=90), lot=a_lot(number="PW1234"))
    told = ward.told(product="MODERNA", lot_number="")
    (offered,) = suggestions(ward.office.lead, NOW, ward.file("NEVER_GIVEN", ward.claim(told)))
    assert (offered.ask, codes(offered)) == ("WHICH_DOSE", {"NO_SUCH_DOSE"})
    assert offered.person is not None
    assert offered.person.person_id == ward.profile_id


def test_both_missing_doses_are_one_suggestion(ward: Ward) -> None:
    second = DAY + dt.timedelta(days=30)
    ward.dose(day=second)
    claim = ward.claim(ward.told(), ward.told(order=2, given_on=second))
    offered = ward.first(ward.file("BOTH_MISSING", claim, paper=True))
    assert offered.kinds == ("RECORD",)
    assert "ON_RECORD_ALREADY" in codes(offered)


def test_missing_doses_of_two_facilities_are_recorded_together_by_the_desk_above_both(ward: Ward) -> None:
    other = a_lead().facility_id
    second = ward.told(order=2, given_on=DAY + dt.timedelta(days=30), facility_id=other)
    claim = ward.claim(ward.told(), second)
    above = ward.office.corrector
    file = ward.file("BOTH_MISSING", claim, paper=True, held_by=above)
    offered = ward.first(file, by=above)
    assert (offered.kinds, offered.blocked) == (("RECORD", "RECORD"), "")
    settle_case(
        by=above, at=NOW, key=a_key(), ref=file.ref, version=file.version, solutions=offered.solutions,
        answer="Đã ghi hai mũi theo phiếu.", because="Theo phiếu giấy",
    )  # fmt: skip
    assert {d.facts.facility_id for d in doses_of([ward.profile_id])} == {ward.office.facility.id, other}


def test_a_dose_moved_to_a_desks_own_facility_is_another_desks_task(ward: Ward) -> None:
    stranger = a_nurse()
    ward.dose(by=stranger)
    offered = ward.first(ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    assert (offered.kinds, offered.blocked) == (("AMEND",), "OTHER_DESK")


def test_it_asks_a_fixed_number_of_statements(ward: Ward) -> None:
    few = ward.file("DOSE1_MISSING", ward.claim(), paper=True)
    suggestions(ward.office.lead, NOW, few)
    with CaptureQueriesContext(connection) as seen:
        suggestions(ward.office.lead, NOW, few)
    for _ in range(6):
        ward.dose(ward.person("Nguyen Thi An"))
    with at_most(8), CaptureQueriesContext(connection) as more:
        assert suggestions(ward.office.lead, NOW, few)
    assert len(more) == len(seen)


SLIPS = st.sampled_from(
    [{}, {"given_on": dt.date(2026, 5, 8)}, {"lot_number": "FA1034"}, {"product": "MODERNA"},
     {"given_on": dt.date(2025, 1, 31), "lot_number": "ZZ9"}]
)  # fmt: skip
STATES = st.sampled_from([DoseState.CONFIRMED, DoseState.DECLARED, DoseState.VOIDED])
RECORD = st.lists(st.tuples(SLIPS, STATES), max_size=3)


DOSE_KINDS = sorted(code for code, kind in KINDS.items() if kind.doses[1])


@given(RECORD, st.booleans(), st.booleans(), st.sampled_from(DOSE_KINDS), st.none() | st.integers(0, 2))
def test_what_is_offered_for_one_told_dose_is_what_a_slow_reading_says(
    record: list[tuple[dict[str, Any], DoseState]], paper: bool, words: bool, kind: str, place: int | None
) -> None:
    person = new_id()
    doses = tuple(
        DoseView(
            new_id(), person, state, DoseSource.DESK,
            DoseFacts("PFIZER", DAY, lot_number="FA1O34").amended(slip), NOW + dt.timedelta(seconds=n), NOW, 1,
        )
        for n, (slip, state) in enumerate(record)
    )  # fmt: skip
    pointed = doses[place].id if place is not None and place < len(doses) else None
    told = ClaimedDose(1, "PFIZER", "FA1O34", DAY, dose_id=pointed)
    own = Side(person, person, 1, True, NAME, BIRTH, "DAY", "FEMALE", doses)
    rights = Rights(True, lambda d, f: True, lambda f: True, may_amend_person=True)
    claim = Claim(NAME, BIRTH, doses=(told,), text="Sai số lô" if words else "")
    picture = Picture(KINDS[kind], claim, None, paper, own, (), rights)
    offered = [
        ("ASK", None) if s.ask else (*s.kinds, s.solutions[0].dose_id) for s in propose(picture, limit=50)
    ]
    assert len(offered) == len(set(offered))
    assert set(offered) == expected_offers(kind, told, doses, paper=paper, words=words)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(DOSE_KINDS)))
def test_a_kind_about_no_dose_offers_none(kind: str) -> None:
    person = new_id()
    facts = DoseFacts("PFIZER", DAY, lot_number="FA1O34")
    dose = DoseView(new_id(), person, DoseState.CONFIRMED, DoseSource.DESK, facts, NOW, NOW, 1)
    own = Side(person, person, 1, True, NAME, BIRTH, "DAY", "FEMALE", (dose,))
    rights = Rights(True, lambda d, f: True, lambda f: True, may_amend_person=True)
    assert propose(Picture(KINDS[kind], Claim(NAME, BIRTH), None, True, own, (), rights)) == ()
