"""What a desk is offered is right, explained, and only what it may see and do."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
    a_person,
    a_phone,
    a_staff_member,
    an_area,
    an_officer,
)
from tests.cases.conftest import Office
from tests.oracles.suggest import expected_offers
from tiemchung.cases.actions import claim_case, settle_case
from tiemchung.cases.kinds import KINDS
from tiemchung.cases.models import Evidence
from tiemchung.cases.proposing import Picture, Rights, Side, propose
from tiemchung.cases.reads import seen_in, suggestions
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.suggestions import WHICH_FACT, Suggestion
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.ids import new_id
from tiemchung.doses.actions import declare_dose, void_dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.actions import add_phone, amend_profile
from tiemchung.places.rules import Level

DAY = dt.date(2026, 8, 5)
NAME, BIRTH = "Nguyễn Thị An", dt.date(1991, 3, 5)


class Ward:
    """One office, a person known there, and what they tell."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.nurse = a_nurse(office.facility)
        self.cccd = a_cccd("FEMALE", BIRTH)
        self.lot = a_lot(number="FA1O34")
        self.profile_id = self.person(identifiers=[("CCCD", self.cccd)])

    def person(self, name: str = NAME, **more: Any) -> Any:
        """Put somebody of this name and birth on record."""
        values: dict[str, Any] = {"identifiers": (), "phones": ()} | more
        return a_person(name, values.pop("birth_date", BIRTH), **values).profile_id

    def told(self, **more: Any) -> ClaimedDose:
        """Give the dose as it was told."""
        base: dict[str, Any] = {
            "order": 1, "product": "PFIZER", "lot_number": "FA1O34", "given_on": DAY,
            "facility_id": self.office.facility.id,
        }  # fmt: skip
        return ClaimedDose(**base | more)

    def claim(self, *doses: ClaimedDose, **more: Any) -> Claim:
        """Give a claim of this person."""
        base: dict[str, Any] = {
            "full_name": NAME, "birth_date": BIRTH, "sex": "FEMALE", "numbers": (("CCCD", self.cccd),),
            "doses": doses or (self.told(),),
        }  # fmt: skip
        return Claim(**base | more)

    def file(self, kind: str, claim: Claim, *, paper: bool = False, **more: Any) -> CaseFile:
        """Report it, and give the case as its desk has claimed it."""
        case_id = new_id()
        if paper:
            Evidence.objects.create(
                case_id=case_id, number=1, media_type="image/jpeg", bytes=1, width=1, height=1, digest=b"x",
                added_at=NOW, added_by="citizen",
            )  # fmt: skip
        held_by = more.pop("held_by", self.office.lead)
        opened = self.office.report(kind, claim=claim, case_id=case_id, **more)
        return claim_case(by=held_by, at=NOW, ref=opened.ref)

    def dose(self, profile_id: Any = None, day: dt.date = DAY, **more: Any) -> DoseView:
        """Put a dose on record at this office."""
        values = {"by": self.nurse, "lot": self.lot} | more
        return a_dose(profile_id or self.profile_id, given_on=day, **values).dose

    def first(self, file: CaseFile, by: Any = None) -> Suggestion:
        """Give what is offered first."""
        return suggestions(by or self.office.lead, NOW, file)[0]


@pytest.fixture
def ward(office: Office) -> Ward:
    """Give one ward."""
    return Ward(office)


def codes(suggestion: Suggestion) -> set[str]:
    """Give the codes of its reasons."""
    return {reason.code for reason in suggestion.reasons}


@contextmanager
def at_most(statements: int) -> Iterator[None]:
    """Demand no more statements than that."""
    with CaptureQueriesContext(connection) as seen:
        yield
    assert len(seen) <= statements, [q["sql"][:120] for q in seen.captured_queries]


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


@pytest.mark.parametrize(
    ("numbers", "birth", "said"),
    [(True, BIRTH, set()), (False, BIRTH, {"PERSON_GUESSED", "SAME_NAME", "SAME_BIRTH"}),
     (False, dt.date(1991, 5, 3), {"PERSON_GUESSED", "SAME_NAME", "DAY_MONTH_SWAPPED"})],
)  # fmt: skip
def test_whatever_is_offered_about_a_guessed_person_says_so_and_why(
    ward: Ward, numbers: bool, birth: dt.date, said: set[str]
) -> None:
    claim = replace(ward.claim(), birth_date=birth, numbers=(("CCCD", ward.cccd),) if numbers else ())
    offered = ward.first(ward.file("DOSE1_MISSING", claim, paper=True))
    assert offered.kinds == ("RECORD",)
    assert codes(offered) - {"EVIDENCE_ATTACHED", "NOWHERE_ON_RECORD", "SAME_AREA"} == said


def test_a_number_of_somebody_of_another_name_is_asked_for_and_names_nobody(ward: Ward) -> None:
    claim = replace(ward.claim(), full_name="Trần Thị Lạ", birth_date=BIRTH + dt.timedelta(days=4000))
    (offered,) = suggestions(ward.office.lead, NOW, ward.file("DOSE1_MISSING", claim, paper=True))
    assert (offered.ask, codes(offered)) == ("WHICH_NUMBER", {"NUMBER_OF_ANOTHER"})
    assert (offered.person, offered.doses, offered.cells) == (None, (), ())


