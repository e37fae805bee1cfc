"""The card says what it is, why, and what comes next, in every state."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client

from tests.builders import a_person, a_phone
from tests.qr_codes import qr_codes
from tests.web.citizen.conftest import NAME, give_dose, make_card
from tests.web.citizen.drawing import picture
from tiemchung.certificates import refreshing
from tiemchung.certificates.actions.waiting_cards import sign_waiting_cards
from tiemchung.certificates.models import Card, Certificate
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.reads import card_of_person
from tiemchung.certificates.signing import signed_certificate
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.doses.actions import amend_dose, declare_dose, void_dose
from tiemchung.doses.signing import DoseToSign, sign_doses, unsign_doses
from tiemchung.doses.values import DoseFacts
from tiemchung.web.citizen import card_facts

Open = Callable[[], Client]


def card_of(client: Client, person_id: UUID) -> str:
    answer = client.get(f"/so/the/{person_id}")
    assert answer.status_code == 200
    return answer.content.decode()


def drawn_text(page: str) -> str:
    code = r'tc-card__qr"><svg viewBox="0 0 (\d+) .*?<path stroke="#000" d="([^"]+)"'
    side, path = re.search(code, page, re.DOTALL).groups()
    (found,) = qr_codes(picture(int(side), path))
    return found.text


def test_a_person_without_doses_is_told_to_register(signed_in: Open, chau: UUID) -> None:
    page = card_of(signed_in(), chau)
    assert "tc-card--none" in page
    assert "Chưa có mũi tiêm nào được ghi nhận." in page
    assert "Đăng ký tiêm" in page
    assert 'role="img"' not in page


def test_one_dose_is_yellow_with_the_day_of_the_next(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=5)
    page = card_of(signed_in(), chau)
    due = clock.today() + dt.timedelta(days=16)
    assert "tc-card--yellow" in page
    assert "Thẻ vàng: chưa đủ liều" in page
    assert "1 mũi được tính" in page
    assert f"{due:%d/%m/%Y}" in page
    assert "Pfizer" in page.split("Vắc xin dùng được", 1)[1]


def test_a_complete_course_is_green_and_its_code_is_the_signed_text(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=90)
    give_dose(chau, days_ago=60)
    page = card_of(signed_in(), chau)
    assert "tc-card--green" in page
    assert "2 mũi được tính" in page
    assert drawn_text(page) == card_of_person(SYSTEM, chau, clock.now()).hc1
    assert NAME in page
    assert "05/03/1984" in page


def test_every_dose_has_its_number_day_place_lot_and_source(signed_in: Open, chau: UUID) -> None:
    lot = give_dose(chau, days_ago=90).dose.facts.lot_number
    page = card_of(signed_in(), chau)
    assert "Mũi 1: Pfizer" in page
    assert f"{clock.today() - dt.timedelta(days=90):%d/%m/%Y}, Trạm Y tế Bến Nghé" in page
    assert f"Lô {lot}" in page
    assert "Nhập từ sổ sách của cơ sở tiêm" in page


def test_a_booster_that_is_due_is_said_so(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=400)
    give_dose(chau, days_ago=370)
    assert "Đã có thể tiêm mũi nhắc lại" in card_of(signed_in(), chau)


def test_a_dose_not_signed_yet_says_that_it_takes_seconds(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=30, follow=False)
    client = signed_in()
    page = card_of(client, chau)
    assert "Chứng nhận đang được ký" in page
    assert 'http-equiv="refresh"' in re.search(r"<noscript>.*?</noscript>", page, re.DOTALL)[0]
    make_card(chau)
    assert "Chứng nhận đang được ký" not in card_of(client, chau)


def declare(person_id: UUID) -> None:
    declare_dose(
        by=Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id})), at=clock.now(), key=f"own-{person_id}",
        profile_id=person_id,
        facts=DoseFacts(product="PFIZER", given_on=clock.today() - dt.timedelta(days=20), place_name="Nơi khác"),
    )


def test_a_declared_dose_is_shown_and_marked_and_counts_nothing(signed_in: Open, chau: UUID) -> None:
    declare(chau)
    page = card_of(signed_in(), chau)
    assert "tc-card--none" in page
    assert "Tự khai, chưa xác minh" in page
    assert "đang được xác minh" in page
    assert "Chờ cơ sở tiêm xác minh" in page


def test_a_voided_dose_stays_on_the_page_with_its_reason(signed_in: Open, chau: UUID) -> None:
    made = give_dose(chau, days_ago=30).dose
    void_dose(by=SYSTEM, at=clock.now(), key="void", profile_id=chau, dose_id=made.id, version=made.version,
              because="Nhập nhầm sang người khác")
    make_card(chau)
    page = card_of(signed_in(), chau)
    assert "tc-card--none" in page
    assert "<del>Mũi Pfizer</del>" in page
    assert "Đã hủy" in page
    assert "Nhập nhầm sang người khác" in page
    assert 'role="img"' not in page


def test_a_corrected_dose_shows_what_it_was_before(signed_in: Open, chau: UUID) -> None:
    made = give_dose(chau, days_ago=30).dose
    amend_dose(by=SYSTEM, at=clock.now(), key="amend", profile_id=chau, dose_id=made.id, version=made.version,
               changes={"place_name": "Bệnh viện Quận 1"}, because="Ghi nhầm nơi tiêm")
    page = card_of(signed_in(), chau)
    assert "Nơi tiêm: Trạm Y tế Bến Nghé thành Bệnh viện Quận 1." in page
    assert "Ghi nhầm nơi tiêm" in page


def test_a_change_of_a_moment_ago_is_said_until_the_card_has_followed(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=90)
    give_dose(chau, days_ago=60, follow=False)
    client = signed_in()
    assert "Vừa có thay đổi" in card_of(client, chau)
    make_card(chau)
    assert "Vừa có thay đổi" not in card_of(client, chau)


def test_an_expired_code_is_not_shown_as_if_it_worked(signed_in: Open, chau: UUID, monkeypatch) -> None:
    give_dose(chau, days_ago=60)
    real = card_of_person

    def old(by, person_id, at):
        return replace(real(by, person_id, at), expires_at=clock.now() - dt.timedelta(days=1))

    monkeypatch.setattr(card_facts, "card_of_person", old)
    page = card_of(signed_in(), chau)
    assert "Mã QR đã hết hạn" in page
    assert 'role="img"' not in page
    assert "Các mũi tiêm vẫn được ghi nhận" in page


def test_a_code_that_does_not_verify_shows_neither_code_nor_colour(signed_in: Open, chau: UUID) -> None:
    for days in (90, 60):
        give_dose(chau, days_ago=days)
    Certificate.objects.filter(person_id=chau).update(expires_at=clock.now() + dt.timedelta(days=9999))
    page = card_of(signed_in(), chau)
    assert "Mã QR đang được kiểm tra lại" in page
    assert "2 mũi được tính" in page
    for shown in ('role="img"', "tc-card--green", "Thẻ xanh", "tc-card__pulse"):
        assert shown not in page


def test_a_stranger_and_nobody_look_the_same(signed_in: Open, chau: UUID) -> None:
    stranger = a_person("Trần Văn Lạ", dt.date(1970, 1, 2), phones=[(a_phone(), "OWN")], at=clock.now()).person_id
    client = signed_in()
    theirs, nobodys = client.get(f"/so/the/{stranger}"), client.get(f"/so/the/{uuid4()}")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert "Trần Văn Lạ" not in theirs.content.decode()


def test_cards_are_kept_out_of_every_cache_but_the_readers_own(signed_in: Open, chau: UUID) -> None:
    client = signed_in()
    for page in ("/so/", f"/so/the/{chau}", "/so/them-nguoi"):
        assert client.get(page).headers["Cache-Control"] == "no-store"


def test_the_card_speaks_english(signed_in: Open, chau: UUID) -> None:
    give_dose(chau, days_ago=5)
    client = signed_in()
    client.cookies["lang"] = "en"
    page = card_of(client, chau)
    assert "Doses counted: 1" in page
    assert "What comes next" in page or "what comes next" in page
    assert not re.search(r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", _without_names(page))


def _without_names(page: str) -> str:
    for name in (NAME, "Trạm Y tế Bến Nghé", "Tiếng Việt", "Tiêm Chủng"):
        page = page.replace(name, "")
    return page


def test_a_birth_known_by_its_year_is_shown_by_its_year(signed_in: Open, chau: UUID, phone: str) -> None:
    old = a_person("Lê Thị Sáu", dt.date(1950, 1, 1), birth_precision="YEAR", phones=[(phone, "FAMILY")],
                   at=clock.now()).person_id
    client = signed_in()
    client.post("/so/them-nguoi", {"how": "name", "full_name": "Lê Thị Sáu", "birth_year": "1950"})
    page = card_of(client, old)
    assert "Sinh 1950" in page
    assert "01/01/1950" not in page


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>"])
def test_what_was_typed_at_a_desk_stays_text(signed_in: Open, chau: UUID, bad: str) -> None:
    made = give_dose(chau, days_ago=30).dose
    amend_dose(by=SYSTEM, at=clock.now(), key="amend", profile_id=chau, dose_id=made.id, version=made.version,
               changes={"place_name": bad}, because=bad + " lý do")
    assert bad not in card_of(signed_in(), chau)


@pytest.fixture
def no_store(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Take the key store away, until it is undone."""

    def away(*_: object, **__: object) -> None:
        raise KeyStoreGone

    monkeypatch.setattr(refreshing, "signed_certificate", away)
    return monkeypatch


