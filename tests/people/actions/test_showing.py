"""A number is shown in full to whoever reviews its holder, each time on record; who shares it, within their scope."""

from uuid import UUID

import pytest

from tests.people.conftest import (
    AT,
    CITIZEN,
    CORRECTOR,
    FAR,
    FAR_NURSE,
    HOSPITAL,
    HOTLINE,
    MINISTRY,
    NURSE,
    OFFICER,
    Register,
    staff,
)
from tiemchung.core.actor import Actor, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import retire_identifier, show_numbers
from tiemchung.people.models import Identifier
from tiemchung.people.reads import NotFound

pytestmark = pytest.mark.django_db
CCCD, CMND = "079201000001", "024123456"
LEAD = staff(Role.FACILITY_LEAD, 8)


def shown_to(by: Actor, person_id: UUID) -> list[tuple[str, str]]:
    found = show_numbers(by=by, at=AT, person_id=person_id, purpose="identity review")
    return [(one.system, one.number) for one in found]


def lines() -> list[tuple[UUID | None, UUID | None, str]]:
    found = AuditLine.objects.filter(action="people.show_numbers").order_by("id")
    return list(found.values_list("actor_id", "subject_id", "because"))


@pytest.mark.parametrize("by", [LEAD, OFFICER, CORRECTOR])
def test_a_reviewer_sees_the_numbers_in_full_and_each_look_is_on_record(register: Register, by: Actor) -> None:
    person = register(identifiers=[("CMND9", CMND), ("CCCD", CCCD)]).person_id
    for _ in range(2):
        assert shown_to(by, person) == [("CCCD", CCCD), ("CMND9", CMND)]
    assert lines() == [(by.id, person, "identity review")] * 2
    assert CCCD not in str(list(AuditLine.objects.values()))
    # Whoever opened the page has looked once: the citizen is told of one look, not of two.
    assert not AuditLine.objects.filter(facts__look=True, subject_id=person).exists()


@pytest.mark.parametrize("by", [NURSE, MINISTRY, HOTLINE, FAR_NURSE, CITIZEN])
def test_nobody_else_sees_them(register: Register, by: Actor) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    with pytest.raises((Refused, NotFound)):
        shown_to(by, person)
    assert lines() == []


def test_a_look_without_a_purpose_is_refused(register: Register) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    with pytest.raises(Refused):
        show_numbers(by=LEAD, at=AT, person_id=person, purpose=" ")


def test_another_holder_in_scope_is_named_and_the_look_is_on_record(register: Register) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    twin = register("Nguyễn Văn Ân", identifiers=[("CMND12", CCCD)]).person_id
    (one,) = show_numbers(by=LEAD, at=AT, person_id=person, purpose="identity review")
    (peer,) = one.peers
    assert peer.seen is not None
    assert (peer.seen.person_id, peer.seen.full_name) == (twin, "Nguyễn Văn Ân")
    assert {subject for _, subject, _ in lines()} == {person, twin}


def test_of_another_holder_beyond_the_scope_only_the_desk_is_told(register: Register) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    register("Lò Văn Ân", identifiers=[("CCCD", CCCD)], by=FAR_NURSE, area_id=FAR)
    (one,) = show_numbers(by=LEAD, at=AT, person_id=person, purpose="identity review")
    (peer,) = one.peers
    assert (peer.seen, peer.facility_id, peer.area_id) == (None, HOSPITAL, FAR)
    assert {subject for _, subject, _ in lines()} == {person}


def test_a_number_that_is_given_up_is_shared_no_more(register: Register) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    twin = register("Nguyễn Văn Ân", identifiers=[("CCCD", CCCD)]).person_id
    row = Identifier.objects.get(profile_id=twin)
    retire_identifier(by=CORRECTOR, at=AT, profile_id=twin, identifier_id=row.id, because="Nhập nhầm số")
    (one,) = show_numbers(by=LEAD, at=AT, person_id=person, purpose="identity review")
    assert one.peers == ()
    assert show_numbers(by=LEAD, at=AT, person_id=twin, purpose="identity review") == ()
