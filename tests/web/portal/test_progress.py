"""Where a report stands: number and phone show the way, a code shows the words, anything else shows nothing."""

import datetime as dt
import html
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.builders import a_facility, a_lot, a_person, a_phone, a_staff_member, country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tiemchung.cases.actions import ask_back, claim_case, open_case, refuse_case, settle_case
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads import desk_file
from tiemchung.cases.rules import Claim, ClaimedDose, RefusalCode, shown_ref
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Actor, Role
from tiemchung.doses.values import DoseFacts

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted")

QUESTION = "Bạn tiêm mũi 1 ở bàn số mấy?"
SETTLED = "Chúng tôi đã ghi bổ sung mũi tiêm của bạn theo sổ tiêm."
ANSWER = "Giấy xác nhận bạn gửi bị mờ, không đọc được số lô."


@pytest.fixture
def phone() -> str:
    return a_phone()


@pytest.fixture
def lead() -> Actor:
    """Give the lead of the facility that answers."""
    return a_staff_member(Role.FACILITY_LEAD, facility=a_facility("Trạm Y tế Hoa Ngâu"))


@pytest.fixture
def case(phone: str, lead: Actor) -> OpenedCase:
    """Give a report that was sent."""
    claim = Claim(
        full_name="Nguyễn Thị Minh Châu", birth_date=dt.date(1984, 11, 23), numbers=(("CCCD", "079184000123"),),
        doses=(ClaimedDose(1, product="PFIZER", given_on=dt.date(2025, 8, 14), facility_id=lead.facility_id),),
    )  # fmt: skip
    return open_case(by=PUBLIC, at=clock.now(), key="one", kind="NEVER_GIVEN", door="PORTAL", claim=claim, phone=phone)


def find(client: Client, ref: str, phone: str) -> Any:
    """Press Xem phản ánh."""
    return client.post("/phan-anh/tra-cuu", {"ref": ref, "phone": phone})


def prove(client: Client, phone: str) -> Any:
    """Ask for a code and enter it."""
    client.post("/phan-anh/tien-do/ma", {"do": "again"})
    return client.post("/phan-anh/tien-do/ma", {"code": pages.newest_code(phone)})


def shown(client: Client) -> str:
    """Give the words of the status page."""
    body = client.get("/phan-anh/tien-do").content.decode()
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def asked_back(case: OpenedCase, lead: Actor) -> None:
    """Let the desk take the case and ask."""
    at = clock.now()
    claimed = claim_case(by=lead, at=at, ref=case.ref)
    ask_back(by=lead, at=at, ref=case.ref, version=claimed.version, text=QUESTION)


def test_number_and_phone_show_state_owner_and_due_time(case: OpenedCase, phone: str) -> None:
    client = Client()
    assert find(client, shown_ref(case.ref), "0" + phone[3:])["Location"] == "/phan-anh/tien-do"
    words = shown(client)
    assert "Chờ xử lý" in words
    assert "Trạm Y tế Hoa Ngâu" in words
    assert "Trước" in words
    assert "Bạn xác nhận và gửi" in words


def test_nothing_of_the_claim_is_shown_by_number_and_phone(case: OpenedCase, phone: str) -> None:
    client = Client()
    find(client, case.ref, phone)
    words = shown(client)
    for personal in ("Minh Châu", "079184000123", "23/11/1984", phone[3:]):
        assert personal not in words


def bare(answer: Any) -> tuple[int, str]:
    """Give an answer without what was typed and what differs between any two."""
    return answer.status_code, re.sub(r'\s?(value|nonce)="[^"]*"', "", answer.content.decode())


def test_a_wrong_number_a_wrong_phone_and_nonsense_are_one_answer(case: OpenedCase, phone: str) -> None:
    guesses = [
        (case.ref, a_phone()), ("1234567890", phone), ("", phone), (case.ref, ""), (case.ref, "0281 234 567"),
        ("x", "x"), (case.ref[:-1], phone), (case.ref, "\0"), ("", ""), (case.ref, phone + "9"),
    ]  # fmt: skip
    answers = {bare(find(Client(), *guess)) for guess in guesses}
    assert len(answers) == 1
    assert "Không tìm thấy phản ánh" in next(iter(answers))[1]