@pytest.mark.parametrize(("after", "kinds"), [(-1, []), (0, ["RECORD"]), (1, ["RECORD"])])
def test_no_dose_after_death_is_put_on_record_by_one_click(ward: Ward, after: int, kinds: list[str]) -> None:
    died_on = DAY + dt.timedelta(days=after)
    amend_profile(by=SYSTEM, at=NOW, profile_id=ward.profile_id, because="giấy chứng tử phường", died_on=died_on)
    offered = suggestions(ward.office.lead, NOW, ward.file("DOSE1_MISSING", ward.claim(), paper=True))
    assert [kind for one in offered for kind in one.kinds] == kinds


def other_phone_file(ward: Ward, named: str, **more: Any) -> CaseFile:
    """Report that one's doses lie under that phone, with no dose named."""
    claim = replace(ward.claim(), doses=(), other_phone=named, province_id=an_area("79", level=Level.PROVINCE).id)
    opened = ward.office.report("OTHER_PHONE_OR_NUMBER", claim=claim, **more)
    return claim_case(by=ward.office.corrector, at=NOW, ref=opened.ref)


def test_whoever_is_on_the_phone_that_was_named_is_joined_and_their_phone_not_given_away(ward: Ward) -> None:
    phone = a_phone()
    other = ward.person(phones=[(phone, "OWN")])
    file = other_phone_file(ward, phone)
    with at_most(10):
        offered = suggestions(ward.office.corrector, NOW, file)
    assert [s.kinds for s in offered] == [("LINK",)]
    assert offered[0].solutions[0].join_person == other
    assert {"SAME_NAME", "SAME_BIRTH", "SAME_PHONE"} <= codes(offered[0])


@pytest.mark.parametrize(("known", "kinds"), [(True, ["LINK"]), (False, ["ADD_NUMBER"])])
def test_a_number_that_is_on_another_record_comes_with_that_record_and_is_never_added(
    ward: Ward, known: bool, kinds: list[str]
) -> None:
    old = "990000918"
    ward.person("Nguyen Thi An", identifiers=[("CMND9", old)] if known else ())
    claim = replace(ward.claim(), doses=(), wanted={"number": old}, commune_id=None)
    claim = replace(claim, province_id=an_area("79", level=Level.PROVINCE).id)
    opened = ward.office.report("OTHER_PHONE_OR_NUMBER", claim=claim)
    file = claim_case(by=ward.office.corrector, at=NOW, ref=opened.ref)
    offered = suggestions(ward.office.corrector, NOW, file)
    assert [kind for one in offered for kind in one.kinds if kind != "AMEND_PERSON"] == kinds


def test_a_strangers_phone_is_not_written_onto_the_record(ward: Ward) -> None:
    phone = a_phone()
    ward.person("Trần Văn Bình", birth_date=dt.date(1960, 1, 2), phones=[(phone, "OWN")])
    assert suggestions(ward.office.corrector, NOW, other_phone_file(ward, phone)) == ()


def test_a_phone_that_nobody_is_on_is_added_where_the_report_came_from_the_person(ward: Ward) -> None:
    own = a_phone()
    add_phone(by=SYSTEM, at=NOW, profile_id=ward.profile_id, phone=own, relation="OWN")
    offered = suggestions(ward.office.corrector, NOW, other_phone_file(ward, a_phone(), phone=own))
    assert [s.kinds for s in offered] == [("ADD_PHONE",)]


def test_who_reports_from_a_strangers_phone_is_asked_to_prove_who_they_are(ward: Ward) -> None:
    (offered,) = suggestions(ward.office.corrector, NOW, other_phone_file(ward, a_phone()))
    assert (offered.ask, codes(offered), offered.solutions) == ("PROVE_PHONE", {"PHONE_NOT_PROVED"}, ())


def test_the_number_that_the_record_lacks_is_offered_and_never_the_one_it_has(ward: Ward) -> None:
    """A new CCCD beside the CMND of long ago: the old one is told as the number under which the doses lie."""
    old, new = "990000917", a_cccd("FEMALE", BIRTH)
    holder = ward.person("Trần Thị Quỳ", identifiers=[("CMND9", old)])
    claim = replace(ward.claim(), full_name="Trần Thị Quỳ", doses=(), numbers=(("CCCD", new),), wanted={"number": old})
    claim = replace(claim, province_id=an_area("79", level=Level.PROVINCE).id)
    opened = ward.office.report("OTHER_PHONE_OR_NUMBER", claim=claim)
    file = claim_case(by=ward.office.corrector, at=NOW, ref=opened.ref)
    (offered,) = suggestions(ward.office.corrector, NOW, file)
    assert (offered.kinds, offered.solutions[0].profile_id, offered.solutions[0].number) == (
        ("ADD_NUMBER",), holder, new,
    )  # fmt: skip


def test_a_wrong_name_is_amended_as_told(ward: Ward) -> None:
    claim = ward.claim(doses=(), wanted={"full_name": "Nguyễn Thị Ân", "birth_date": "1991-05-03"})
    province = an_area("79", level=Level.PROVINCE)
    opened = ward.office.report(
        "PERSONAL_DATA", claim=Claim(**{f: getattr(claim, f) for f in Claim.__dataclass_fields__} | {
            "province_id": province.id, "doses": ()}),
    )  # fmt: skip
    file = claim_case(by=ward.office.corrector, at=NOW, ref=opened.ref)
    offered = ward.first(file, by=ward.office.corrector)
    assert offered.kinds == ("AMEND_PERSON",)
    assert offered.solutions[0].changes == {"full_name": "Nguyễn Thị Ân", "birth_date": dt.date(1991, 5, 3)}
    assert {c.field for c in offered.cells if c.differs} == {"full_name", "birth_date"}


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
