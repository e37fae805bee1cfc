"""Who a report is about, and whose phone and number it adds: a guess is called one, and strangers get nothing."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    NOW,
    a_cccd,
    a_phone,
    an_area,
)
from tests.cases.ward import BIRTH, DAY, Ward, at_most, codes
from tiemchung.cases.actions import claim_case
from tiemchung.cases.reads import suggestions
from tiemchung.cases.rules import Claim
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import SYSTEM
from tiemchung.people.actions import add_phone, amend_profile
from tiemchung.places.rules import Level


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
