"""A citizen says that a dose is right, wrong or missing, and always sees what becomes of it."""

import base64
import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.builders import a_person, a_phone, a_staff_member, an_area, an_officer
from tests.web.citizen.conftest import NAME, give_dose, sign_in
from tests.web.citizen.report_pages import a_photo, declare, fields_of, reports_of, send, texts_to
from tiemchung.cases.actions import claim_case, declaring, refuse_case
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.models import Evidence
from tiemchung.cases.rules import CaseState, RefusalCode
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses.actions import amend_dose
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.rules import DoseState
from tiemchung.people.actions import add_phone
from tiemchung.places.rules import Level

Open = Callable[[], Client]
LAST_YEAR = dt.timedelta(days=300)


@pytest.fixture(autouse=True)
def photos_apart(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def day() -> dt.date:
    return clock.today() - LAST_YEAR


def refused_by_the_ministry(ref: str) -> None:
    """Refuse a case whose place nobody knows, as the desk of last resort does."""
    officer, at = a_staff_member(Role.MINISTRY_OFFICER), clock.now()
    file = claim_case(by=officer, at=at, ref=ref)
    refuse_case(
        by=officer, at=at, key="refuse", ref=ref, version=file.version, refusal=RefusalCode.BLURRED,
        answer="Ảnh mờ, không đọc được ngày tiêm. Hãy chụp lại.",
    )  # fmt: skip


def test_beside_each_dose_stand_right_and_wrong(signed_in: Open, chau: UUID) -> None:
    dose = give_dose(chau, days_ago=90).dose
    card = shown(signed_in(), f"/so/the/{chau}")
    assert f"/so/ho-so/{chau}/mui/{dose.id}/dung" in card
    assert f"/so/ho-so/{chau}/mui/{dose.id}/sai" in card
    assert f"/so/ho-so/{chau}/thieu-mui" in card


def test_right_is_remembered_until_the_dose_changes(signed_in: Open, chau: UUID) -> None:
    dose = give_dose(chau, days_ago=90).dose
    client = signed_in()
    for _ in range(2):
        answer = client.post(f"/so/ho-so/{chau}/mui/{dose.id}/dung")
        assert answer.status_code == 302
    assert "Bạn đã xác nhận mũi này đúng" in shown(client, f"/so/the/{chau}")
    assert len(looks_at([chau], actions=["citizen.confirm_dose"])) == 1
    amend_dose(
        by=SYSTEM, at=clock.now(), key="a", profile_id=chau, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FZ0001"}, because="Xem lại sổ tiêm",
    )  # fmt: skip
    assert "Bạn đã xác nhận mũi này đúng" not in shown(client, f"/so/the/{chau}")


def test_a_dose_that_was_never_given_becomes_a_case_of_its_place(signed_in: Open, chau: UUID, phone: str) -> None:
    dose = give_dose(chau, days_ago=90).dose
    client = signed_in()
    answer = client.post(f"/so/ho-so/{chau}/mui/{dose.id}/sai", {"what": "never"})
    assert answer["Location"] == "/so/phan-anh/viet/gui"
    answer = send(client, text="Hôm đó tôi ở Huế.")
    (case,) = reports_of(phone)
    assert answer["Location"] == f"/so/phan-anh/{case.ref}"
    assert (case.kind, case.person_id, case.dose_id) == ("NEVER_GIVEN", chau, dose.id)
    card = shown(client, f"/so/the/{chau}")
    assert "Đang được xem xét" in card
    assert f"/so/phan-anh/{case.ref}" in card
    assert case.ref[-4:] in texts_to(phone)[-1].replace(" ", "")


def test_wrong_facts_are_asked_on_top_of_the_record(signed_in: Open, chau: UUID, phone: str) -> None:
    dose = give_dose(chau, days_ago=90).dose
    client = signed_in()
    address = f"/so/ho-so/{chau}/mui/{dose.id}/sai"
    assert f'value="{dose.facts.lot_number}"' in shown(client, address)
    same = fields_of(dose.facts.given_on, lot=dose.facts.lot_number)
    assert "Chưa có ô nào khác" in client.post(address, {"what": "facts", **same}).content.decode()
    client.post(address, {"what": "facts", **same, "lot_number": "FB9999"})
    page = shown(client, "/so/phan-anh/viet/gui")
    assert "FB9999" in page
    send(client)
    (case,) = reports_of(phone)
    assert (case.kind, case.dose_id) == ("DOSE_WRONG", dose.id)


def test_a_wrong_place_is_chosen_in_a_step_of_its_own(signed_in: Open, chau: UUID) -> None:
    dose = give_dose(chau, days_ago=90).dose
    client = signed_in()
    same = fields_of(dose.facts.given_on, lot=dose.facts.lot_number)
    answer = client.post(f"/so/ho-so/{chau}/mui/{dose.id}/sai", {"what": "facts", **same, "place_wrong": "1"})
    assert answer["Location"] == "/so/phan-anh/viet/noi-tiem"
    assert client.get("/so/phan-anh/viet/gui")["Location"] == "/so/phan-anh/viet/noi-tiem"
    client.post("/so/phan-anh/viet/noi-tiem", {"place": "other", "place_name": "Trường THPT Trưng Vương"})
    assert "Trường THPT Trưng Vương" in shown(client, "/so/phan-anh/viet/gui")


def test_a_declared_dose_is_on_the_card_at_once_and_counts_nothing(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    declare(client, chau, day())
    (dose,) = doses_of([chau])
    assert (dose.state, dose.counted, dose.facts.place_name) == (DoseState.DECLARED, False, "Nhà văn hóa phường 5")
    card = shown(client, f"/so/the/{chau}")
    assert "Tự khai, chưa xác minh" in card
    assert "0 mũi được tính" in card
    assert 'role="img"' not in card
    (case,) = reports_of(phone)
    assert (case.kind, case.dose_id, len(evidence_of(case.case_id))) == ("DOSE_DECLARED", dose.id, 1)


def test_the_declared_dose_shows_its_paper_and_says_that_it_is_no_certificate(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    declare(client, chau, day())
    (dose,), (case,) = doses_of([chau]), reports_of(phone)
    page = shown(client, f"/so/ho-so/{chau}/mui/{dose.id}/tu-khai")
    assert "không phải chứng nhận" in page
    (photo,) = evidence_of(case.case_id)
    answer = client.get(f"/so/phan-anh/{case.ref}/anh/{photo.id}")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/jpeg", "no-store")


def test_sending_twice_is_one_report_and_one_dose(signed_in: Open, chau: UUID, phone: str) -> None:
    client = signed_in()
    first = declare(client, chau, day())
    again = client.post("/so/phan-anh/viet/gui", {"draft": "gone"})
    assert again["Location"] == first["Location"]
    assert (len(doses_of([chau])), len(reports_of(phone))) == (1, 1)


def test_a_refused_report_leaves_neither_dose_nor_photo(
    signed_in: Open, chau: UUID, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise Refused(refuse("CLAIM_AFTER_DEATH"))

    monkeypatch.setattr(declaring, "open_case", broken)
    answer = declare(signed_in(), chau, day())
    assert "Ngày tiêm sau ngày mất" in answer.content.decode()
    assert doses_of([chau]) == ()
    assert not Evidence.objects.exists()


def test_a_day_that_has_a_dose_leads_to_wrong_instead(signed_in: Open, chau: UUID) -> None:
    dose = give_dose(chau, days_ago=90).dose
    answer = signed_in().post(f"/so/ho-so/{chau}/thieu-mui", fields_of(dose.facts.given_on))
    assert "Sổ đã có một mũi ngày" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"product": "ASPIRIN"}, "Chọn vắc xin ghi trên giấy"),
        ({"given_year": "2199"}, "Ngày tiêm chưa đến"),
        ({"given_year": "1950"}, "Ngày tiêm trước ngày sinh"),
        ({"given_year": "2019"}, "chưa có vắc xin Covid-19"),
        ({"given_month": "13"}, "Ngày tiêm cần đủ"),
        ({"given_day": "", "given_month": "", "given_year": ""}, "Nhập ngày tiêm"),
        ({"lot_number": "L" * 41}, "Số lô dài quá"),
        ({"product": "\x00"}, "Chọn vắc xin ghi trên giấy"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    signed_in: Open, chau: UUID, change: dict[str, str], words: str
) -> None:
    answer = signed_in().post(f"/so/ho-so/{chau}/thieu-mui", {**fields_of(day()), **change})
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_personal_data_wrong_becomes_a_case_with_what_they_should_be(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    address = f"/so/ho-so/{chau}/thong-tin-sai"
    assert "Điền ít nhất một ô" in client.post(address, {}).content.decode()
    client.post(address, {"full_name": "Nguyễn Thị Minh Chậu", "number": "079184009123"})
    page = shown(client, "/so/phan-anh/viet/gui")
    assert "Nguyễn Thị Minh Chậu" in page
    assert "079184009123" not in page
    send(client)
    assert [case.kind for case in reports_of(phone)] == ["PERSONAL_DATA"]


def test_a_right_name_that_lacks_its_marks_is_asked_for_again(signed_in: Open, chau: UUID, phone: str) -> None:
    client = signed_in()
    address = f"/so/ho-so/{chau}/thong-tin-sai"
    asked = client.post(address, {"full_name": "Nguyễn Thi Minh Châu"})
    assert 'href="#plain_name"' in asked.content.decode()
    client.post(address, {"full_name": "Nguyễn Thi Minh Châu", "plain_name": "1"})
    assert "Nguyễn Thi Minh Châu" in shown(client, "/so/phan-anh/viet/gui")


def test_a_declared_dose_of_a_place_in_no_list_is_answered_where_the_place_lies(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    hanoi = an_area("01", level=Level.PROVINCE)
    an_officer(Role.DATA_CORRECTOR, hanoi)
    client = signed_in()
    client.post(f"/so/ho-so/{chau}/thieu-mui", fields_of(clock.today() - dt.timedelta(days=40)))
    place = {"place": "other", "place_name": "Nhà văn hóa", "place_province": str(hanoi.id)}
    wrong = client.post("/so/phan-anh/viet/noi-tiem", place | {"place_commune": "Không Có"})
    assert "nhsuk-error-summary" in wrong.content.decode()
    client.post("/so/phan-anh/viet/noi-tiem", place)
    assert hanoi.full_name in shown(client, "/so/phan-anh/viet/gui")
    send(client)
    (case,) = reports_of(phone)
    assert (case.desk.unit_id, case.why) == (hanoi.id, "PLACE_KNOWN")


def test_a_photo_that_is_none_is_refused_before_anything_is_sent(signed_in: Open, chau: UUID, phone: str) -> None:
    client = signed_in()
    give_dose(chau, days_ago=90)
    (dose,) = doses_of([chau])
    client.post(f"/so/ho-so/{chau}/mui/{dose.id}/sai", {"what": "never"})
    answer = send(client, evidence=SimpleUploadedFile("giay.jpg", b"MZ not a photo", content_type="image/jpeg"))
    assert "không phải ảnh" in answer.content.decode()
    assert reports_of(phone) == ()


def test_the_list_names_desk_and_due_time_and_the_page_says_why_it_is_not_right_yet(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    declare(client, chau, day())
    (case,) = reports_of(phone)
    assert f"/so/phan-anh/{case.ref}" in shown(client, "/so/phan-anh")
    page = shown(client, f"/so/phan-anh/{case.ref}")
    assert "Vì sao vẫn chưa đúng?" in page
    assert "Việc gần nhất" in page
    assert "Đã nhận đề xuất" in page


def test_a_report_is_withdrawn_together_with_the_dose_that_it_declared(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    declare(client, chau, day())
    (case,) = reports_of(phone)
    client.post(f"/so/phan-anh/{case.ref}/viet-them", {"do": "withdraw"})
    assert reports_of(phone)[0].state is CaseState.WITHDRAWN
    for page in ("/so/phan-anh", f"/so/phan-anh/{case.ref}"):
        told = client.get(page).content.decode()
        assert "Rút lúc" in told
        assert "Trả lời lúc" not in told
    assert doses_of([chau]) == ()
    assert [entry.kind for entry in history_of([chau])] == ["DECLARED", "VOIDED"]


def test_more_words_and_photos_can_be_added_while_it_is_open(signed_in: Open, chau: UUID, phone: str) -> None:
    client = signed_in()
    declare(client, chau, day(), photo=False)
    (case,) = reports_of(phone)
    address = f"/so/phan-anh/{case.ref}/viet-them"
    assert "Viết vài lời" in client.post(address, {"do": "answer"}).content.decode()
    client.post(address, {"do": "answer", "text": "Gửi thêm ảnh", "evidence": a_photo("blue")})
    assert "Gửi thêm ảnh" in shown(client, f"/so/phan-anh/{case.ref}")
    assert len(evidence_of(case.case_id)) == 1


def test_an_answer_that_does_not_hold_is_opened_again(signed_in: Open, chau: UUID, phone: str) -> None:
    client = signed_in()
    declare(client, chau, day())
    (case,) = reports_of(phone)
    refused_by_the_ministry(case.ref)
    assert "Ảnh mờ, không đọc được ngày tiêm" in shown(client, f"/so/phan-anh/{case.ref}")
    address = f"/so/phan-anh/{case.ref}/viet-them"
    assert client.post(address, {"do": "reopen", "text": "sai"}).status_code == 200
    client.post(address, {"do": "reopen", "text": "Ảnh của tôi rõ, xin xem lại giúp tôi."})
    assert reports_of(phone)[0].state is CaseState.ROUTED


def test_somebody_elses_person_dose_or_report_does_not_exist(
    signed_in: Open, chau: UUID, phone: str, country: None
) -> None:
    mine = give_dose(chau, days_ago=90).dose
    other_phone = a_phone()
    other = a_person("Lê Văn Bình", dt.date(1970, 1, 2), phones=[(other_phone, "OWN")], at=clock.now()).person_id
    theirs = give_dose(other, days_ago=80).dose
    stranger = Client()
    sign_in(stranger, other_phone, "Lê Văn Bình", dt.date(1970, 1, 2))
    declare(stranger, other, day())
    (case,) = reports_of(other_phone)
    (photo,) = evidence_of(case.case_id)
    client = signed_in()
    for address in (
        f"/so/ho-so/{other}/thieu-mui",
        f"/so/ho-so/{other}/thong-tin-sai",
        f"/so/ho-so/{other}/ai-da-xem",
        f"/so/ho-so/{other}/mui/{theirs.id}/sai",
        f"/so/ho-so/{chau}/mui/{theirs.id}/sai",
        f"/so/ho-so/{uuid4()}/mui/{mine.id}/sai",
        f"/so/ho-so/{chau}/mui/{mine.id}/tu-khai",
        f"/so/phan-anh/{case.ref}",
        f"/so/phan-anh/{case.ref}/anh/{photo.id}",
        "/so/phan-anh/0000000000",
    ):
        assert client.get(address).status_code == 404, address
    assert client.post(f"/so/ho-so/{chau}/mui/{theirs.id}/dung").status_code == 404
    assert client.post(f"/so/phan-anh/{case.ref}/viet-them", {"do": "withdraw"}).status_code == 404


def test_another_phone_of_the_same_person_sees_the_steps_but_neither_words_nor_photos(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    declare(client, chau, day(), text="Riêng tư của tôi")
    (case,) = reports_of(phone)
    (photo,) = evidence_of(case.case_id)
    family = a_phone()
    add_phone(by=SYSTEM, at=clock.now(), profile_id=chau, phone=family, relation="FAMILY")
    second = Client()
    sign_in(second, family, NAME)
    page = shown(second, f"/so/phan-anh/{case.ref}")
    assert "từ một số điện thoại khác" in page
    assert second.get(f"/so/phan-anh/{case.ref}/anh/{photo.id}").status_code == 404
    assert second.post(f"/so/phan-anh/{case.ref}/viet-them", {"do": "withdraw"}).status_code == 404


def test_reports_are_limited_and_the_refusal_says_when_to_come_back(
    signed_in: Open, chau: UUID, phone: str
) -> None:
    client = signed_in()
    said = ""
    for back in range(60):
        said = declare(client, chau, day() - dt.timedelta(days=back), photo=False).content.decode()
        if "phút" in said:
            break
    assert "Bạn đã gửi nhiều phản ánh" in said
    assert len(doses_of([chau])) == len(reports_of(phone))


def test_the_draft_in_the_session_is_sealed(signed_in: Open, chau: UUID) -> None:
    client = signed_in()
    client.post(f"/so/ho-so/{chau}/thong-tin-sai", {"full_name": "Nguyễn Thị Minh Chậu"})
    kept = client.session["citizen_report"]
    assert kept
    assert str(chau) not in base64.b64decode(kept).decode("latin-1")
    assert b"full_name" not in base64.b64decode(kept)


def test_without_a_sign_in_nothing_opens(chau: UUID) -> None:
    client = Client()
    assert client.get("/so/phan-anh").status_code == 302
    assert client.post(f"/so/ho-so/{chau}/mui/{uuid4()}/dung").status_code == 302


def test_list_and_page_ask_the_same_few_questions_however_many_reports_there_are(
    signed_in: Open, chau: UUID, django_assert_max_num_queries: Any
) -> None:
    client = signed_in()
    for back in range(3):
        last = declare(client, chau, day() - dt.timedelta(days=back), photo=False)
    for address in ("/so/phan-anh", last["Location"]):
        with django_assert_max_num_queries(20):
            shown(client, address)
