"""Ending a call, keeping promises, ready answers, and the wall that says nothing about anybody."""

import datetime as dt
import tomllib

import pytest
import time_machine

from tests import builders
from tests.web.hotline.conftest import LATER, NAME, Centre, address, enter_as, fields, shown
from tiemchung.cases.models import Call, CallBack
from tiemchung.core.actor import Role
from tiemchung.web.hotline.answers import FOLDER, found_answers, topics

HOUR = dt.timedelta(hours=1)


def at_the_centre(centre: Centre, at: dt.datetime) -> None:
    """Sit down at the console at this moment."""
    centre.browser = enter_as(centre.agent)
    session = centre.browser.session
    session["seen_at"] = at.isoformat()
    session.save()


def test_a_call_ends_with_what_came_of_it_and_stands_in_the_days_list(centre: Centre) -> None:
    centre.begin("", centre.phone)
    text = shown(centre.post("end", {"outcome": "ANSWERED", "note": "Hỏi màu thẻ"}))
    assert "Đã kết thúc cuộc gọi" in text
    assert "10:05: Đã trả lời câu hỏi chung" in text
    assert centre.phone[-9:-3] not in text
    assert centre.get("call")["Location"] == address("console")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Chọn kết quả của cuộc gọi"),
        ({"outcome": "BETTER"}, "Chọn kết quả của cuộc gọi"),
        ({"outcome": "CALL_BACK"}, "Chọn thời hạn gọi lại"),
        ({"outcome": "CALL_BACK", "hours": "4", "phone": "115"}, "Nhập số di động"),
        ({"outcome": "ANSWERED", "note": "x" * 1001}, ""),
    ],
)
def test_a_call_does_not_end_without_outcome_or_with_a_promise_nobody_can_keep(
    centre: Centre, form: dict[str, str], words: str
) -> None:
    centre.begin()
    answer = centre.post("end", form)
    assert answer.status_code == 422
    assert words in shown(answer)
    assert Call.objects.get().ended_at is None


def test_a_promise_comes_due_and_is_kept_by_one_agent(centre: Centre) -> None:
    centre.begin("", centre.phone)
    centre.post("end", {"outcome": "CALL_BACK", "hours": "4", "phone": centre.phone, "note": "Chờ trạm tìm sổ"})
    back = CallBack.objects.get()
    assert back.due_at == LATER + 4 * HOUR
    assert "Hẹn 14 giờ 05 ngày 20/11" in shown(centre.get("call_backs"))
    with time_machine.travel(LATER + 4 * HOUR, tick=False):
        at_the_centre(centre, LATER + 4 * HOUR)
        assert "1 cuộc hẹn đến hạn" in shown(centre.get("console"))
        assert centre.phone[-6:] not in shown(centre.get("call_backs")).replace(" ", "")
        assert centre.get("call_back", call_back_id=back.id).status_code == 404
        held = centre.post("claim_back", call_back_id=back.id)
        assert f"0{centre.phone[3:]}" in shown(held).replace(" ", "")
        assert "Chờ trạm tìm sổ" in shown(held)
        other = enter_as(builders.a_staff_member(Role.HOTLINE_AGENT))
        session = other.session
        session["seen_at"] = (LATER + 4 * HOUR).isoformat()
        session.save()
        late = other.post(address("claim_back", call_back_id=back.id), follow=True)
        assert "Người khác vừa nhận cuộc hẹn này" in shown(late)
        key = fields(held, address("finish_back", call_back_id=back.id))
        spoken = centre.post("finish_back", key | {"outcome": "REACHED"}, call_back_id=back.id)
        assert "Tìm thấy 1 người" in shown(spoken)
        assert NAME not in shown(spoken)
    back.refresh_from_db()
    assert (back.outcome, back.tries) == ("REACHED", 1)


def test_an_unanswered_promise_returns_to_the_list(centre: Centre) -> None:
    centre.begin("", centre.phone)
    centre.post("end", {"outcome": "CALL_BACK", "hours": "1", "phone": centre.phone})
    back = CallBack.objects.get()
    centre.post("claim_back", call_back_id=back.id)
    text = shown(centre.post("finish_back", {"outcome": "NO_ANSWER"}, call_back_id=back.id))
    assert "Đã gọi 1 lần, nhiều nhất 3 lần" in text


def test_the_wall_shows_figures_and_nobody(centre: Centre) -> None:
    centre.proved(centre.phone)
    centre.post("end", {"outcome": "CALL_BACK", "hours": "1", "phone": centre.phone})
    centre.begin()
    text = shown(centre.get("wall"))
    assert "1 cuộc gọi đang mở" in text
    assert "1 hẹn gọi lại đang chờ" in text
    assert "Hẹn lâu nhất: 11 giờ 05 ngày 20/11" in text
    page = centre.get("wall").content.decode()
    assert 'hx-trigger="every 20s"' in page
    assert 'font-size="58"' in page
    assert [one for one in (NAME, centre.number, centre.phone[3:], "An ") if one in text] == []


def test_the_ministry_reads_the_wall_and_takes_no_calls(centre: Centre) -> None:
    ministry = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    assert ministry.get(address("wall")).status_code == 200
    assert ministry.get(address("console")).status_code == 404


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("mất giấy", "lost_paper"),
        ("mat giay xac nhan", "lost_paper"),
        ("hộ chiếu vắc xin", "passport_what"),
        ("hết hạn qr", "passport_expiry"),
        ("khó thở", "emergency"),
        ("thẻ vàng", "yellow_green"),
        ("không có điện thoại", "no_phone"),
        ("otp", "fraud_code"),
    ],
)
def test_an_answer_is_found_by_any_words_with_or_without_marks(words: str, first: str) -> None:
    assert found_answers(words)[0].name == first


def test_words_of_no_topic_find_none(centre: Centre) -> None:
    assert found_answers("zzqx bkwv") == ()
    assert "Không có câu trả lời nào chứa những chữ này" in shown(centre.post("answers", {"words": "zzqx"}))


def test_there_are_answers_enough_and_each_is_whole_in_both_languages() -> None:
    names = {lang: {path.stem for path in (FOLDER / lang).glob("*.toml")} for lang in ("vi", "en")}
    assert names["vi"] == names["en"]
    assert len(names["vi"]) >= 25
    for lang in ("vi", "en"):
        for one in topics(lang):
            assert all((one.title, one.keywords, one.say, one.then, one.source)), one.name
            assert len(one.say) <= 420, f"{one.name} is too long to read out"
    orders = [tomllib.loads(path.read_text("utf-8"))["order"] for path in (FOLDER / "vi").glob("*.toml")]
    assert len(set(orders)) == len(orders)


def test_a_name_alone_is_asked_for_its_birth_date(centre: Centre) -> None:
    answer = centre.begin("Nguyễn Thị An")
    assert answer.status_code == 422
    assert "Tìm theo tên cần đủ ngày sinh" in shown(answer)
