"""The passport in the health book: everything for its holder, in plain words, and nothing for anybody else."""

import datetime as dt
import re
from collections.abc import Callable
from uuid import UUID

import pypdfium2
import pytest
from django.test import Client

from tests.builders import a_person
from tests.certificates.passport_cast import (
    await_step,
    issue_passport,
    lack,
    renew_passport,
    revoke_passport,
)
from tests.web.citizen.conftest import BORN
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.paper.facts import FIELDS
from tiemchung.certificates.paper.facts import words as paper_words
from tiemchung.certificates.reads import passport_of
from tiemchung.certificates.rules import Lack, PassportState
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import amend_profile, check_identities, link_profiles
from tiemchung.people.models import IdentityCheck
from tiemchung.web.shared.qr import qr_of
from tiemchung.web.shared.words import sentences

SignedIn = Callable[[], Client]


def address(person_id: UUID, more: str = "") -> str:
    return f"/so/ho-so/{person_id}/ho-chieu{more}"


def words(client: Client, person_id: UUID, lang: str = "vi") -> str:
    client.cookies["lang"] = lang
    answer = client.get(address(person_id))
    assert answer.status_code == 200
    return answer.content.decode()


def test_in_force_it_shows_the_code_the_eleven_fields_and_who_signed(signed_in: SignedIn, vaccinated: UUID) -> None:
    made = issue_passport(vaccinated, at=clock.now())
    page = words(signed_in(), vaccinated)
    assert qr_of(made.hc1).path in page
    assert made.uvci in page
    for key in FIELDS:
        assert sentences("vi")[f"passport.field.{key}"] in page
        assert sentences("en")[f"passport.field.{key}"] in page
    assert "Đây là hạn kỹ thuật của mã QR, không phải hạn miễn dịch." in page
    assert page.count("Đã ký số ngày") == 2
    assert "NGUYEN THI MINH CHAU" in page


@pytest.mark.parametrize(("lang", "told"), [("vi", "Đang kiểm tra lại"), ("en", "Being checked again")])
def test_a_code_that_does_not_verify_is_not_shown_and_says_what_to_do(
    signed_in: SignedIn, vaccinated: UUID, lang: str, told: str
) -> None:
    made = issue_passport(vaccinated, at=clock.now())
    forged = made.hc1[:-9] + ("A" if made.hc1[-9] != "A" else "B") + made.hc1[-8:]
    Certificate.objects.filter(person_id=vaccinated).update(hc1=forged)
    client = signed_in()
    page = words(client, vaccinated, lang)
    assert told in page
    assert "tel:19009095" in page
    assert made.uvci not in page
    assert 'role="img"' not in page
    assert "tc-card--green" not in page
    assert client.get(address(vaccinated, "/giay"))["Location"] == address(vaccinated)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("code", list(Lack))
def test_each_thing_in_the_way_says_what_it_is_and_who_does_what_next(
    signed_in: SignedIn, vaccinated: UUID, code: Lack, lang: str
) -> None:
    lack(vaccinated, code, at=clock.now())
    page = words(signed_in(), vaccinated, lang)
    then = sentences(lang)[f"passport.lack.{code}.next"]
    assert all(piece in page for piece in re.split(r"\{[^}]*\}", then))
    assert sentences(lang)["passport.standing.NOT_ELIGIBLE"] in page
    assert "tc-card__qr" not in page


@pytest.mark.parametrize("state", [PassportState.ELIGIBLE, PassportState.FACILITY_SIGNED])
def test_on_its_way_it_says_which_of_the_three_steps_is_next(
    signed_in: SignedIn, vaccinated: UUID, state: PassportState
) -> None:
    await_step(vaccinated, state, at=clock.now())
    page = words(signed_in(), vaccinated)
    assert sentences("vi")[f"passport.standing.{state}"] in page
    assert page.count(">Xong<") == {PassportState.ELIGIBLE: 1, PassportState.FACILITY_SIGNED: 2}[state]
    assert "tc-card__qr" not in page