def waited(person_id: UUID) -> None:
    """Let the card wait for longer than a page's patience."""
    long_ago = clock.now() - 2 * card_facts.FOLLOWING
    assert Card.objects.filter(person_id=person_id, waits_since__isnull=False).update(waits_since=long_ago) == 1


def test_a_first_code_that_cannot_be_signed_is_said_to_be_late_and_comes_by_itself(
    signed_in: Open, chau: UUID, no_store: pytest.MonkeyPatch
) -> None:
    give_dose(chau, days_ago=5)
    browser = signed_in()
    assert "Chứng nhận đang được ký" in card_of(browser, chau)
    waited(chau)
    page = card_of(browser, chau)
    assert "Mã QR mới chưa tạo được vì hệ thống ký đang tạm ngừng" in page
    assert "Pfizer" in page
    assert 'role="img"' not in page
    no_store.undo()
    sign_waiting_cards(at=clock.now())
    page = card_of(browser, chau)
    assert "tạm ngừng" not in page
    assert drawn_text(page)


def test_a_code_that_is_still_true_is_shown_while_the_next_one_is_late(
    signed_in: Open, chau: UUID, no_store: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as there:
        there.setattr(refreshing, "signed_certificate", signed_certificate)
        give_dose(chau, days_ago=90)
    browser = signed_in()
    first = drawn_text(card_of(browser, chau))
    give_dose(chau, days_ago=60)
    waited(chau)
    page = card_of(browser, chau)
    assert "Mã QR dưới đây vẫn dùng được" in page
    assert drawn_text(page) == first
    assert 'data-updating="yes"' in page


def test_a_code_that_became_untrue_is_not_shown_even_while_nothing_can_be_signed(
    signed_in: Open, chau: UUID, no_store: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as there:
        there.setattr(refreshing, "signed_certificate", signed_certificate)
        given = give_dose(chau, days_ago=90)
    dose = given.dose
    amend_dose(
        by=SYSTEM, at=clock.now(), key="a", profile_id=chau, dose_id=dose.id, version=dose.version,
        because="ghi nhầm ngày", changes={"given_on": clock.today() - dt.timedelta(days=91)},
    )  # fmt: skip
    make_card(chau)
    waited(chau)
    page = card_of(signed_in(), chau)
    assert 'role="img"' not in page
    assert "tạm ngừng" in page


def test_signatures_that_come_and_go_are_no_change_that_a_citizen_is_told_of(signed_in: Open, chau: UUID) -> None:
    dose, other = (give_dose(chau, days_ago=ago).dose for ago in (90, 60))
    with transaction.atomic():
        sign_doses(at=clock.now(), by=SYSTEM, run_id=uuid4(), items=[DoseToSign(chau, dose.id, dose.version)])
        unsign_doses(at=clock.now(), doses=[(chau, dose.id)], because="IDENTITY_CHANGED")
    void_dose(
        by=SYSTEM, at=clock.now(), key="v", profile_id=chau, dose_id=other.id, version=other.version,
        because="ghi nhầm người khác",
    )  # fmt: skip
    page = card_of(signed_in(), chau)
    assert page.count("Lịch sử thay đổi") == 1
    assert "Lý do: ghi nhầm người khác" in page
    assert "IDENTITY_CHANGED" not in page