def test_the_number_alone_opens_no_page(case: OpenedCase) -> None:
    for page in ("/phan-anh/tien-do", "/phan-anh/tien-do/ma"):
        answer = Client().get(page, {"ref": case.ref})
        assert answer["Location"] == "/phan-anh/tra-cuu"
    assert Client().post("/phan-anh/tien-do/viec", {"do": "withdraw"})["Location"] == "/phan-anh/tra-cuu"


def test_what_was_asked_back_is_shown_and_answered_after_a_code(case: OpenedCase, lead: Actor, phone: str) -> None:
    asked_back(case, lead)
    client = Client()
    find(client, case.ref, phone)
    words = shown(client)
    assert QUESTION not in words
    assert "Đơn vị xử lý cần bạn trả lời" in words
    assert "chỉ hiện sau một mã" in words
    assert 'name="text"' not in client.get("/phan-anh/tien-do").content.decode()
    assert client.post("/phan-anh/tien-do/viec", {"do": "answer", "text": "Bàn 2"})["Location"].endswith("/ma")
    assert prove(client, phone)["Location"] == "/phan-anh/tien-do"
    assert QUESTION in shown(client)
    sent = client.post("/phan-anh/tien-do/viec", {"do": "answer", "text": "Bàn số 2", "evidence": pages.a_photo()})
    assert sent["Location"] == "/phan-anh/tien-do"
    assert "Bàn số 2" in shown(client)
    file = desk_file(lead, clock.now(), case.ref)
    assert file.steps[-1].text == "Bàn số 2"


def test_the_answers_text_is_shown_after_a_code_only(case: OpenedCase, lead: Actor, phone: str) -> None:
    claimed = claim_case(by=lead, at=clock.now(), ref=case.ref)
    refuse_case(by=lead, at=clock.now(), key="no", ref=case.ref, version=claimed.version,
                refusal=RefusalCode.BLURRED, answer=ANSWER)  # fmt: skip
    client = Client()
    find(client, case.ref, phone)
    assert "chưa được chấp nhận" in shown(client)
    assert ANSWER not in shown(client)
    prove(client, phone)
    assert ANSWER in shown(client)


def test_an_answer_that_does_not_hold_is_opened_again(case: OpenedCase, lead: Actor, phone: str) -> None:
    claimed = claim_case(by=lead, at=clock.now(), ref=case.ref)
    refuse_case(by=lead, at=clock.now(), key="no", ref=case.ref, version=claimed.version,
                refusal=RefusalCode.BLURRED, answer=ANSWER)  # fmt: skip
    client = Client()
    find(client, case.ref, phone)
    prove(client, phone)
    short = client.post("/phan-anh/tien-do/viec", {"do": "reopen", "text": "Sai"})
    assert short.status_code == 200
    client.post("/phan-anh/tien-do/viec", {"do": "reopen", "text": "Tôi gửi lại ảnh rõ hơn của giấy xác nhận."})
    assert "đang chờ người nhận xử lý" in shown(client)


def test_a_report_can_be_withdrawn(case: OpenedCase, phone: str) -> None:
    client = Client()
    find(client, case.ref, phone)
    prove(client, phone)
    client.post("/phan-anh/tien-do/viec", {"do": "withdraw"})
    page = shown(client)
    assert "Phản ánh đã được rút" in page
    assert "Rút lúc" in page
    for untrue in ("Ai đã trả lời", "Trả lời lúc"):
        assert untrue not in page
    again = client.post("/phan-anh/tien-do/viec", {"do": "withdraw"})
    assert again.status_code == 200


