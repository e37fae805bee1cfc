"""Several persons are compared at once, and each says whether the asking desk may see them."""

import pytest

from tests.people.conftest import AT, BEN_NGHE, CORRECTOR, FAR, FAR_NURSE, HOTLINE, NURSE, Register
from tiemchung.core.ids import new_id
from tiemchung.people.actions import link_profiles
from tiemchung.people.reads import change_of, sights_of

pytestmark = pytest.mark.django_db


def test_each_person_is_seen_only_where_the_asker_may(register: Register) -> None:
    near, far = register().profile_id, register(by=FAR_NURSE, area_id=FAR).profile_id
    assert {s.person_id: s.seen for s in sights_of(NURSE, AT, [near, far, new_id()]).values()} == {
        near: True,
        far: False,
    }
    assert not any(s.seen for s in sights_of(HOTLINE, AT, [near, far]).values())
    assert sights_of(NURSE, AT, []) == {}


def test_a_former_person_answers_with_who_it_is_now_and_all_profiles(register: Register) -> None:
    kept, joined = register().profile_id, register(area_id=BEN_NGHE).profile_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=kept, join_person=joined, because="một người")
    for asked in ([joined], [kept], [kept, joined]):
        for sight in sights_of(NURSE, AT, asked).values():
            assert (sight.person_id, sight.profile_ids) == (kept, (kept, joined))


def test_the_entry_of_a_join_is_found_by_its_moment(register: Register) -> None:
    kept, joined = register().profile_id, register().profile_id
    assert change_of(kept, "JOINED", AT) is None
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=kept, join_person=joined, because="một người")
    assert change_of(kept, "JOINED", AT) is not None
    assert change_of(kept, "PARTED", AT) is None
