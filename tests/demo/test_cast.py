"""Each of the cast is on record with just what the story says."""

import datetime as dt

import pytest

from tests.cast import Cast, Member
from tiemchung.certificates.content import PersonFacts, facts_of_all
from tiemchung.core.actor import Role
from tiemchung.core.outbox import contact_key
from tiemchung.demo.people import the_cast
from tiemchung.doses.reads import history_of
from tiemchung.people.actions import find_people, open_person, prove_dependants, prove_person
from tiemchung.people.reads import NotFound, holder_of, person_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]

COLOURS = {
    "an": ("GREEN", 2), "binh": ("YELLOW", 1), "chi": ("YELLOW", 1), "hoa": ("GREEN", 2), "khai": ("YELLOW", 1),
    "lan": ("GREEN", 3), "minh": ("GREEN", 1), "nga": ("GREEN", 3), "oanh": ("YELLOW", 1), "phuc": ("GREEN", 2),
    "quang": ("GREEN", 2), "son": ("NONE", 0), "thu": ("GREEN", 2), "thu_again": ("GREEN", 2), "hung": ("YELLOW", 1),
    "hung_other": ("YELLOW", 1), "tran": ("GREEN", 2), "mang": ("YELLOW", 1), "hhen": ("GREEN", 2),
    "kim": ("GREEN", 2), "y": ("YELLOW", 1), "gia_han": ("GREEN", 2), "gia_hung": ("GREEN", 2), "xuan": ("GREEN", 2),
    "vinh": ("GREEN", 2), "diep": ("GREEN", 2), "khoi": ("GREEN", 2),
}  # fmt: skip


def facts(cast: Cast, member: Member) -> PersonFacts:
    """Give what the member's card follows from."""
    person_id = person_of(member.profile_id)
    return facts_of_all([person_id], cast.today)[person_id]


def kinds(cast: Cast, member: Member) -> list[str]:
    """Give the kinds of the member's ledger entries, oldest first."""
    return [entry.kind for entry in history_of(facts(cast, member).holder.profile_ids)]


def test_everybody_has_the_card_of_the_story(cast: Cast) -> None:
    seen = {}
    for key, member in cast.everybody().items():
        card = facts(cast, member).record.card
        seen[key] = (str(card.colour), card.doses)
    assert seen == COLOURS
    assert seen.keys() == the_cast().keys()


def test_the_ledger_tells_what_happened_to_whom(cast: Cast) -> None:
    assert kinds(cast, cast.person("khai")) == ["RECORDED", "DECLARED"]
    assert kinds(cast, cast.person("oanh")) == ["RECORDED", "RECORDED", "VOIDED"]
    assert kinds(cast, cast.person("phuc")) == ["RECORDED", "RECORDED", "AMENDED"]
    roles = [row.role for row in facts(cast, cast.person("lan")).record.course.doses]
    assert roles == ["PRIMARY", "PRIMARY", "BOOSTER"]


def test_an_sees_her_child_on_her_phone_and_nobody_elses(cast: Cast) -> None:
    an, binh, hoa = cast.an(), cast.binh(), cast.hoa()
    key = contact_key(an.phone)
    proved = prove_person(
        by=cast.dung(), at=cast.at, contact_key=key, full_name=an.full_name, birth_date=an.birth_date
    )
    assert proved.person_ids == (an.profile_id,)
    assert prove_dependants(by=cast.dung(), at=cast.at, contact_key=key) == (binh.profile_id,)
    stranger = prove_person(
        by=cast.dung(), at=cast.at, contact_key=contact_key(hoa.phone), full_name=an.full_name,
        birth_date=an.birth_date,
    )  # fmt: skip
    assert not stranger.verdict


def test_staff_see_whom_their_posting_lets_them(cast: Cast) -> None:
    an, hoa = cast.an(), cast.hoa()
    for by in (cast.dung(), cast.giang(), cast.staff("hien")):
        assert open_person(by=by, at=cast.at, person_id=an.profile_id, purpose="test").main.full_name == an.full_name
        with pytest.raises(NotFound):
            open_person(by=by, at=cast.at, person_id=hoa.profile_id, purpose="test")
    assert cast.giang().role is Role.DISTRICT_OFFICER


def test_thu_is_one_person_and_the_two_hungs_are_two(cast: Cast) -> None:
    again, other = cast.person("thu_again"), cast.person("hung_other")
    assert person_of(again.profile_id) == cast.person("thu").profile_id
    assert holder_of(again.profile_id).full_name == "Vương Thị Thu"
    assert person_of(other.profile_id) == other.profile_id
    assert person_of(cast.person("hung").profile_id) == cast.person("hung").profile_id


def test_the_station_of_2021_stands_in_todays_ward(cast: Cast) -> None:
    quang = facts(cast, cast.person("quang"))
    assert [d.facts.given_on.year for d in quang.record.doses] == [2021, 2021]
    nurse = cast.stage.nurse("long_truong")
    found = find_people(by=nurse, at=cast.at, text="hoang van quang", purpose="test")
    assert [line.full_name for line in found.lines] == ["Hoàng Văn Quang"]


def test_the_day_of_the_cast_is_the_tests_day() -> None:
    later = Cast(at=dt.datetime(2028, 2, 29, 3, 0, tzinfo=dt.UTC))
    assert later.binh().birth_date == dt.date(2028, 2, 29) - dt.timedelta(days=2960)
    assert str(facts(later, later.an()).record.card.colour) == "GREEN"
