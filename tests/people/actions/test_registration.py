"""Whoever is put on record is there once, whole, and merged with nobody."""

import datetime as dt
import unicodedata

import pytest

from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import ActionKey, AuditLine
from tiemchung.core.sealing import SealBroken, unseal
from tiemchung.core.verdict import Refused
from tiemchung.people.models import (
    ContactPhone,
    Identifier,
    IdentifierLookup,
    Person,
    Profile,
    ProfilePhone,
    ProfileVersion,
)
from tiemchung.people.reads import NotFound, holder_of, person_of, profile_ids_of
from tiemchung.people.reads.numbers import SEAL, identifier_row

from ..conftest import ADMIN, AT, BEN_NGHE, NURSE, PHONE, STATION, Register

pytestmark = pytest.mark.django_db
CCCD = ("CCCD", "079201000001")


def test_a_new_profile_is_its_own_person(register: Register) -> None:
    an = register(identifiers=[CCCD], phones=[(PHONE, "OWN")], address_text="Tổ 1")
    assert an.profile_id == an.person_id
    assert person_of(an.profile_id) == an.person_id
    assert profile_ids_of(an.person_id) == (an.profile_id,)
    holder = holder_of(an.person_id)
    assert (holder.full_name, holder.birth_date, holder.sex) == ("Nguyễn Văn An", dt.date(2001, 3, 5), "MALE")
    profile = Profile.objects.get(id=an.profile_id)
    assert (profile.area_id, profile.facility_id, profile.version) == (BEN_NGHE, STATION, 1)
    assert ProfileVersion.objects.get(profile_id=an.profile_id).changes["full_name"] == [None, "Nguyễn Văn An"]


def test_the_same_key_gives_the_first_answer_and_writes_nothing_more(register: Register) -> None:
    first = register(key="double-click", identifiers=[CCCD])
    again = register(key="double-click", identifiers=[CCCD])
    assert again == first
    assert Profile.objects.filter(id__isnull=False).count() == 1
    assert AuditLine.objects.filter(subject_id=first.profile_id).count() == 1


def test_the_same_key_for_somebody_else_is_refused(register: Register) -> None:
    register(key="mixed-up")
    with pytest.raises(Refused, match="KEY_REUSED"):
        register("Trần Thị Bình", key="mixed-up")


def test_a_known_number_warns_with_a_count_and_joins_nobody(register: Register) -> None:
    first = register(identifiers=[CCCD])
    second = register(identifiers=[("CMND12", CCCD[1])])
    assert [(w.code, w.facts["count"]) for w in second.warnings] == [("IDENTIFIER_KNOWN", 1)]
    assert person_of(second.profile_id) == second.person_id != first.person_id


def test_twins_on_one_phone_stay_two_people(register: Register) -> None:
    twins = [register(name, phones=[(PHONE, "FAMILY")]) for name in ("Lê Minh Anh", "Lê Minh Ánh", "Lê Minh Anh")]
    assert len({twin.person_id for twin in twins}) == 3
    assert all(profile_ids_of(twin.person_id) == (twin.profile_id,) for twin in twins)


@pytest.mark.parametrize("people", [1, 4, 400])
def test_a_phone_holds_as_many_people_as_it_has(register: Register, people: int, phone_key: bytes) -> None:
    for _ in range(people):
        register(phones=[(PHONE, "FAMILY")])
    assert ContactPhone.objects.filter(phone_index=phone_key).count() == people
    assert Person.objects.filter(id__isnull=False, joined_ids=[]).count() == people


def test_a_decomposed_name_is_stored_composed(register: Register) -> None:
    an = register(unicodedata.normalize("NFD", "Đặng Thị Thuỷ"))
    profile = Profile.objects.get(id=an.profile_id)
    assert profile.full_name == "Đặng Thị Thuỷ"
    assert (profile.name_key, profile.name_back) == ("dang thi thuy", "thuy thi dang")


