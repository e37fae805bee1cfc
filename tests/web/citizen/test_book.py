"""The book holds the reader's people and nobody else's, and gives way at the door."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.test import Client

from tests.builders import a_person, a_phone, an_officer
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
        a_person(
            f"Phạm Văn {'ABCDEFGH'[number]}n", dt.date(1960 + number, 1, 2), phones=[(phone, "FAMILY")], at=clock.now()
        )


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


def session_signed_in_at(contact: bytes, at: dt.datetime) -> Client:
    """Give another device of the same phone's holder, signed in at that moment."""
    client = Client()
    session = client.session
    session.update({"citizen_contact": contact.hex(), "trace": "t", "seen_at": clock.now().isoformat(),
                    "signed_in_at": at.isoformat()})  # fmt: skip
    session.save()
    return client


def test_signing_out_everywhere_ends_every_device_of_this_phone_and_no_other(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    here, contact = signed_in(), contact_key(phone)
    there = session_signed_in_at(contact, clock.now())
    other_phone = a_phone()
    a_person("Lê Thị Sáu", BORN, phones=[(other_phone, "OWN")], at=clock.now())
    stranger = Client()
    sign_in(stranger, other_phone, "Lê Thị Sáu", BORN)
    assert [device.get("/so/").status_code for device in (here, there, stranger)] == [200, 200, 200]
    assert "Đăng xuất khỏi mọi thiết bị" in here.get("/so/").content.decode()
    assert here.post("/so/dang-xuat/moi-thiet-bi").headers["Location"] == "/so/da-dang-xuat"
    assert [device.get("/so/").status_code for device in (here, there, stranger)] == [302, 302, 200]
    assert there.get(f"/so/the/{chau}").headers["Location"] == "/so/dang-nhap"
    assert session_signed_in_at(contact, clock.now()).get("/so/").status_code == 200


def test_a_sign_in_from_before_its_moment_was_kept_ends_too(signed_in: Open, chau: UUID, phone: str) -> None:
    here, old = signed_in(), session_signed_in_at(contact_key(phone), clock.now())
    session = old.session
    del session["signed_in_at"]
    session.save()
    assert old.get("/so/").status_code == 200
    here.post("/so/dang-xuat/moi-thiet-bi")
    assert old.get("/so/").status_code == 302


def test_only_a_signed_in_citizen_who_asks_signs_out_everywhere(signed_in: Open, chau: UUID, phone: str) -> None:
    here = signed_in()
    assert here.get("/so/dang-xuat/moi-thiet-bi").status_code == 405
    assert Client().post("/so/dang-xuat/moi-thiet-bi").headers["Location"] == "/so/dang-nhap"
    assert here.get("/so/").status_code == 200
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = here.cookies
    assert strict.post("/so/dang-xuat/moi-thiet-bi").status_code == 403
    assert here.get("/so/").status_code == 200