def test_an_empty_answer_is_not_sent(case: OpenedCase, phone: str) -> None:
    client = Client()
    find(client, case.ref, phone)
    prove(client, phone)
    answer = client.post("/phan-anh/tien-do/viec", {"do": "answer", "text": "  "})
    assert "Viết vài lời hoặc chọn ảnh" in answer.content.decode()


def test_a_code_for_reports_does_not_open_the_case(case: OpenedCase, phone: str) -> None:
    client = Client()
    pages.fill_until_check(client, phone)
    pages.send(client)
    code = pages.newest_code(phone)
    find(client, case.ref, phone)
    answer = client.post("/phan-anh/tien-do/ma", {"code": code}, follow=True)
    assert answer.redirect_chain == [("/phan-anh/tien-do/ma", 302)]
    assert "Mã này không đúng" in answer.content.decode()


def test_after_settling_the_page_says_where_the_correction_has_arrived(
    case: OpenedCase, lead: Actor, phone: str
) -> None:
    at, person = clock.now(), a_person("Nguyễn Thị Minh Châu", dt.date(1984, 11, 23), at=clock.now())
    file, lot = claim_case(by=lead, at=at, ref=case.ref), a_lot(at=at)
    given = DoseFacts("PFIZER", at.date() - dt.timedelta(days=30), lot_id=lot.id, lot_number=lot.number,
                      facility_id=lead.facility_id, place_name="Trạm Y tế Hoa Ngâu")  # fmt: skip
    settle_case(by=lead, at=at, key="done", ref=case.ref, version=file.version, answer=SETTLED, because=SETTLED,
                solutions=[Solution(SolutionKind.RECORD, profile_id=person.profile_id, facts=given)])  # fmt: skip
    client = Client()
    find(client, case.ref, phone)
    words = shown(client)
    assert "Ai đã trả lời" in words
    assert "Vì sao vẫn chưa đúng?" not in words
    assert re.search(r"Sổ tiêm chủng quốc gia\s+Xong lúc", words)
    assert re.search(r"Thẻ tiêm chủng\s+Đang chờ", words)
    assert SETTLED not in words
    prove(client, phone)
    assert SETTLED in shown(client)


def test_a_late_case_says_so_and_who_was_told(case: OpenedCase, phone: str) -> None:
    import time_machine

    client = Client()
    with time_machine.travel(case.due_at + dt.timedelta(minutes=1), tick=False):
        find(client, case.ref, phone)
        words = shown(client)
    assert "Quá hạn" in words
    assert "Chúng tôi xin lỗi" in words


def test_the_status_page_asks_the_database_few_questions(
    case: OpenedCase, lead: Actor, phone: str, django_assert_max_num_queries: Any
) -> None:
    asked_back(case, lead)
    client = Client()
    find(client, case.ref, phone)
    prove(client, phone)
    with django_assert_max_num_queries(20):
        client.get("/phan-anh/tien-do")


def test_a_stranger_who_uses_up_the_codes_leaves_the_device_that_proved_the_phone_its_own(
    case: OpenedCase, phone: str
) -> None:
    holder, start = Client(REMOTE_ADDR="192.0.2.1"), clock.now()
    find(holder, case.ref, phone)
    assert prove(holder, phone).status_code == 302
    stranger = Client(REMOTE_ADDR="198.51.100.1")
    find(stranger, case.ref, phone)
    for n in range(1, 10):
        with time_machine.travel(start + dt.timedelta(minutes=n), tick=False):
            refused = stranger.post("/phan-anh/tien-do/ma", {"do": "again"}, follow=True).content.decode()
    assert "Chưa gửi thêm được mã" in refused
    with time_machine.travel(start + dt.timedelta(minutes=9, seconds=30), tick=False):
        assert prove(holder, phone)["Location"] == "/phan-anh/tien-do"
        # The receipt, the five of an hour of which the holder's first was one, and the known device's own.
        assert len(pages.texts_to(phone)) == 1 + 5 + 1
