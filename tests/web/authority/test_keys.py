"""The page of keys: what signs, what waits, and turning a key with a second factor and a reason."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.certificates import actions, reads
from tiemchung.certificates.actions.kept_lists import keep_lists
from tiemchung.certificates.models import Authority, SigningKey
from tiemchung.certificates.ports import WrongPin
from tiemchung.certificates.rules import PUBLISH_AHEAD, KeyPurpose
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import looks_at
from tiemchung.web.authority import keys as page

KEYS = "/authority/khoa"
ROTATE = f"{KEYS}/doi/PASSPORT"
WHY = "Đổi khóa định kỳ theo kế hoạch quý IV"


@pytest.fixture
def admin(house: House) -> Client:
    """Give an administrator's browser, with every purpose's key in use."""
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=LATER)
    return enter_as(builders.a_staff_member(Role.ADMIN))


def test_the_page_names_each_key_with_its_standing_and_shows_no_private_one(admin: Client) -> None:
    answer = admin.get(KEYS)
    words = shown(answer)
    for key in reads.central_keys(LATER):
        assert key.kid.hex() in words
    assert words.count("Đang ký") == 3
    assert "Gốc của khóa trung ương" in words
    assert "PRIVATE" not in answer.content.decode()


def test_a_rotation_needs_a_reason_and_publishes_the_next_key(admin: Client) -> None:
    refused = admin.post(ROTATE, {"because": "ngắn"})
    assert (refused.status_code, "ít nhất 10 ký tự" in shown(refused)) == (422, True)
    assert SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).count() == 1
    done = shown(admin.post(ROTATE, {"because": WHY}, follow=True))
    assert "Đã công bố khóa kế tiếp" in done
    assert "Đã công bố, chờ ký" in done
    key = SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).latest("usable_from")
    assert key.usable_from == LATER + PUBLISH_AHEAD
    (line,) = looks_at([key.id], actions=["rotate_central_key"])
    assert (line.because, line.actor_role) == (WHY, "admin")


def test_turning_a_key_asks_for_the_second_factor_again(house: House) -> None:
    client = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    session = client.session
    session["stepped_up_at"] = (LATER - dt.timedelta(hours=1)).isoformat()
    session.save()
    assert client.get(KEYS).status_code == 200
    for answer in (client.get(ROTATE), client.post(ROTATE, {"because": WHY}), client.post(f"{KEYS}/co-so-thieu")):
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("staff:step_up"))
    assert not SigningKey.objects.exists()


@pytest.mark.parametrize("role", [Role.PROVINCE_OFFICER, Role.DATA_CORRECTOR, Role.FACILITY_LEAD])
def test_for_others_the_page_is_not_there(house: House, role: Role) -> None:
    client = enter_as({Role.FACILITY_LEAD: house.lead}.get(role) or builders.an_officer(role))
    assert client.get(KEYS).status_code == 404
    assert client.post(ROTATE, {"because": WHY}).status_code == 404


def test_a_facility_is_found_and_gets_a_key_and_a_rest(admin: Client, house: House) -> None:
    found = shown(admin.get(KEYS, {"q": "Trạm Y tế Sài Gòn"}))
    assert "Chưa có khóa" in found
    where = f"{KEYS}/co-so/{house.facility.id}"
    assert "chưa ký được mũi tiêm nào" in shown(admin.get(where))
    assert "Đã cấp khóa mới cho Trạm Y tế Sài Gòn" in shown(
        admin.post(f"{where}/khoa-moi", {"because": WHY}, follow=True)
    )
    key = reads.facility_key_of(house.facility.id, LATER)
    assert key is not None
    assert key.kid.hex() in shown(admin.get(where))
    admin.post(f"{where}/nghi/{key.id}", {"because": WHY})
    assert reads.facility_key_of(house.facility.id, LATER) is None
    assert "Đã nghỉ" in shown(admin.get(where))


def test_facilities_that_have_none_get_theirs_at_one_press(admin: Client, house: House) -> None:
    lacking = len(reads.facilities_without_key(LATER))
    assert lacking
    done = shown(admin.post(f"{KEYS}/co-so-thieu", follow=True))
    assert f"Đã cấp {lacking} khóa" in done
    assert reads.facilities_without_key(LATER) == ()


def test_a_key_of_another_facility_is_not_there(admin: Client, house: House) -> None:
    other = builders.a_facility()
    key = actions.make_facility_key(facility_id=other.id, at=LATER)
    assert admin.get(f"{KEYS}/co-so/{house.facility.id}/nghi/{key.id}").status_code == 404


def test_a_key_store_that_cannot_is_said_in_plain_words(
    admin: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise WrongPin

    monkeypatch.setattr(page.actions, "rotate_central_key", refuses)
    monkeypatch.setattr(page.actions, "make_facility_keys", refuses)
    answer = admin.post(ROTATE, {"because": WHY})
    assert (answer.status_code, "từ chối mã PIN" in shown(answer)) == (422, True)
    answer = admin.post(f"{KEYS}/co-so-thieu", follow=True)
    assert "từ chối mã PIN" in answer.content.decode()


def test_a_key_whose_successor_must_come_from_elsewhere_is_marked(admin: Client) -> None:
    SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).update(valid_to=LATER + dt.timedelta(days=380))
    assert "Cần khóa kế tiếp" not in shown(admin.get(KEYS))
    Authority.objects.update(store="")
    assert "Cần khóa kế tiếp" in shown(admin.get(KEYS))


def test_the_spare_is_named_and_still_a_key_can_be_turned(admin: Client) -> None:
    actions.keep_spare(KeyPurpose.PASSPORT, by=SYSTEM, at=LATER)
    told = shown(admin.get(KEYS))
    assert "Dự phòng" in told
    assert "Chỉ ký khi khóa đang ký bị thu hồi" in told
    assert ROTATE in admin.get(KEYS).content.decode()
    Authority.objects.update(store="")
    assert "Chưa có khóa dự phòng" not in shown(admin.get(KEYS))


def test_a_spare_that_must_come_from_elsewhere_and_is_missing_is_marked(admin: Client) -> None:
    assert "Chưa có khóa dự phòng" not in shown(admin.get(KEYS))  # the worker makes it
    Authority.objects.update(store="")
    assert shown(admin.get(KEYS)).count("Chưa có khóa dự phòng") == 1


def test_an_unknown_purpose_is_not_there(admin: Client) -> None:
    with time_machine.travel(LATER, tick=False):
        assert admin.get(f"{KEYS}/doi/OTHER").status_code == 404


def test_the_ministry_asks_for_a_facilitys_key_to_be_believed_no_more(house: House) -> None:
    key = actions.make_facility_key(facility_id=house.facility.id, at=LATER)
    client = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    where = f"{KEYS}/co-so/{house.facility.id}"
    assert "Thu hồi khóa" in shown(client.get(where))
    day = {"since_day": "20", "since_month": "11", "since_year": "2026"}
    refused = client.post(f"{where}/thu-hoi/{key.id}", {"because": WHY})
    assert refused.status_code == 422
    done = client.post(f"{where}/thu-hoi/{key.id}", {"because": WHY, **day}, follow=True)
    assert "Đã ghi yêu cầu thu hồi khóa của Trạm Y tế Sài Gòn" in shown(done)
    # until a second person has agreed, it goes on signing
    assert reads.facility_key_of(house.facility.id, LATER) is not None


def test_an_administrator_keeps_keys_and_revokes_none(admin: Client, house: House) -> None:
    key = actions.make_facility_key(facility_id=house.facility.id, at=LATER)
    where = f"{KEYS}/co-so/{house.facility.id}"
    assert "Thu hồi khóa" not in shown(admin.get(where))
    day = {"since_day": "20", "since_month": "11", "since_year": "2026"}
    assert admin.post(f"{where}/thu-hoi/{key.id}", {"because": WHY, **day}).status_code == 422


def test_of_two_keys_of_a_facility_the_newer_signs_and_the_older_rests(admin: Client, house: House) -> None:
    for n in range(2):
        actions.make_facility_key(facility_id=house.facility.id, at=LATER - dt.timedelta(days=2 - n))
    told = shown(admin.get(f"{KEYS}/co-so/{house.facility.id}"))
    assert (told.count("Đang ký"), told.count("Đã nghỉ")) == (1, 1)


def test_while_a_key_waits_for_its_turn_no_other_is_offered(admin: Client) -> None:
    assert ROTATE in admin.get(KEYS).content.decode()
    admin.post(ROTATE, {"because": WHY})
    assert ROTATE not in admin.get(KEYS).content.decode()


@pytest.mark.parametrize(("alarm", "words"), [("WRONG_PIN", "từ chối mã PIN"), ("", "tiến trình nền")])
def test_the_page_says_since_when_the_store_signs_nothing(admin: Client, alarm: str, words: str) -> None:
    """It said "Đang ký" of each key while the store refused the PIN."""
    keep_lists(at=LATER)
    assert "chưa ký được" not in shown(admin.get(KEYS))
    raise_alarm("KEY_STORE", at=LATER - dt.timedelta(days=1), why="KEY_MISSING", purpose="LOG")  # of another time
    if alarm:
        raise_alarm("KEY_STORE", at=LATER + dt.timedelta(minutes=2), why=alarm, purpose="LOG")
    with time_machine.travel(LATER + dt.timedelta(minutes=4), tick=False):
        page = shown(admin.get(KEYS))
        assert "Kho khóa chưa ký được" in page
        assert words in page
        assert "không có khóa này" not in page
        keep_lists(at=LATER + dt.timedelta(minutes=4))
        assert "chưa ký được" not in shown(admin.get(KEYS))
