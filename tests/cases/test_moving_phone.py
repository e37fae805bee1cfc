"""A desk that saw the papers moves a reporter to another phone: the lost one opens the record no more."""

from dataclasses import replace

import pytest

from tests.builders import NOW, a_key, a_person, a_phone
from tests.cases.conftest import Office
from tiemchung.cases.actions import claim_case, settle_case
from tiemchung.cases.kinds import KINDS, SolutionKind
from tiemchung.cases.reads import progress_of, travel_of
from tiemchung.cases.rules.travel import Stop
from tiemchung.cases.solutions import REPORTERS, Solution
from tiemchung.core.actor import PUBLIC, SYSTEM
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people import actions as people
from tiemchung.people.reads import holders_of, proven_persons, reach_of

pytestmark = pytest.mark.usefixtures("country", "db")
WHY = "Đã xem căn cước, điện thoại cũ bị mất"


def test_the_old_phone_is_shut_out_and_the_new_one_proves_itself(office: Office) -> None:
    old, new = a_phone(), a_phone()
    person = a_person("Nguyễn Thị An", phones=[(old, "OWN")]).person_id
    (holder,) = holders_of([person]).values()
    fact = {"full_name": holder.full_name, "birth_date": holder.birth_date}
    people.prove_person(by=PUBLIC, at=NOW, contact_key=contact_key(old), **fact)
    assert proven_persons(contact_key(old), NOW) == (person,)
    case = office.report(person_id=person, phone=new)
    file = claim_case(by=office.lead, at=NOW, ref=case.ref)
    (phone,) = people.open_person(by=office.lead, at=NOW, person_id=person, purpose="CORRECT").phones
    move = Solution(SolutionKind.MOVE_PHONE, person, contact_id=phone.contact_id, system="OWN", number=new)
    settle_case(
        by=office.lead, at=NOW, key=a_key(), ref=case.ref, version=file.version, solutions=[move],
        answer="Chúng tôi đã chuyển hồ sơ sang số mới", because=WHY,
    )  # fmt: skip
    assert (proven_persons(contact_key(old), NOW), reach_of(person)) == ((), new)
    assert proven_persons(contact_key(new), NOW) == ()
    assert not people.prove_person(by=PUBLIC, at=NOW, contact_key=contact_key(old), **fact).verdict.allowed
    assert people.prove_person(by=PUBLIC, at=NOW, contact_key=contact_key(new), **fact).person_ids == (person,)
    seen = progress_of(case.ref, contact_key(new))
    assert seen is not None
    assert [(effect.solution, effect.object_id is not None) for effect in seen.effects] == [("MOVE_PHONE", True)]
    assert [stop.stop for stop in travel_of(seen.effects)] == [Stop.LEDGER]


def test_a_contact_of_somebody_else_or_none_moves_nobody(office: Office) -> None:
    phone, other = a_phone(), a_phone()
    person = a_person("Nguyễn Thị An", phones=[(phone, "OWN")]).person_id
    stranger = a_person("Trần Văn Hai", phones=[(other, "OWN")]).person_id
    case = office.report(person_id=person)
    (strange,) = people.open_person(by=SYSTEM, at=NOW, person_id=stranger, purpose="CORRECT").phones
    for contact_id, code in ((strange.contact_id, "CASE_PERSON_UNSEEN"), (None, "CASE_SOLUTION_INCOMPLETE")):
        file = claim_case(by=office.lead, at=NOW, ref=case.ref)
        move = Solution(SolutionKind.MOVE_PHONE, person, contact_id=contact_id, system="OWN", number=REPORTERS)
        with pytest.raises(Refused, match=code):
            settle_case(
                by=office.lead, at=NOW, key=a_key(), ref=case.ref, version=file.version, solutions=[move],
                answer="Chúng tôi đã chuyển hồ sơ sang số mới", because=WHY,
            )  # fmt: skip
    assert (reach_of(person), reach_of(stranger)) == (phone, other)


@pytest.mark.parametrize("proved", [True, False])
def test_nobody_is_moved_to_a_phone_that_a_stranger_names(office: Office, proved: bool) -> None:
    old, new = a_phone(), a_phone()
    person = a_person("Nguyễn Thị An", phones=[(old, "OWN")]).person_id
    case = office.report(person_id=person if proved else None)
    (phone,) = people.open_person(by=office.lead, at=NOW, person_id=person, purpose="CORRECT").phones
    file = claim_case(by=office.lead, at=NOW, ref=case.ref)
    move = Solution(SolutionKind.MOVE_PHONE, person, contact_id=phone.contact_id, system="OWN", number=new)
    wanted = {"by": office.lead, "at": NOW, "ref": case.ref, "version": file.version, "because": WHY,
              "answer": "Chúng tôi đã chuyển hồ sơ sang số mới"}  # fmt: skip
    with pytest.raises(Refused, match="PHONE_UNPROVEN"):
        settle_case(**wanted, key=a_key(), solutions=[move])
    assert reach_of(person) == old
    settle_case(**wanted, key=a_key(), solutions=[replace(move, override="Đã xem căn cước tại quầy")])
    assert reach_of(person) == new


def test_the_kind_about_another_phone_knows_the_move() -> None:
    assert SolutionKind.MOVE_PHONE in KINDS["OTHER_PHONE_OR_NUMBER"].solutions
