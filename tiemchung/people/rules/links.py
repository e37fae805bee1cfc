"""Joining and parting persons: the open edges decide everything, in whatever order they came and went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import CORRECTING_ROLES, Actor, Kind
from tiemchung.core.verdict import YES, Reason, Severity, Verdict, refuse

MAX_PROFILES = 8  # a group larger than this is a shared number or a mistake, and goes to review


@dataclass(frozen=True, slots=True)
class LinkSide:
    """One of two persons to be joined: what its clean personal numbers and its profiles say.

    `numbers` are blind indexes of clean 12-digit personal numbers, so that equality can be asked and
    nothing read. A phone is no part of it: a phone is never an argument.
    """

    person_id: UUID
    profile_ids: frozenset[UUID]
    numbers: frozenset[bytes]
    births: frozenset[str] = frozenset()
    sexes: frozenset[str] = frozenset()


def persons_of(nodes: Iterable[UUID], edges: Mapping[UUID, UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Give each person with all its profiles, sorted, its own first, from the open edges {joined: kept}."""
    groups: dict[UUID, list[UUID]] = {}
    for node in nodes:
        groups.setdefault(root_of(node, edges), []).append(node)
    return {root: (root, *sorted(n for n in group if n != root)) for root, group in groups.items()}


def root_of(node: UUID, edges: Mapping[UUID, UUID]) -> UUID:
    """Follow the open edges from a profile to the person that it is now."""
    while node in edges:
        node = edges[node]
    return node


def may_join(by: Actor) -> bool:
    """Tell whether this role may join and part persons: those who correct data, and the system for them."""
    return by.kind is Kind.SYSTEM or (by.kind is Kind.STAFF and by.role in CORRECTING_ROLES)


def may_link(keep: LinkSide, join: LinkSide, forbidden: Sequence[tuple[UUID, UUID]], because: str) -> Verdict:
    """Say whether two persons may be made one, by a person's decision (identity.md 5.4, G2 and G3).

    Two different clean personal numbers refuse for good: what is wrong then is a number, and it is amended
    first.
    """
    if keep.person_id == join.person_id:
        return refuse("LINK_SAME_PERSON")
    verdict = YES if because.strip() else refuse("PEOPLE_REASON_REQUIRED")
    if keep.numbers and join.numbers and keep.numbers.isdisjoint(join.numbers):
        verdict += refuse("LINK_TWO_NUMBERS")
    if any({a, b} <= keep.profile_ids | join.profile_ids for a, b in forbidden):
        verdict += refuse("LINK_FORBIDDEN")
    if len(keep.profile_ids | join.profile_ids) > MAX_PROFILES:
        verdict += refuse("LINK_TOO_MANY", limit=MAX_PROFILES)
    return verdict + _warnings(keep, join)


def _warnings(keep: LinkSide, join: LinkSide) -> Verdict:
    codes = []
    if keep.births and join.births and keep.births.isdisjoint(join.births):
        codes.append("LINK_BIRTHS_DIFFER")
    if keep.sexes and join.sexes and keep.sexes.isdisjoint(join.sexes):
        codes.append("LINK_SEXES_DIFFER")
    return Verdict(tuple(Reason(code, Severity.WARN) for code in codes))
