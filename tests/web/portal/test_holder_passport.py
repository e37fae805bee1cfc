"""Whoever proved the phone on file sees the passport beside the card, or has it sent; nobody else learns anything."""

import datetime as dt
import re
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import time_machine
from django.test import Client

from tests.builders import a_cccd, a_phone, country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import NAME, a_signed_person, issue_passport, lack, revoke_passport
from tests.web.portal import feedback_pages as pages
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.reads import passport_of
from tiemchung.certificates.rules import Lack
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.sealing import unseal
from tiemchung.doses.reads import doses_of
from tiemchung.people.reads import holder_of
from tiemchung.web.portal import holder_lookup
from tiemchung.web.shared.qr import qr_of

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted", "at_once")
ADDRESSES = ("/tra-cuu/chung-nhan", "/tra-cuu/ho-chieu", "/tra-cuu/ho-chieu/giay")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(holder_lookup, "ANSWER_AFTER_S", 0.0)
    monkeypatch.setattr(holder_lookup, "take_lookup", lambda **_: None)
    settings.MAIL = "smtp://127.0.0.1:1?from=a@b.example&tls=none"


@pytest.fixture
def phone() -> str:
    return a_phone()


@pytest.fixture
def number() -> str:
    return a_cccd("FEMALE", dt.date(1984, 11, 23))


@pytest.fixture
def chau(phone: str, number: str) -> UUID:
    return a_signed_person(phone=phone, number=number, at=clock.now())


def proved(person_id: UUID, phone: str, number: str) -> Client:
    """Go the whole way: five facts, the code that came to the phone."""
    client = Client()
    latest = max(dose.facts.given_on for dose in doses_of(holder_of(person_id).profile_ids))
    sent = {
        "full_name": NAME, "sex": "FEMALE", "number": number, "birth_day": "23", "birth_month": "11",
        "birth_year": "1984", "latest_day": latest.day, "latest_month": latest.month, "latest_year": latest.year,
    }  # fmt: skip
    client.post("/tra-cuu", sent)
    answer = client.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})
    assert answer["Location"] == "/tra-cuu/chung-nhan"
    return client


def letters() -> list[tuple[str, str]]:
    """Give (address, what the outbox keeps) of the letters that wait."""
    rows = OutboxMessage.objects.filter(kind="mail.passport")
    return [
        (unseal("outbox.to", r.sealed_to, str(r.id)), unseal("outbox.text", r.sealed_text, str(r.id))) for r in rows
    ]


def test_the_result_shows_where_the_passport_stands_beside_the_card(chau: UUID, phone: str, number: str) -> None:
    issue_passport(chau, at=clock.now())
    page = proved(chau, phone, number).get("/tra-cuu/chung-nhan").content.decode()
    assert "Đã cấp, đang có hiệu lực" in page
    assert "Thẻ xanh" in page
    assert "Gửi bản PDF qua thư điện tử" in page


def test_on_the_screen_there_are_code_fields_and_signatures(chau: UUID, phone: str, number: str) -> None:
    made = issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    assert client.post("/tra-cuu/ho-chieu/nhan", {"how": "screen"})["Location"] == "/tra-cuu/ho-chieu"
    page = client.get("/tra-cuu/ho-chieu").content.decode()
    assert qr_of(made.hc1).path in page
    assert made.uvci in page
    assert "Mã số của chứng nhận" in page
    assert page.count("đã ký số ngày") == 2
    assert AuditLine.objects.filter(subject_id=chau, action="portal.view_passport").count() == 1


def test_the_paper_is_given_too(chau: UUID, phone: str, number: str) -> None:
    made = issue_passport(chau, at=clock.now())
    answer = proved(chau, phone, number).get("/tra-cuu/ho-chieu/giay")
    assert answer["Cache-Control"] == "no-store"
    assert made.uvci in pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()


def test_by_mail_a_letter_waits_that_holds_ids_alone(chau: UUID, phone: str, number: str) -> None:
    made = issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    answer = client.post("/tra-cuu/ho-chieu/nhan", {"how": "mail", "address": " chau@vidu.example "})
    assert "Thư đang được gửi" in answer.content.decode()
    ((to, kept),) = letters()
    assert to == "chau@vidu.example"
    assert str(chau) in kept
    assert made.uvci not in kept
    assert NAME not in kept


@pytest.mark.parametrize(
    "address",
    ["", "chau", "chau@", "@vidu.example", "chau@vidu", "a@b.example\nBcc: x@y.example", "châu@vidu.example",
     "a" * 300 + "@vidu.example", "a@b.example,c@d.example"],
)  # fmt: skip
def test_an_odd_address_gets_words_and_no_letter(chau: UUID, phone: str, number: str, address: str) -> None:
    issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    answer = client.post("/tra-cuu/ho-chieu/nhan", {"how": "mail", "address": address})
    assert "Nhập địa chỉ thư điện tử dạng" in answer.content.decode()
    assert letters() == []


