"""The book holds the reader's people and nobody else's, and gives way at the door."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.test import Client

from tests.builders import a_person, an_officer
from tests.web.citizen.conftest import BORN, NAME, birth_fields, code_sent_to, enter_code, give_dose, sign_in
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions import prove_by_staff, set_guardian

Open = Callable[[], Client]
CHILD_BORN = dt.date(2012, 9, 1)


def child_on(phone: str) -> UUID:
    return a_person("Trần Gia Bảo", CHILD_BORN, sex="MALE", phones=[(phone, "GUARDIAN")], at=clock.now()).person_id


def test_each_person_shows_words_and_count_beside_the_colour(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=90)
    page = signed_in().get("/so/").content.decode()
    assert "tc-card--yellow" in page
    assert "Thẻ vàng: chưa đủ liều" in page
    assert "1 mũi được tính" in page


def test_others_on_the_phone_are_not_shown_before_their_own_fact(signed_in: Open, chau: UUID, phone: str) -> None:
    child = child_on(phone)
    client = signed_in()
    assert "Trần Gia Bảo" not in client.get("/so/").content.decode()
    assert client.get(f"/so/the/{child}").status_code == 404


def test_a_family_member_is_added_by_their_own_fact(signed_in: Open, chau: UUID, phone: str) -> None:
    child = child_on(phone)
    client = signed_in()
    answer = client.post("/so/them-nguoi", {"how": "name", "full_name": "Trần Gia Bảo", **birth_fields(CHILD_BORN)})
    assert answer.headers["Location"] == "/so/"
    page = client.get("/so/").content.decode()
    assert "Đã thêm người" in page
    assert "Trần Gia Bảo" in page
    assert "Đã thêm người" not in client.get("/so/").content.decode()
    assert client.get(f"/so/the/{child}").status_code == 200


def test_a_wrong_fact_adds_nobody_and_says_what_to_do(signed_in: Open, chau: UUID, phone: str) -> None:
    child_on(phone)
    client = signed_in()
    wrong = {"how": "name", "full_name": "Trần Gia Bảo", **birth_fields(BORN)}
    page = client.post("/so/them-nguoi", wrong).content.decode()
    assert "1900\u00a09095" in page
    assert 'value="Trần Gia Bảo"' in page
    assert "Trần Gia Bảo" not in client.get("/so/").content.decode()


def test_a_dependant_appears_with_who_answers_for_them(client: Client, chau: UUID, phone: str) -> None:
    child = child_on(phone)
    set_guardian(by=SYSTEM, at=clock.now(), dependant_id=child, guardian_id=chau, relation="MOTHER")
    sign_in(client, phone)
    page = client.get("/so/").content.decode()
    assert "Trần Gia Bảo" in page
    assert f"Mẹ: {NAME}" in page


def crowd(phone: str) -> None:
    for number in range(8):
        a_person(f"Phạm Văn {'ABCDEFGH'[number]}n", dt.date(1960 + number, 1, 2), phones=[(phone, "FAMILY")],
                 at=clock.now())


def test_a_phone_of_more_than_eight_needs_staff(client: Client, chau: UUID, phone: str) -> None:
    crowd(phone)
    page = sign_in(client, phone).content.decode()
    assert "cần nhân viên kiểm tra giấy tờ" in page
    assert client.get("/so/").status_code == 302


def test_on_a_crowded_phone_whom_staff_proved_may_sign_in(client: Client, chau: UUID, phone: str) -> None:
    crowd(phone)
    lead = an_officer(Role.DATA_CORRECTOR, at=clock.now())
    prove_by_staff(by=lead, at=clock.now(), contact_key=contact_key(phone), person_id=chau, because="Đã xem CCCD")
    enter_code(client, phone)
    for full_name, status in (("Phạm Văn An", 200), (NAME, 302)):
        claim = {"how": "name", "full_name": full_name, **birth_fields(BORN)}
        assert client.post("/so/xac-nhan", claim).status_code == status
    assert NAME in client.get("/so/").content.decode()


def test_signing_out_closes_the_book_and_says_that_the_device_is_clean(signed_in: Open, chau: UUID) -> None:
    client = signed_in()
    assert client.get("/so/dang-xuat").status_code == 405
    answer = client.post("/so/dang-xuat")
    assert "đã được xóa" in client.get(answer.headers["Location"]).content.decode()
    assert client.get("/so/").headers["Location"] == "/so/dang-nhap"


def test_a_shared_device_keeps_nothing(client: Client, chau: UUID, phone: str) -> None:
    client.post("/so/dang-nhap", {"phone": phone, "shared": "1"})
    client.post("/so/ma-xac-thuc", {"code": code_sent_to(phone)})
    client.post("/so/xac-nhan", {"how": "name", "full_name": NAME, **birth_fields(BORN)})
    assert '"keep": false' in client.get(f"/so/the/{chau}").content.decode()


def test_who_looked_is_written_down(signed_in: Open, chau: UUID) -> None:
    signed_in().get(f"/so/the/{chau}")
    assert AuditLine.objects.filter(subject_id=chau, action="citizen.view_card").count() == 1


def test_the_book_needs_a_fact_again_at_each_sign_in(signed_in: Open, chau: UUID, phone: str, monkeypatch) -> None:
    client = signed_in()
    client.post("/so/dang-xuat")
    later = clock.now() + dt.timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    enter_code(client, phone)
    assert client.get("/so/").headers["Location"] == "/so/dang-nhap"
