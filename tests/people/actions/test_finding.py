"""Searches find whom they should, show nobody else, and leave a line that holds no text."""

import copy
import datetime as dt
import unicodedata
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.access.actions import put_canary
from tiemchung.core.actor import PUBLIC, SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import FoundPeople, amend_profile, find_people, link_profiles, open_person
from tiemchung.people.models import Person, Profile
from tiemchung.people.reads import NotFound

from ..conftest import (
    ADMIN,
    AT,
    BA_DINH,
    BEN_NGHE,
    CITIZEN,
    CORRECTOR,
    FAR,
    FAR_NURSE,
    HOTLINE,
    MINISTRY,
    NURSE,
    OFFICER,
    PHONE,
    STATION,
    Register,
)

pytestmark = pytest.mark.django_db
CCCD = "079201000001"


def _find(text: str, by: Any = NURSE, **more: Any) -> FoundPeople:
    return find_people(by=by, at=AT, text=text, purpose="at the desk", **more)


def _names(text: str, by: Any = NURSE) -> list[str]:
    return [line.full_name for line in _find(text, by).lines]


@pytest.mark.parametrize(
    "text",
    ["Nguyễn Văn An", "nguyen van an", "NGUYEN VAN", "van an", "Nguyễn An", "nguyen van an 2001", "văn an 05/03/2001",
     unicodedata.normalize("NFD", "Nguyễn Văn An"), "nguyen van a"],
)  # fmt: skip
def test_a_name_is_found_however_it_is_typed(register: Register, text: str) -> None:
    register()
    register("Trần Thị Bình")
    assert _names(text) == ["Nguyễn Văn An"]


@pytest.mark.parametrize("text", ["nguyen van an 2002", "05/04/2001 nguyen van an", "guyen van", "an van"])
def test_a_name_that_does_not_fit_is_not_found(register: Register, text: str) -> None:
    register()
    assert _names(text) == []


def test_exact_accents_come_first(register: Register) -> None:
    for name in ("Trần Văn Hưng", "Trần Văn Hùng", "Trần Văn Hung"):
        register(name)
    assert _names("Trần Văn Hùng")[0] == "Trần Văn Hùng"
    assert len(_names("tran van hung")) == 3


def test_a_name_finds_only_at_home_or_who_came_to_ones_own_facility(register: Register) -> None:
    register("Nguyễn Văn Nhà")
    register("Nguyễn Văn Khách", area_id=FAR)  # came to the nurse's station from far away
    register("Nguyễn Văn Xa", area_id=FAR, by=FAR_NURSE)
    assert sorted(_names("nguyen van")) == ["Nguyễn Văn Khách", "Nguyễn Văn Nhà"]
    assert sorted(_names("nguyen van", OFFICER)) == ["Nguyễn Văn Nhà"]


@pytest.mark.parametrize(
    "text", [CCCD, "079 201 000 001", f"{CCCD}||Nguyễn Văn An|05032001|Nam|x|31122021", "0900000001"]
)
def test_an_exact_number_finds_across_the_country_and_opens_for_a_shift(register: Register, text: str) -> None:
    an = register(identifiers=[("CCCD", CCCD)], phones=[(PHONE, "OWN")], by=NURSE).person_id
    with pytest.raises(NotFound):
        open_person(by=FAR_NURSE, at=AT, person_id=an, purpose="curious")
    assert [line.person_id for line in _find(text, FAR_NURSE).lines] == [an]
    assert open_person(by=FAR_NURSE, at=AT, person_id=an, purpose="dose").person_id == an
    with pytest.raises(NotFound):
        open_person(by=FAR_NURSE, at=AT + dt.timedelta(hours=13), person_id=an, purpose="dose")


def test_an_officer_finds_by_number_only_at_home_and_cannot_tell_a_stranger_from_nobody(register: Register) -> None:
    register(identifiers=[("CCCD", CCCD)], area_id=FAR, by=FAR_NURSE)
    there, nowhere = _find(CCCD, OFFICER), _find("079201000009", OFFICER)
    assert there == nowhere
    assert there.lines == ()


@pytest.mark.parametrize("text", ["Nguyễn Văn An 05/03/2001", "nguyen van an 5-3-2001", "NGUYỄN VĂN AN, 05.03.2001"])
@pytest.mark.parametrize("by", [HOTLINE, FAR_NURSE, MINISTRY], ids=["hotline", "nurse", "ministry"])
def test_a_full_name_with_the_whole_birth_date_finds_across_the_country_and_opens(
    register: Register, text: str, by: Any
) -> None:
    an = register().person_id
    register("Nguyễn Văn Anh")
    register("Nguyễn Văn Ân", birth_date=dt.date(2001, 3, 6))
    assert [line.person_id for line in _find(text, by).lines] == [an]
    assert open_person(by=by, at=AT, person_id=an, purpose="call 1").person_id == an


