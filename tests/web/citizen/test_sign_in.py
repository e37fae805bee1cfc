"""Signing in takes phone, code and one more fact, and tells a stranger nothing."""

import base64
import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from tests.builders import a_cccd, a_person, a_phone
from tests.web.citizen.conftest import BORN, NAME, birth_fields, code_sent_to, enter_code, sign_in
from tiemchung.access.models import KnownDevice
from tiemchung.core import clock

PAGES = ["/so/", "/so/them-nguoi", "/so/the/018f7a3e-0000-7000-8000-000000000000"]


def test_phone_code_and_name_open_the_book(client: Client, chau: UUID, phone: str) -> None:
    assert sign_in(client, phone).headers["Location"] == "/so/"
    assert NAME in client.get("/so/").content.decode()


def test_an_identity_number_is_as_good_as_a_name(client: Client, country: None, phone: str) -> None:
    number = a_cccd("FEMALE", BORN)
    a_person(NAME, BORN, identifiers=[("CCCD", number)], phones=[(phone, "OWN")], at=clock.now())
    enter_code(client, phone)
    assert client.post("/so/xac-nhan", {"how": "number", "number": number}).headers["Location"] == "/so/"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_opens_without_a_sign_in(client: Client, db: None, page: str) -> None:
    assert client.get(page).headers["Location"] == "/so/dang-nhap"


@pytest.mark.parametrize("page", PAGES)
def test_the_code_alone_opens_nothing(client: Client, chau: UUID, phone: str, page: str) -> None:
    enter_code(client, phone)
    assert client.get(page).headers["Location"] == "/so/dang-nhap"


def test_the_fact_page_does_not_open_before_the_code_is_right(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    wrong = "000000" if code_sent_to(phone) != "000000" else "111111"
    client.post("/so/ma-xac-thuc", {"code": wrong})
    answer = client.post("/so/xac-nhan", {"how": "name", "full_name": NAME, **birth_fields(BORN)})
    assert answer.headers["Location"] == "/so/dang-nhap"


def test_a_known_and_an_unknown_phone_get_the_same_pages(chau: UUID, phone: str) -> None:
    pages = {}
    for number in (phone, a_phone()):
        client, seen = Client(), []
        for answer in (
            client.post("/so/dang-nhap", {"phone": number}),
            client.get("/so/ma-xac-thuc"),
            client.post("/so/ma-xac-thuc", {"code": code_sent_to(number)}),
            client.post("/so/xac-nhan", {"how": "name", "full_name": "Lê Văn Khác", **birth_fields(BORN)}),
        ):
            text = re.sub(rf"•\s{number[-3:]}\b", "• ***", answer.content.decode())
            seen.append((answer.status_code, answer.headers.get("Location"), _without_token(text)))
        pages[number] = seen
    known, unknown = pages.values()
    assert known == unknown


def _without_token(page: str) -> str:
    head, *rest = page.split('name="csrfmiddlewaretoken" value="')
    return head + "".join(part.split('"', 1)[1] for part in rest)


@pytest.mark.parametrize(
    ("full_name", "born"), [("Nguyễn Thị Minh Chi", BORN), (NAME, dt.date(1984, 3, 6)), ("Lê Văn Khác", BORN)]
)
def test_a_wrong_fact_says_what_to_do_and_not_what_was_wrong(
    client: Client, chau: UUID, phone: str, full_name: str, born: dt.date
) -> None:
    answer = sign_in(client, phone, full_name, born)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1900\u00a09095" in page
    assert "điểm tiêm chủng gần nhất" in page
    assert full_name in page, "what was typed stays"
    assert client.get("/so/").status_code == 302


def test_somebody_elses_facts_do_not_open_a_book_on_another_phone(client: Client, chau: UUID) -> None:
    assert sign_in(client, a_phone()).status_code == 200
    assert client.get("/so/").status_code == 302


def test_too_many_wrong_facts_say_how_long_to_wait(client: Client, chau: UUID, phone: str) -> None:
    enter_code(client, phone)
    wrong = {"how": "name", "full_name": "Lê Văn Khác", **birth_fields(BORN)}
    pages = [client.post("/so/xac-nhan", wrong).content.decode() for _ in range(6)]
    assert "Đã thử quá nhiều lần" not in pages[4]
    assert "Đã thử quá nhiều lần. Hãy thử lại sau 12 phút" in pages[5]


def test_the_phone_stands_in_no_address_and_not_in_the_session_as_text(client: Client, chau: UUID, phone: str) -> None:
    answers = [client.post("/so/dang-nhap", {"phone": phone}), enter_code(client, phone)]
    assert all(phone[3:] not in answer.headers["Location"] for answer in answers)
    stored = str([row.get_decoded() for row in Session.objects.all()])
    assert "citizen_sign_in" in stored
    assert phone[3:] not in stored


def test_the_session_gets_a_new_id_at_each_step_up(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    first = client.cookies["sessionid"].value
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})
    second = client.cookies["sessionid"].value
    client.post("/so/xac-nhan", {"how": "name", "full_name": NAME, **birth_fields(BORN)})
    assert len({first, second, client.cookies["sessionid"].value}) == 3