def test_the_sixth_letter_of_a_day_is_refused_in_words(chau: UUID, phone: str, number: str) -> None:
    issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    for _ in range(6):
        answer = client.post("/tra-cuu/ho-chieu/nhan", {"how": "mail", "address": "chau@vidu.example"})
    assert "Thư đang được gửi" not in answer.content.decode()
    assert len(letters()) == 5


def test_without_a_passport_the_reason_is_told_and_nothing_is_offered(chau: UUID, phone: str, number: str) -> None:
    lack(chau, Lack.IDENTITY_NOT_FOUND, at=clock.now())
    client = proved(chau, phone, number)
    page = client.get("/tra-cuu/chung-nhan").content.decode()
    assert "Cơ sở dữ liệu quốc gia về dân cư chưa có số giấy tờ này" in page
    assert "thư điện tử" not in page
    assert client.get("/tra-cuu/ho-chieu/giay")["Location"] == "/tra-cuu/ho-chieu"
    client.post("/tra-cuu/ho-chieu/nhan", {"how": "mail", "address": "chau@vidu.example"})
    assert letters() == []


def test_a_passport_revoked_after_the_code_is_neither_shown_nor_sent(chau: UUID, phone: str, number: str) -> None:
    made = issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    revoke_passport(chau, at=clock.now())
    assert made.uvci not in client.get("/tra-cuu/ho-chieu").content.decode()
    client.post("/tra-cuu/ho-chieu/nhan", {"how": "mail", "address": "chau@vidu.example"})
    assert letters() == []


def test_codes_that_do_not_verify_are_not_shown(chau: UUID, phone: str, number: str) -> None:
    made = issue_passport(chau, at=clock.now())
    refresh_card(person_id=chau, at=clock.now())
    client = proved(chau, phone, number)
    Certificate.objects.filter(person_id=chau).update(expires_at=clock.now() + dt.timedelta(days=9999))
    for address in ADDRESSES[:2]:
        page = client.get(address).content.decode()
        assert "Đang kiểm tra lại" in page
        assert made.uvci not in page
        for shown in ('role="img"', "tc-card--green", "Thẻ xanh"):
            assert shown not in page
    assert client.get("/tra-cuu/ho-chieu/giay")["Location"] == "/tra-cuu/ho-chieu"


def test_without_a_code_and_after_a_quarter_of_an_hour_every_page_leads_back(
    chau: UUID, phone: str, number: str
) -> None:
    issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    with time_machine.travel(clock.now() + dt.timedelta(minutes=16), tick=False):
        for who in (client, Client()):
            for address in ADDRESSES:
                assert who.get(address)["Location"] == "/tra-cuu"
            sent = {"how": "mail", "address": "chau@vidu.example"}
            assert who.post("/tra-cuu/ho-chieu/nhan", sent)["Location"] == "/tra-cuu"
    assert letters() == []


def test_where_no_mail_server_is_set_nothing_is_offered_by_mail(
    chau: UUID, phone: str, number: str, settings: Any
) -> None:
    settings.MAIL = ""
    issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    assert "thư điện tử" not in client.get("/tra-cuu/chung-nhan").content.decode()
    assert client.get("/tra-cuu/ho-chieu").status_code == 200


def test_the_holder_confirms_both_forms_of_the_name_here_too(chau: UUID, phone: str, number: str) -> None:
    issue_passport(chau, at=clock.now())
    client = proved(chau, phone, number)
    page = client.get("/tra-cuu/ho-chieu").content.decode()
    mark = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert mark is not None
    assert "NGUYEN" in page
    assert client.post("/tra-cuu/ho-chieu/ten", {"mark": "00" * 32})["Location"] == "/tra-cuu/ho-chieu"
    assert "Họ tên vừa thay đổi" in client.get("/tra-cuu/ho-chieu").content.decode()
    client.post("/tra-cuu/ho-chieu/ten", {"mark": mark[1]})
    page = client.get("/tra-cuu/ho-chieu").content.decode()
    assert "Đã ghi nhận: họ tên đúng" in page
    assert "Bạn đã xác nhận họ tên này đúng." in page


def test_without_the_proof_no_name_is_confirmed(chau: UUID) -> None:
    issue_passport(chau, at=clock.now())
    mark = passport_of(SYSTEM, chau, clock.now()).name.mark.hex()
    assert Client().post("/tra-cuu/ho-chieu/ten", {"mark": mark})["Location"] == "/tra-cuu"
    assert not passport_of(SYSTEM, chau, clock.now()).name.confirmed