@pytest.mark.parametrize(
    "text",
    ["nguyen van 05/03/2001", "van an 05/03/2001", "nguyen an 05/03/2001", "nguyễn văn ân 05/03/2001",
     "nguyen van an 06/03/2001"],
)  # fmt: skip
def test_part_of_a_name_or_another_spelling_finds_nobody_far_away(register: Register, text: str) -> None:
    register()
    assert _find(text, HOTLINE).lines == ()
    assert _find(text, FAR_NURSE).lines == ()


@pytest.mark.parametrize("text", ["Nguyễn Văn An", "Nguyễn Văn An 2001", "Nguyễn Văn An 03/2001"])
def test_a_name_without_the_whole_birth_date_is_refused_to_the_hotline(register: Register, text: str) -> None:
    register()
    with pytest.raises(Refused, match="SEARCH_NAME_NOT_ALLOWED"):
        _find(text, HOTLINE)
    assert _find(text, FAR_NURSE).lines == ()


def test_an_officer_finds_a_name_with_its_birth_date_only_at_home(register: Register) -> None:
    register(area_id=FAR, by=FAR_NURSE)
    assert _names("Nguyễn Văn An 05/03/2001", OFFICER) == []


def test_a_name_with_birth_finds_those_at_home_and_the_exact_one_far_away(register: Register) -> None:
    register("Nguyễn Văn An Bình")
    register(area_id=FAR, by=FAR_NURSE)
    register("Nguyễn Văn An Hòa", area_id=FAR, by=FAR_NURSE)
    assert sorted(_names("nguyen van an 05/03/2001")) == ["Nguyễn Văn An", "Nguyễn Văn An Bình"]


def test_a_name_that_was_amended_is_found_as_it_is_now(register: Register) -> None:
    an = register("Nguyễn Văn Sai").profile_id
    amend_profile(by=NURSE, at=AT, profile_id=an, because="typo", full_name="Nguyễn Văn An")
    assert _find("Nguyễn Văn Sai 05/03/2001", HOTLINE).lines == ()
    assert [line.person_id for line in _find("Nguyễn Văn An 05/03/2001", HOTLINE).lines] == [an]


def test_a_look_counts_once_a_day_and_past_the_budget_nothing_is_shown(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiemchung.access.seen.seen_budget", lambda _: 2)
    people = [register(f"Nguyễn Văn {name}").person_id for name in ("An", "Bình", "Chi")]
    for _ in range(3):
        open_person(by=NURSE, at=AT, person_id=people[0], purpose="desk")
        open_person(by=NURSE, at=AT, person_id=people[1], purpose="desk")
    looks = AuditLine.objects.filter(subject_id__in=people, action__startswith="people.")
    before = looks.count()
    with pytest.raises(Refused, match="SEEN_TOO_MANY"):
        open_person(by=NURSE, at=AT, person_id=people[2], purpose="desk")
    with pytest.raises(Refused, match="SEEN_TOO_MANY"):
        _find("nguyen van")
    assert looks.count() == before
    assert open_person(by=NURSE, at=AT + dt.timedelta(days=1), person_id=people[2], purpose="desk").person_id


def test_a_canary_rings_when_it_is_found_or_opened(register: Register) -> None:
    an = register().person_id
    put_canary(by=MINISTRY, at=AT, person_id=an, because="bait for the curious")
    _find("nguyen van an")
    assert [(a.code, a.subject_id, a.actor_id) for a in alarms()] == [("CANARY", an, NURSE.id)]


def test_the_hotline_finds_by_number_and_never_by_name(register: Register) -> None:
    an = register(identifiers=[("CCCD", CCCD)]).person_id
    with pytest.raises(Refused, match="SEARCH_NAME_NOT_ALLOWED"):
        _find("Nguyễn Văn An", HOTLINE)
    with pytest.raises(NotFound):
        open_person(by=HOTLINE, at=AT, person_id=an, purpose="call 1")
    assert _find(CCCD, HOTLINE).total_shown == 1
    assert open_person(by=HOTLINE, at=AT, person_id=an, purpose="call 1").main.full_name == "Nguyễn Văn An"


@pytest.mark.parametrize("by", [ADMIN, CITIZEN, PUBLIC, SYSTEM], ids=["admin", "citizen", "public", "system"])
@pytest.mark.parametrize("text", [CCCD, "0900000001", "Nguyễn Văn An"])
def test_who_may_not_search_is_refused_before_anything_is_asked(register: Register, by: Any, text: str) -> None:
    register(identifiers=[("CCCD", CCCD)], phones=[(PHONE, "OWN")])
    with pytest.raises(Refused, match="SEARCH_NOT_ALLOWED"):
        _find(text, by)


def test_a_crowded_phone_is_cut_and_narrowed_by_a_name(register: Register) -> None:
    for number in range(30):
        register(f"Lê Văn {'Anh' if number else 'Út'}", phones=[(PHONE, "FACILITY")])
    found = _find("0900000001")
    assert (found.total_shown, found.narrowed) == (20, True)
    assert _names("0900000001 út") == ["Lê Văn Út"]


def test_one_person_with_two_profiles_is_one_line(register: Register) -> None:
    an, again = register().person_id, register(area_id=BA_DINH).person_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=an, join_person=again, because="same card")
    lines = _find("nguyen van an").lines
    assert [(line.person_id, line.profile_count) for line in lines] == [(an, 2)]