def test_a_code_of_one_browser_is_worthless_in_another(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    thief = Client()
    thief.post("/so/dang-nhap", {"phone": phone})
    thief.get("/so/ma-xac-thuc")
    assert thief.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)}).headers.get("Location") != "/so/xac-nhan"


def test_a_second_code_is_not_sent_within_a_minute_and_the_page_says_so(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    page = client.post("/so/ma-xac-thuc", {"do": "again", "code": "123"}, follow=True).content.decode()
    assert "Gửi lại mã sau" in page


def test_another_browser_is_told_to_wait_for_the_same_phone(chau: UUID, phone: str) -> None:
    Client().post("/so/dang-nhap", {"phone": phone})
    page = Client().post("/so/dang-nhap", {"phone": phone}).content.decode()
    assert "Hãy thử lại sau 1 phút" in page


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12\x00456", "9" * 9000])
def test_a_code_that_cannot_be_one_costs_no_try(client: Client, chau: UUID, phone: str, code: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    for _ in range(4):
        page = client.post("/so/ma-xac-thuc", {"code": code}, follow=True)
        assert "Mã xác thực cần đủ 6 chữ số" in page.content.decode()
    assert client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)}).headers["Location"] == "/so/xac-nhan"


@pytest.mark.parametrize("sent", [{"code": "12345"}, {"code": "wrong"}, {"do": "again"}])
def test_a_try_is_answered_by_leading_to_the_page_so_that_back_asks_nothing(
    client: Client, chau: UUID, phone: str, sent: dict[str, str]
) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    right = code_sent_to(phone)
    wrong = ("1" if right[0] == "0" else "0") + right[1:]
    answer = client.post("/so/ma-xac-thuc", {key: wrong if value == "wrong" else value for key, value in sent.items()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/so/ma-xac-thuc")
    first, second = (client.get("/so/ma-xac-thuc").content.decode() for _ in range(2))
    assert "nhsuk-error-message" in first
    assert "nhsuk-error-message" not in second, "it is said once"
    assert wrong not in first


@pytest.mark.parametrize("typed", ["", "abc", "0281234567", "19009095", "+12025550123", "9" * 5000])
def test_a_number_that_gets_no_code_is_named_at_its_field(client: Client, db: None, typed: str) -> None:
    answer = client.post("/so/dang-nhap", {"phone": typed})
    assert answer.status_code == 200
    assert 'id="phone-error"' in answer.content.decode()


def test_the_code_field_helps_the_phone_to_fill_it_in(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    page = client.get("/so/ma-xac-thuc").content.decode()
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page
    assert phone[-3:] in page
    assert phone[3:9] not in page


def test_after_signing_in_the_page_that_was_wanted_opens(client: Client, chau: UUID, phone: str) -> None:
    wanted = f"/so/the/{chau}"
    client.get(wanted)
    assert "30 phút" in client.get("/so/dang-nhap").content.decode()
    assert sign_in(client, phone).headers["Location"] == wanted


@pytest.mark.parametrize("page", ["/so/dang-nhap", "/so/ma-xac-thuc"])
def test_pages_of_the_sign_in_are_not_stored(client: Client, chau: UUID, phone: str, page: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    assert client.get(page).headers["Cache-Control"] == "no-store"


def test_english_readers_find_english_words(client: Client, chau: UUID, phone: str) -> None:
    client.cookies["lang"] = "en"
    assert "Open your health book" in client.get("/so/dang-nhap").content.decode()
    assert "We could not match these details" in sign_in(client, phone, "Somebody Else").content.decode()


def _used_up_by_strangers(phone: str) -> None:
    """Let strangers elsewhere take the codes of this phone until there are none."""
    for minute in range(6):
        with time_machine.travel(clock.now() + dt.timedelta(minutes=minute)):
            page = Client().post("/so/dang-nhap", {"phone": phone}, REMOTE_ADDR=f"198.51.{100 + minute}.9")
    assert "Chưa gửi thêm được mã tới số này" in page.content.decode()


def test_a_stranger_who_uses_up_the_codes_of_a_phone_does_not_shut_out_the_holders_own_phone(
    client: Client, chau: UUID, phone: str
) -> None:
    sign_in(client, phone)
    client.post("/so/dang-xuat")
    _used_up_by_strangers(phone)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=6)):
        assert "Chưa gửi thêm được mã tới số này" in Client().post("/so/dang-nhap", {"phone": phone}).content.decode()
        assert sign_in(client, phone).headers["Location"] == "/so/"


def test_a_wrong_code_makes_no_device_known_and_a_right_one_does(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone})
    client.post("/so/ma-xac-thuc", {"code": "000000" if code_sent_to(phone) != "000000" else "111111"})
    assert "known" not in client.cookies
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})
    kept = client.cookies["known"]
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Lax", "/")
    assert kept["max-age"] == 180 * 24 * 3600
    assert phone[3:] not in kept.value + str(base64.urlsafe_b64decode(kept.value))