def test_never_reviewed_it_says_so_and_asks_to_confirm_nothing(signed_in: SignedIn, vaccinated: UUID) -> None:
    page = words(signed_in(), vaccinated)
    assert "Chưa được rà soát" in page
    assert "Đúng tên tôi" not in page


def test_revoked_or_ended_there_is_no_code(signed_in: SignedIn, vaccinated: UUID) -> None:
    now = clock.now()
    issue_passport(vaccinated, at=now - dt.timedelta(days=300), expires_at=now - dt.timedelta(days=1))
    client = signed_in()
    page = words(client, vaccinated)
    assert "Mã đã hết hạn" in page
    assert "tc-card__qr" not in page
    revoke_passport(vaccinated, at=now)
    page = words(client, vaccinated)
    assert "Đã thu hồi" in page
    assert "tc-card__qr" not in page


def test_what_an_officer_took_away_promises_nothing_by_itself(signed_in: SignedIn, vaccinated: UUID) -> None:
    issue_passport(vaccinated, at=clock.now())
    revoke_passport(vaccinated, at=clock.now())
    page = words(signed_in(), vaccinated)
    assert f"từ ngày {clock.today():%d/%m/%Y}" in page
    assert "Hộ chiếu mới không tự cấp" in page
    assert "tel:19009095" in page
    assert sentences("vi")["passport.steps.title"] not in page
    assert "được cấp tự động" not in page


def test_while_the_police_are_asked_the_holder_reads_so(signed_in: SignedIn, vaccinated: UUID) -> None:
    lack(vaccinated, Lack.IDENTITY_MISMATCHED, at=clock.now())
    check_identities(person_ids=[vaccinated], at=clock.now())
    client = signed_in()
    for state, said in (("MISMATCHED", False), ("LOCAL_REVIEW", True)):
        IdentityCheck.objects.filter(person_id=vaccinated).update(state=state, due_at=None)
        page = words(client, vaccinated)
        assert ("công an đang xác minh" in page) is said
        assert ("đang rà soát" in page) is not said


def test_after_a_renewal_the_old_number_is_named_with_its_own_end(signed_in: SignedIn, vaccinated: UUID) -> None:
    now = clock.now()
    old = issue_passport(vaccinated, at=now - dt.timedelta(days=340))
    renew_passport(vaccinated, at=now)
    page = words(signed_in(), vaccinated)
    assert old.uvci in page
    assert "vẫn dùng được đến" in page


def test_a_strangers_passport_is_like_one_that_does_not_exist(signed_in: SignedIn, vaccinated: UUID) -> None:
    stranger = a_person("Đào Thị Hoa", at=clock.now()).person_id
    client = signed_in()
    for person_id in (stranger, UUID(int=1)):
        for more in ("", "/giay"):
            assert client.get(address(person_id, more)).status_code == 404
        assert client.post(address(person_id, "/ten"), {"mark": "00"}).status_code == 404


def test_without_a_sign_in_it_leads_there(vaccinated: UUID) -> None:
    for more in ("", "/giay"):
        assert Client().get(address(vaccinated, more))["Location"] == "/so/dang-nhap"


def test_each_look_leaves_a_trace(signed_in: SignedIn, vaccinated: UUID) -> None:
    issue_passport(vaccinated, at=clock.now())
    client = signed_in()
    client.get(address(vaccinated))
    client.get(address(vaccinated, "/giay"))
    assert AuditLine.objects.filter(subject_id=vaccinated, action="citizen.view_passport").count() == 2