def test_a_shared_number_shows_both_people(register: Register) -> None:
    people = {register(identifiers=[("CCCD", CCCD)]).person_id for _ in range(2)}
    assert {line.person_id for line in _find(CCCD).lines} == people


def test_a_line_shows_no_more_than_three_digits_of_anything(register: Register) -> None:
    register(identifiers=[("CCCD", CCCD)], phones=[(PHONE, "OWN")])
    line = _find(CCCD).lines[0]
    assert (line.number_shown, line.phone_shown[-3:]) == ("•••001", "001")
    assert CCCD not in repr(line)
    assert "900000001" not in repr(line)


def test_a_search_is_kept_by_kind_and_each_shown_person_as_looked_at(register: Register) -> None:
    an = register(identifiers=[("CCCD", CCCD)]).person_id
    _find(CCCD)
    _find("nguyen van an")
    kept = AuditLine.objects.filter(subject_id=NURSE.id, action="people.find_people")
    assert sorted(line.facts["kind"] for line in kept) == ["EXACT", "NAME"]
    looks = AuditLine.objects.filter(subject_id=an, action="people.find_people")
    assert [(line.actor_id, line.because) for line in looks] == [(NURSE.id, "at the desk")] * 2
    assert not any(CCCD in str(line.__dict__) or "nguyen" in str(line.__dict__) for line in [*kept, *looks])


@pytest.mark.parametrize(("text", "code"), [("An", "SEARCH_TOO_SHORT"), ("%", "SEARCH_TOO_SHORT"), ("n_ v_", "")])
def test_short_and_wild_texts_list_nobody(register: Register, text: str, code: str) -> None:
    register()
    if code:
        with pytest.raises(Refused, match=code):
            _find(text)
    else:
        assert _names(text) == []


def test_a_search_and_a_look_need_a_purpose(register: Register) -> None:
    an = register().person_id
    with pytest.raises(Refused, match="PURPOSE_REQUIRED"):
        find_people(by=NURSE, at=AT, text="nguyen van", purpose=" ")
    with pytest.raises(Refused, match="PURPOSE_REQUIRED"):
        open_person(by=NURSE, at=AT, person_id=an, purpose="")


def test_nobody_and_somebody_out_of_sight_are_one_answer(register: Register) -> None:
    an = register(area_id=FAR, by=FAR_NURSE).person_id
    answers = []
    for person in (an, UUID(int=5)):
        with pytest.raises(NotFound) as error:
            open_person(by=NURSE, at=AT, person_id=person, purpose="x")
        answers.append((str(error.value), error.value.args))
    assert answers[0] == answers[1]


def test_an_opened_person_shows_all_and_the_look_is_noted(register: Register) -> None:
    an = register(identifiers=[("CCCD", CCCD)], phones=[(PHONE, "OWN")], address_text="Tổ 1").person_id
    view = open_person(by=NURSE, at=AT, person_id=an, purpose="screening")
    assert (view.main.full_name, view.main.address_text) == ("Nguyễn Văn An", "Tổ 1")
    assert [(i.system, i.shown, i.state) for i in view.identifiers] == [("CCCD", "•••001", "CLEAN")]
    assert [p.relation for p in view.phones] == ["OWN"]
    look = AuditLine.objects.get(subject_id=an, action="people.open_person")
    assert (look.because, look.actor_id) == ("screening", NURSE.id)


def test_a_name_search_reads_no_table_from_end_to_end(register: Register) -> None:
    model = Profile.objects.get(id=register().profile_id)
    words = ["nguyen", "tran", "le", "pham", "hoang", "phan", "vu", "dang", "bui", "do", "ho", "ngo", "duong", "ly"]
    crowd = []
    for number in range(4000):
        key = " ".join(words[number // 14**place % 14] for place in range(3))
        row = copy.copy(model)
        row.id, row.name_key, row.name_back = new_id(), key, " ".join(reversed(key.split()))
        row.area_id, row.facility_id = (UUID(int=500), UUID(int=600)) if number % 2 else (BEN_NGHE, STATION)
        crowd.append(row)
    Profile.objects.bulk_create(crowd)
    Person.objects.bulk_create(Person(id=row.id, person_id=row.id, created_at=AT) for row in crowd)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")  # only a table's owner may take its statistics
        cursor.execute("ANALYZE people_profile")
    with CaptureQueriesContext(connection) as asked:
        _find("tran le")
    walks = [q["sql"] for q in asked if "LIKE" in q["sql"] and '"people_profile"' in q["sql"]]
    assert len(walks) == 6
    for sql in walks:
        plan = _explained(sql)
        assert "Index Cond" in plan
        assert "~>=~" in plan, "the typed prefix is part of the index condition"
        assert "Seq Scan" not in plan


def _explained(sql: str) -> str:
    with connection.cursor() as cursor, allow_cross_shard("the plan of a search by area"):
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
