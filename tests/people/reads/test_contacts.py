"""The phones on record of a person are those of all profiles that stand today, and nobody reads them whole."""

import pytest

from tiemchung.core.outbox import contact_key
from tiemchung.people.actions import add_phone, retire_phone
from tiemchung.people.reads import phones_on_record

from ..conftest import AT, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
SECOND = "+84900000077"


def test_phones_of_all_profiles_stand_there_masked_and_ended_ones_do_not(register: Register) -> None:
    one, two = register(phones=[(PHONE, "OWN")]).profile_id, register().profile_id
    ended = add_phone(by=NURSE, at=AT, profile_id=two, phone="+84900000078", relation="FAMILY")
    retire_phone(by=NURSE, at=AT, profile_id=two, contact_id=ended, because="lost")
    kept = add_phone(by=NURSE, at=AT, profile_id=two, phone=SECOND, relation="OWN")
    found = phones_on_record([one, two])
    assert [(line.profile_id, line.contact_key) for line in found] == [
        (one, contact_key(PHONE)), (two, contact_key(SECOND)),
    ]  # fmt: skip
    assert found[1].contact_id == kept
    assert SECOND[-9:] not in repr(found)
    assert found[1].shown.endswith(SECOND[-3:])
