"""Joining and parting: by hand, with a reason, and exactly undone."""

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import forbid_link, link_profiles, lock_person, register_profile, undo_link
from tiemchung.people.models import Person, PersonLink, Profile
from tiemchung.people.reads import NotFound, holder_of, holders_of, person_of, profile_ids_of
from tiemchung.people.rules.links import root_of

from ..conftest import AT, CORRECTOR, FAR_NURSE, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
_keys = iter(f"link-{n}" for n in range(10**9))


def _link(keep: UUID, join: UUID, **more: Any) -> UUID:
    facts = {"by": CORRECTOR, "at": AT, "key": next(_keys), "because": "same card seen"} | more
    return link_profiles(keep_person=keep, join_person=join, **facts).link_id  # type: ignore[arg-type]


def _undo(profile: UUID, link: UUID, because: str = "two people after all") -> None:
    undo_link(by=CORRECTOR, at=AT, profile_id=profile, link_id=link, because=because)


def _state(ids: list[UUID]) -> list[tuple[Any, ...]]:
    rows = Person.objects.filter(id__in=ids).order_by("id").values_list("id", "person_id", "joined_ids", "created_at")
    profiles = Profile.objects.filter(id__in=ids).order_by("id").values_list()
    return [*rows, *profiles]


def test_joined_profiles_are_one_person_from_either_side(register: Register) -> None:
    an, again = register().profile_id, register().profile_id
    _link(an, again)
    assert person_of(again) == an
    assert profile_ids_of(an) == profile_ids_of(again) == (an, again)
    assert holder_of(again).person_id == an
    assert {h.person_id for h in holders_of([an, again]).values()} == {an}


def test_undoing_gives_back_every_byte(register: Register) -> None:
    ids = [register(phones=[(PHONE, "FAMILY")]).profile_id for _ in range(3)]
    before = _state(ids)
    first, second = _link(ids[0], ids[1]), _link(ids[2], ids[0])
    assert person_of(ids[1]) == ids[2]
    _undo(ids[1], first)  # the older decision first
    assert profile_ids_of(ids[2]) == (ids[2], ids[0])
    assert person_of(ids[1]) == ids[1]
    _undo(ids[0], second)
    assert _state(ids) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_after_any_decisions_the_rows_say_what_the_open_edges_say(
    register: Register, steps: list[tuple[bool, int, int]]
) -> None:
    with transaction.atomic():
        ids = [register(key=next(_keys)).profile_id for _ in range(5)]
        before, links = _state(ids), []
        for joins, one, two in steps:
            if joins and person_of(ids[one]) != person_of(ids[two]):
                joined = person_of(ids[two])
                links.append((joined, _link(ids[one], ids[two])))
            elif not joins and links:
                _undo(*links.pop((one + two) % len(links)))
            _rows_are_the_fold_of_the_open_edges(ids)
        for link in links:
            _undo(*link)
        assert _state(ids) == before
        transaction.set_rollback(True)


def _rows_are_the_fold_of_the_open_edges(ids: list[UUID]) -> None:
    rows = PersonLink.objects.filter(profile_id__in=ids, valid_to__isnull=True)
    edges = dict(rows.values_list("profile_id", "person_id"))
    for one in ids:
        root = root_of(one, edges)
        assert person_of(one) == root
        assert set(profile_ids_of(one)) == {other for other in ids if root_of(other, edges) == root}


def test_a_decision_is_never_erased(register: Register) -> None:
    an, again = register().profile_id, register().profile_id
    link = _link(an, again)
    _undo(again, link)
    _undo(again, link)  # twice changes nothing
    row = PersonLink.objects.get(profile_id=again)
    assert (row.because, row.ended_because, row.valid_to) == ("same card seen", "two people after all", AT)
    actions = AuditLine.objects.filter(subject_id=an).values_list("action", flat=True)
    assert sorted(actions)[-2:] == ["people.register_profile", "people.undo_link"]
    assert list(actions).count("people.undo_link") == 1


def test_the_same_key_joins_once(register: Register) -> None:
    an, again = register().profile_id, register().profile_id
    assert _link(an, again, key="twice") == _link(an, again, key="twice")
    assert PersonLink.objects.filter(profile_id=again).count() == 1


def test_two_clean_personal_numbers_cannot_be_joined(register: Register) -> None:
    an = register(identifiers=[("CCCD", "079201000001")]).profile_id
    other = register(identifiers=[("CCCD", "079201000002")]).profile_id
    with pytest.raises(Refused, match="LINK_TWO_NUMBERS"):
        _link(an, other)
    assert person_of(other) == other


def test_a_doubtful_number_does_not_hold_apart(register: Register) -> None:
    an = register(identifiers=[("CCCD", "079201000001")]).profile_id
    other = register(identifiers=[("CCCD", "079301000002")]).profile_id  # a woman's number on a man
    assert _link(an, other)


def test_the_guard_sees_every_profile_of_a_joined_person(register: Register) -> None:
    an, between = register(identifiers=[("CCCD", "079201000001")]).profile_id, register().profile_id
    other = register(identifiers=[("CCCD", "079201000002")]).profile_id
    _link(between, an)
    with pytest.raises(Refused, match="LINK_TWO_NUMBERS"):
        _link(between, other)


def test_one_phone_is_no_argument(register: Register) -> None:
    an = register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", "079201000001")]).profile_id
    other = register(phones=[(PHONE, "OWN")], identifiers=[("CCCD", "079201000002")]).profile_id
    with pytest.raises(Refused, match="LINK_TWO_NUMBERS"):
        _link(an, other)


def test_whom_somebody_found_to_be_two_people_stay_two(register: Register) -> None:
    an, other, third = (register().profile_id for _ in range(3))
    forbid_link(by=CORRECTOR, at=AT, one=other, other=an, because="met both")
    _link(third, other)
    with pytest.raises(Refused, match="LINK_FORBIDDEN"):
        _link(an, third)


def test_joined_people_cannot_be_forbidden_before_they_are_parted(register: Register) -> None:
    an, other = register().profile_id, register().profile_id
    _link(an, other)
    with pytest.raises(Refused, match="LINK_SAME_PERSON"):
        forbid_link(by=CORRECTOR, at=AT, one=an, other=other, because="met both")


def test_joining_needs_the_role_the_reason_and_the_sight_of_both(register: Register) -> None:
    an, other = register().profile_id, register().profile_id
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        _link(an, other, by=NURSE)
    with pytest.raises(Refused, match="PEOPLE_REASON_REQUIRED"):
        _link(an, other, because=" ")
    with pytest.raises(NotFound):
        _link(an, UUID(int=1))
    with pytest.raises(Refused):
        _link(an, other, by=FAR_NURSE)


@pytest.mark.django_db(transaction=True)
def test_a_dose_waits_for_a_join_and_then_sees_both_profiles(django_db_blocker: Any) -> None:
    an, again = (
        register_profile(
            by=CORRECTOR,
            at=AT,
            key=next(_keys),
            full_name="Nguyễn Văn An",
            birth_date=AT.date(),
            source="DESK",
            area_id=next(iter(CORRECTOR.area_ids)),
        ).profile_id
        for _ in range(2)
    )
    seen: list[tuple[UUID, ...]] = []
    started = threading.Event()

    def dose() -> None:
        try:
            with transaction.atomic():
                started.set()
                seen.append(lock_person(again).profile_ids)
        finally:
            connections.close_all()

    with transaction.atomic():
        _link(an, again)
        nurse = threading.Thread(target=dose)
        nurse.start()
        assert started.wait(60)
        nurse.join(0.3)
        assert not seen
    nurse.join(60)
    assert seen == [(an, again)]
