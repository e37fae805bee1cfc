"""Kin and decisions of joining are told of a person, whichever of its ids is asked."""

import datetime as dt

import pytest

from tiemchung.people.actions import link_profiles, set_guardian, undo_link
from tiemchung.people.reads import NotFound, area_of, kin_of, links_of

from ..conftest import AT, BA_DINH, BEN_NGHE, CORRECTOR, NURSE, Register

pytestmark = pytest.mark.django_db


def test_kin_are_told_from_both_sides(register: Register) -> None:
    child, mother = register("Nguyễn Minh An").person_id, register("Trần Thị Bình").person_id
    pair = set_guardian(by=NURSE, at=AT, dependant_id=child, guardian_id=mother, relation="MOTHER")
    assert [(k.person_id, k.pair_id, k.relation) for k in kin_of(child).guardians] == [(mother, pair, "MOTHER")]
    assert [k.full_name for k in kin_of(mother).dependants] == ["Nguyễn Minh An"]
    assert kin_of(mother).guardians == kin_of(child).dependants == ()


def test_standing_and_ended_decisions_are_told_on_both_sides_with_their_authors(register: Register) -> None:
    keep, one, other = (register().person_id for _ in range(3))
    first = link_profiles(by=CORRECTOR, at=AT, key="1", keep_person=keep, join_person=one, because="one card")
    later = AT + dt.timedelta(hours=1)
    link_profiles(by=CORRECTOR, at=later, key="2", keep_person=keep, join_person=other, because="one photo")
    undo_link(by=CORRECTOR, at=later, profile_id=one, link_id=first.link_id, because="twins")
    told = [(link.kept_id, link.joined_id, link.because, link.ended_because) for link in links_of(other)]
    assert told == [(keep, one, "one card", "twins"), (keep, other, "one photo", "")]
    parted = links_of(one)
    assert [(p.joined_id, p.decided_by, p.ended_by, p.valid_to) for p in parted] == [
        (one, CORRECTOR.id, CORRECTOR.id, later)
    ]


def test_the_area_is_that_of_the_kept_profile(register: Register) -> None:
    keep, join = register(area_id=BA_DINH).person_id, register(area_id=BEN_NGHE).person_id
    assert (area_of(keep), area_of(join)) == (BA_DINH, BEN_NGHE)
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=keep, join_person=join, because="same card")
    assert area_of(join) == BA_DINH


def test_nobody_has_no_kin(register: Register) -> None:
    for read in (kin_of, links_of, area_of):
        with pytest.raises(NotFound):
            read(UNKNOWN)


UNKNOWN = NURSE.id  # an id, and no person's
