"""The open edges alone say who is one person."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.people.rules.links import LinkSide, may_join, may_link, persons_of

A, B, C, D = (UUID(int=n) for n in range(1, 5))


def _side(person: UUID, *numbers: bytes, births: str = "", sex: str = "") -> LinkSide:
    return LinkSide(
        person,
        frozenset({person}),
        frozenset(numbers),
        frozenset(filter(None, [births])),
        frozenset(filter(None, [sex])),
    )


def _codes(keep: LinkSide, join: LinkSide, **more: object) -> set[str]:
    facts = {"forbidden": [], "because": "same papers"} | more
    return {r.code for r in may_link(keep, join, **facts).reasons}  # type: ignore[arg-type]


def test_without_edges_everybody_is_their_own_person() -> None:
    assert persons_of([A, B], {}) == {A: (A,), B: (B,)}


def test_a_chain_of_edges_leads_to_its_end() -> None:
    assert persons_of([A, B, C], {B: A, A: C}) == {C: (C, A, B)}


@given(st.permutations([(B, A), (C, A), (D, C)]))
def test_the_order_of_decisions_does_not_matter(edges: list[tuple[UUID, UUID]]) -> None:
    assert persons_of([D, C, B, A], dict(edges)) == {A: (A, B, C, D)}


def test_two_different_clean_numbers_refuse_even_with_a_reason() -> None:
    verdict = may_link(_side(A, b"1"), _side(B, b"2"), [], "a good reason")
    assert not verdict.allowed
    assert not verdict.needs_override


def test_one_number_or_none_does_not_refuse() -> None:
    assert not _codes(_side(A, b"1"), _side(B, b"1"))
    assert not _codes(_side(A, b"1"), _side(B))
    assert not _codes(_side(A, b"1", b"2"), _side(B, b"2"))


def test_a_note_of_two_people_refuses() -> None:
    assert _codes(_side(A), _side(B), forbidden=[(A, B)]) == {"LINK_FORBIDDEN"}
    assert _codes(_side(A), _side(B), forbidden=[(A, D)]) == set()


def test_a_reason_is_demanded_and_oneself_is_refused() -> None:
    assert _codes(_side(A), _side(B), because="  ") == {"PEOPLE_REASON_REQUIRED"}
    assert _codes(_side(A), _side(A)) == {"LINK_SAME_PERSON"}


def test_other_births_and_sexes_warn() -> None:
    keep, join = _side(A, births="DAY:2001-03-05", sex="MALE"), _side(B, births="DAY:2001-03-06", sex="FEMALE")
    assert _codes(keep, join) == {"LINK_BIRTHS_DIFFER", "LINK_SEXES_DIFFER"}
    assert may_link(keep, join, [], "papers").allowed


def test_nine_profiles_are_not_one_person() -> None:
    many = LinkSide(A, frozenset(UUID(int=n) for n in range(1, 9)), frozenset())
    assert _codes(many, _side(UUID(int=99))) == {"LINK_TOO_MANY"}


def test_only_correcting_roles_join() -> None:
    allowed = {role for role in Role if may_join(Actor(kind=Kind.STAFF, role=role))}
    assert allowed == {Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR}
    assert may_join(SYSTEM)
    assert not may_join(PUBLIC)
    assert not may_join(Actor(kind=Kind.CITIZEN, role=Role.DATA_CORRECTOR))
