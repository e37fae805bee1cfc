"""The whole matrix: who may open whom, from where."""

from uuid import UUID

import pytest

from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.people.rules.sight import (
    SCOPES,
    Scope,
    Sighted,
    may_amend,
    may_keep_contacts,
    may_register,
    may_search_by_name,
    may_search_by_number,
    may_see,
    scope_of,
    searches_nationwide,
)

HOME, AWAY, MINE, THEIRS, AN, BINH = (UUID(int=n) for n in range(1, 7))
AT_HOME = Sighted(AN, frozenset({HOME}), frozenset())
ELSEWHERE = Sighted(AN, frozenset({AWAY}), frozenset({THEIRS}))
WALKED_IN = Sighted(AN, frozenset({AWAY}), frozenset({MINE}))
PERMITTED = Sighted(AN, frozenset({AWAY}), frozenset({THEIRS}), permitted=True)
NOWHERE = Sighted(AN, frozenset(), frozenset())
_LOCAL = {
    Role.VACCINATOR,
    Role.FACILITY_LEAD,
    Role.COMMUNE_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.DATA_CORRECTOR,
    Role.PROVINCE_OFFICER,
}


def _staff(role: Role) -> Actor:
    return Actor(kind=Kind.STAFF, id=UUID(int=9), role=role, facility_id=MINE, area_ids=frozenset({HOME}))


def test_every_role_stands_in_the_table() -> None:
    assert set(SCOPES) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_exactly_its_part(role: Role) -> None:
    seen = [may_see(_staff(role), person) for person in (AT_HOME, WALKED_IN, PERMITTED, ELSEWHERE, NOWHERE)]
    expected = {
        **{local: [True, True, True, False, False] for local in _LOCAL},
        Role.MINISTRY_OFFICER: [True] * 5,
        Role.HOTLINE_AGENT: [False, False, True, False, False],
        Role.ADMIN: [False] * 5,
    }
    assert seen == expected[role]


def test_a_citizen_sees_only_whom_they_proved() -> None:
    an = Actor(kind=Kind.CITIZEN, person_ids=frozenset({AN}), area_ids=frozenset({HOME}))
    assert may_see(an, ELSEWHERE)
    assert not may_see(an, Sighted(BINH, frozenset({HOME}), frozenset(), permitted=True))


def test_strangers_and_unposted_staff_see_nobody() -> None:
    for actor in (PUBLIC, Actor(kind=Kind.STAFF, area_ids=frozenset({HOME}), facility_id=MINE)):
        assert scope_of(actor) is Scope.NOBODY
        assert not any(may_see(actor, person) for person in (AT_HOME, WALKED_IN, PERMITTED))


def test_an_empty_scope_sees_nobody_even_who_lives_nowhere() -> None:
    nurse = Actor(kind=Kind.STAFF, id=UUID(int=9), role=Role.VACCINATOR)
    assert not any(may_see(nurse, person) for person in (AT_HOME, NOWHERE, ELSEWHERE))


def test_only_local_roles_search_by_name() -> None:
    assert {role for role in Role if may_search_by_name(_staff(role))} == _LOCAL


def test_only_who_faces_the_citizen_searches_the_country() -> None:
    assert {role for role in Role if searches_nationwide(_staff(role))} == {
        Role.VACCINATOR,
        Role.FACILITY_LEAD,
        Role.DATA_CORRECTOR,
        Role.HOTLINE_AGENT,
        Role.MINISTRY_OFFICER,
    }


def test_admin_citizen_public_and_system_do_not_search() -> None:
    for actor in (_staff(Role.ADMIN), Actor(kind=Kind.CITIZEN), PUBLIC, SYSTEM):
        assert not may_search_by_number(actor)
        assert not may_search_by_name(actor)


def test_officers_of_figures_change_nothing() -> None:
    assert {role for role in Role if may_amend(_staff(role), AT_HOME)} == {
        Role.VACCINATOR,
        Role.FACILITY_LEAD,
        Role.COMMUNE_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.DATA_CORRECTOR,
    }
    assert not may_amend(_staff(Role.DATA_CORRECTOR), ELSEWHERE)
    assert not may_amend(_staff(Role.DISTRICT_OFFICER), ELSEWHERE)
    assert may_amend(SYSTEM, ELSEWHERE)


def test_a_citizen_keeps_the_contacts_of_their_own_and_amends_nobody() -> None:
    an = Actor(kind=Kind.CITIZEN, person_ids=frozenset({AN}))
    assert may_keep_contacts(an, ELSEWHERE)
    assert not may_amend(an, ELSEWHERE)
    assert not may_keep_contacts(Actor(kind=Kind.CITIZEN), ELSEWHERE)


def test_the_public_registers_nobody() -> None:
    assert not may_register(PUBLIC)
    assert may_register(Actor(kind=Kind.CITIZEN))
    assert not may_register(_staff(Role.ADMIN))