def test_the_holder_confirms_both_forms_of_the_name(signed_in: SignedIn, vaccinated: UUID) -> None:
    issue_passport(vaccinated, at=clock.now())
    client, mark = signed_in(), passport_of(SYSTEM, vaccinated, clock.now()).name.mark.hex()
    assert mark in words(client, vaccinated)
    assert client.post(address(vaccinated, "/ten"), {"mark": mark})["Location"] == address(vaccinated)
    page = words(client, vaccinated)
    assert "Đã ghi nhận: họ tên đúng" in page
    assert "Bạn đã xác nhận họ tên này đúng." in page
    assert "Đã ghi nhận" not in words(client, vaccinated)


@pytest.mark.parametrize("mark", ["", "zz", "00" * 32, "0" * 5000, "\u0661"])
def test_odd_marks_confirm_nothing(signed_in: SignedIn, vaccinated: UUID, mark: str) -> None:
    issue_passport(vaccinated, at=clock.now())
    client = signed_in()
    client.post(address(vaccinated, "/ten"), {"mark": mark})
    assert "Họ tên vừa thay đổi" in words(client, vaccinated)
    assert not passport_of(SYSTEM, vaccinated, clock.now()).name.confirmed


def test_a_name_mended_meanwhile_asks_again(signed_in: SignedIn, vaccinated: UUID) -> None:
    issue_passport(vaccinated, at=clock.now())
    client, mark = signed_in(), passport_of(SYSTEM, vaccinated, clock.now()).name.mark.hex()
    amend_profile(by=SYSTEM, at=clock.now(), profile_id=vaccinated, full_name="Nguyễn Thị Minh Chau", because="sai")
    client.post(address(vaccinated, "/ten"), {"mark": mark})
    assert not passport_of(SYSTEM, vaccinated, clock.now()).name.confirmed


@pytest.mark.parametrize(("paper", "word"), [("A4", "Cơ sở ký số"), ("THE", "gấp theo đường đứt")])
def test_the_paper_is_a_pdf_whose_name_names_nobody(
    signed_in: SignedIn, vaccinated: UUID, paper: str, word: str
) -> None:
    made = issue_passport(vaccinated, at=clock.now())
    client = signed_in()
    answer = client.get(address(vaccinated, "/giay"), {"giay": paper})
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert "ho-chieu-vac-xin.pdf" in answer["Content-Disposition"]
    client.cookies["lang"] = "en"
    assert "vaccine-passport.pdf" in client.get(address(vaccinated, "/giay"))["Content-Disposition"]
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert made.uvci in text
    assert word in text


def test_without_a_certificate_there_is_no_paper(signed_in: SignedIn, vaccinated: UUID) -> None:
    lack(vaccinated, Lack.IDENTITY_WAITING, at=clock.now())
    assert signed_in().get(address(vaccinated, "/giay"))["Location"] == address(vaccinated)


def test_card_and_book_lead_to_it(signed_in: SignedIn, vaccinated: UUID) -> None:
    client = signed_in()
    for page in ("/so/", f"/so/the/{vaccinated}"):
        assert address(vaccinated) in client.get(page).content.decode()


def test_a_joined_persons_old_address_leads_to_the_kept_one(signed_in: SignedIn, vaccinated: UUID) -> None:
    other = a_person("Nguyễn Thị Minh Châu", BORN, identifiers=(), phones=(), at=clock.now()).person_id
    link_profiles(
        by=SYSTEM, at=clock.now(), key="link", keep_person=vaccinated, join_person=other, because="một người hai hồ sơ"
    )
    assert signed_in().get(address(other))["Location"] == address(vaccinated)


def test_the_papers_words_are_the_pages_words() -> None:
    for lang in ("vi", "en"):
        for key in FIELDS:
            assert paper_words()[lang]["fields"][key] == sentences(lang)[f"passport.field.{key}"]


def test_every_lack_has_words_in_both_languages() -> None:
    for lang in ("vi", "en"):
        for code in Lack:
            assert {f"passport.lack.{code}.text", f"passport.lack.{code}.next"} <= sentences(lang).keys()
        for state in (*PassportState, "UNSEEN", "EXPIRED", "CHECKING"):
            assert f"passport.standing.{state}" in sentences(lang)