def test_a_browser_that_others_use_too_is_not_remembered(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone, "shared": "1"})
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})
    assert "known" not in client.cookies
    assert not KnownDevice.objects.exists()


def test_signing_out_everywhere_makes_every_device_a_stranger_again(client: Client, chau: UUID, phone: str) -> None:
    other = Client()
    sign_in(other, phone)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=1)):
        sign_in(client, phone)
        client.post("/so/dang-xuat/moi-thiet-bi")
        assert not KnownDevice.objects.exists()
    _used_up_by_strangers(phone)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=7)):
        for browser in (client, other):
            page = browser.post("/so/dang-nhap", {"phone": phone}).content.decode()
            assert "Chưa gửi thêm được mã tới số này" in page


@pytest.mark.parametrize("value", ["", "x", "AAAA", "é", "A" * 5000, "eyJ0b2tlbiI6ICJ4In0="])
def test_what_no_one_of_ours_has_sealed_makes_nobody_known(
    client: Client, chau: UUID, phone: str, value: str
) -> None:
    client.cookies["known"] = value
    assert client.post("/so/dang-nhap", {"phone": phone}).headers["Location"] == "/so/ma-xac-thuc"
    assert client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)}).headers["Location"] == "/so/xac-nhan"
    assert KnownDevice.objects.count() == 1


def test_over_https_the_device_is_kept_for_this_very_host_alone(
    client: Client, chau: UUID, phone: str, settings: Any
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client.post("/so/dang-nhap", {"phone": phone}, secure=True)
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)}, secure=True)
    kept = client.cookies["__Host-known"]
    assert (kept["secure"], kept["httponly"], kept["path"], kept["domain"]) == (True, True, "/", "")