def test_a_year_is_stored_as_its_first_day(register: Register) -> None:
    an = register(birth_date=dt.date(1945, 7, 9), birth_precision="YEAR")
    assert Profile.objects.get(id=an.profile_id).birth_date == dt.date(1945, 1, 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"full_name": " "}, "NAME_EMPTY"),
        ({"full_name": "x" * 10_000_000}, "NAME_TOO_LONG"),
        ({"birth_date": dt.date(2026, 3, 2)}, "BIRTH_IN_FUTURE"),
        ({"birth_date": dt.date(1800, 1, 1)}, "BIRTH_TOO_LONG_AGO"),
        ({"identifiers": [("CCCD", "123")]}, "IDENTIFIER_FORMAT"),
        ({"phones": [("028 3829 1234", "OWN")]}, "PHONE_FIXED_LINE"),
        ({"address_text": "y" * 301}, "TEXT_TOO_LONG"),
        ({"nationality": "Việt Nam"}, "NATIONALITY_FORMAT"),
        ({"by": PUBLIC}, "PEOPLE_NOT_ALLOWED"),
        ({"by": ADMIN}, "PEOPLE_NOT_ALLOWED"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(register: Register, more: dict, code: str) -> None:
    with pytest.raises(Refused, match=code):
        register(**more)
    assert not Profile.objects.filter(id__isnull=False).exists()
    assert not ActionKey.objects.filter(key__startswith="register").exists()


def test_a_birth_today_in_vietnam_is_accepted_while_utc_is_a_day_behind(register: Register) -> None:
    midnight = dt.datetime(2026, 3, 1, 18, 0, tzinfo=dt.UTC)  # 01:00 on the 2nd in Vietnam
    assert register(at=midnight, birth_date=dt.date(2026, 3, 2)).profile_id


def test_a_number_that_does_not_fit_is_kept_as_doubtful(register: Register) -> None:
    an = register(sex="FEMALE", identifiers=[CCCD])
    assert [w.code for w in an.warnings] == ["IDENTIFIER_SEX"]
    assert Identifier.objects.get(profile_id=an.profile_id).state == "DOUBTFUL"


def test_numbers_and_phones_lie_in_no_table_as_text(register: Register) -> None:
    an = register(identifiers=[CCCD], phones=[(PHONE, "OWN")])
    number = Identifier.objects.get(profile_id=an.profile_id)
    assert number.tail == CCCD[1][-3:]
    lines = [number.sealed_value, number.value_index]
    lines += [
        ContactPhone.objects.get(phone_index=p.phone_index, id=p.contact_id).sealed_phone
        for p in ProfilePhone.objects.filter(profile_id=an.profile_id)
    ]
    for blob in lines:
        assert CCCD[1].encode() not in bytes(blob)
        assert b"900000001" not in bytes(blob)
    kept = str(
        [
            AuditLine.objects.filter(subject_id=an.profile_id).values()[0],
            ActionKey.objects.filter(key__isnull=False).values()[0],
        ]
    )
    assert CCCD[1] not in kept
    assert "900000001" not in kept
    assert "Nguyễn" not in kept


def test_a_sealed_number_moved_to_another_row_cannot_be_opened(register: Register) -> None:
    an = Identifier.objects.get(profile_id=register(identifiers=[CCCD]).profile_id)
    binh = Identifier.objects.get(profile_id=register(identifiers=[("CMND9", "990000001")]).profile_id)
    assert unseal(SEAL, an.sealed_value, identifier_row(an.id)) == CCCD[1]
    with pytest.raises(SealBroken):
        unseal(SEAL, an.sealed_value, identifier_row(binh.id))


def test_an_insurance_card_is_found_by_the_number_inside(register: Register) -> None:
    an = register(identifiers=[("BHYT15", "GD4790000000001")])
    bhxh = register(identifiers=[("BHXH10", "0000000001")])
    assert [w.code for w in bhxh.warnings] == ["IDENTIFIER_KNOWN"]
    assert IdentifierLookup.objects.filter(value_index__isnull=False, profile_id=an.profile_id).count() == 2


def test_an_unknown_person_is_not_found() -> None:
    with pytest.raises(NotFound):
        holder_of(NURSE.facility_id)  # type: ignore[arg-type]


def test_the_audit_line_says_who_and_when(register: Register) -> None:
    line = AuditLine.objects.get(subject_id=register().profile_id)
    assert (line.actor_id, line.action, line.at) == (NURSE.id, "people.register_profile", AT)
