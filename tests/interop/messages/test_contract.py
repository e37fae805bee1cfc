"""What every way to a provider must keep; each test runs over HTTP and over SMPP, against a real process."""

import threading

import pytest

from tests.interop.messages.ways import PASSWORD, TOKEN, Way, eventually
from tiemchung.core.ids import new_id
from tiemchung.core.outbox import Permanent, Temporary
from tiemchung.interop.messages.backends import backend_from_url
from tiemchung.interop.messages.standin.gateway import REJECTED, UNREACHED

LONG = "Chị An ơi, mũi 2 của cháu Bình đã tới hẹn: 8 giờ sáng thứ Bảy, trạm y tế phường Bến Nghé. 🙂 " * 4


@pytest.mark.parametrize(
    "text",
    ["Ma xac nhan: 042917 {khong dua cho ai} [5 phut] ~ €", "Mã xác nhận của bạn là 042917", LONG, "a" * 500],
)
def test_a_text_arrives_as_it_was_written(way: Way, phone: str, text: str) -> None:
    handed = way.send(phone, text)
    (message,) = way.standin.messages(phone)
    assert message["text"] == text
    assert message["ref"] == handed.provider_ref
    assert (message["from"], message["to"], message["via"]) == ("TIEMCHUNG", phone, way.name)


@pytest.mark.parametrize("text", ["Xin chào", LONG])
def test_receipts_tell_that_a_message_was_delivered(way: Way, phone: str, text: str) -> None:
    handed = way.send(phone, text)
    eventually(lambda: way.told_of(handed) == ["on_the_way", "delivered"])


def test_a_receipt_tells_that_a_message_was_not_delivered(way: Way) -> None:
    handed = way.send(UNREACHED)
    eventually(lambda: way.told_of(handed) == ["on_the_way", "failed"])


def test_duplicate_receipts_come_through(way: Way, phone: str) -> None:
    way.standin.turn(receipts="duplicate")
    handed = way.send(phone)
    eventually(lambda: way.told_of(handed) == ["on_the_way", "on_the_way", "delivered", "delivered"])


def test_reordered_receipts_come_through(way: Way, phone: str) -> None:
    way.standin.turn(receipts="reordered")
    handed = way.send(phone)
    eventually(lambda: way.told_of(handed) == ["delivered", "on_the_way"])


def test_the_same_id_again_is_the_same_message(way: Way, phone: str) -> None:
    message_id = new_id()
    first, second = (way.send(phone, LONG, message_id) for _ in range(2))
    assert first == second
    assert len(way.standin.messages(phone)) == 1


def test_two_ids_with_one_text_are_two_messages(way: Way, phone: str) -> None:
    assert way.send(phone) != way.send(phone)
    assert len(way.standin.messages(phone)) == 2


def test_a_rejected_number_is_permanent(way: Way) -> None:
    with pytest.raises(Permanent, match=r"^number_refused$"):
        way.send(REJECTED)


@pytest.mark.parametrize(
    ("to", "text"), [("0900020000", "x"), ("+84 900", "x"), ("+84900020000", " "), ("+84900020000", "a\0b")]
)
def test_what_no_provider_takes_is_permanent_and_never_leaves(way: Way, to: str, text: str) -> None:
    with pytest.raises(Permanent) as refusal:
        way.send(to, text)
    assert to not in str(refusal.value)


def test_a_failing_gateway_is_temporary_and_keeps_nothing(way: Way, phone: str) -> None:
    way.standin.turn(mode="failing")
    with pytest.raises(Temporary) as problem:
        way.send(phone)
    assert problem.value.retry_after_s > 0
    assert way.standin.messages(phone) == []


def test_a_gateway_that_is_down_is_temporary_and_found_again(way: Way, phone: str) -> None:
    way.send(phone)
    way.standin.turn(mode="down")
    with pytest.raises(Temporary):
        way.send(phone)
    way.standin.turn(mode="ok")
    way.send(phone)
    assert len(way.standin.messages(phone)) == 2


def test_a_slow_gateway_is_temporary_and_the_retry_makes_no_second_message(way: Way, phone: str) -> None:
    message_id = new_id()
    way.standin.turn(mode="slow", seconds=30)
    with way.hurried() as port, pytest.raises(Temporary, match=r"^gateway_slow$"):
        port.inner.send(message_id=message_id, to=phone, text="Xin chào")
    way.standin.turn(mode="ok")
    way.send(phone, message_id=message_id)
    (message,) = way.standin.messages(phone)
    assert message["repeats"] >= 1


@pytest.mark.parametrize("text", ["Xin chào", LONG])
def test_after_a_lost_answer_the_retry_makes_no_second_message(way: Way, phone: str, text: str) -> None:
    message_id = new_id()
    way.standin.turn(mode="lost")
    with pytest.raises(Temporary):
        way.send(phone, text, message_id)
    way.standin.turn(mode="ok")
    handed = way.send(phone, text, message_id)
    (message,) = way.standin.messages(phone)
    assert (message["text"], message["ref"]) == (text, handed.provider_ref)
    eventually(lambda: "delivered" in way.told_of(handed))


def test_many_senders_share_one_way(way: Way, phone: str) -> None:
    refs: list[str] = []
    senders = [threading.Thread(target=lambda: refs.append(way.send(phone).provider_ref)) for _ in range(20)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)
    assert len(set(refs)) == 20
    assert len(way.standin.messages(phone)) == 20


def test_the_breaker_stops_knocking_within_ten_seconds_and_closes_when_the_gateway_is_back(
    way: Way, phone: str
) -> None:
    way.standin.turn(mode="slow", seconds=30)
    with way.hurried() as port:

        def try_once() -> str:
            with pytest.raises(Temporary) as problem:
                port.send(message_id=new_id(), to=phone, text="x")
            return str(problem.value)

        tries = [try_once() for _ in range(4)]
        assert tries[-1] == "circuit_open"  # after three at most, of two seconds each: within ten
        way.standin.turn(mode="ok")

        def arrives() -> bool:
            try:
                port.send(message_id=new_id(), to=phone, text="again")
            except Temporary:
                return False
            return True

        eventually(arrives)
    assert way.standin.messages(phone)[0]["text"] == "again"


def test_a_wrong_password_waits_for_a_person(way: Way, phone: str) -> None:
    url = way.standin.url(way.name).replace(TOKEN, "wrong").replace(PASSWORD, "wrong")
    port = backend_from_url(url)
    with pytest.raises(Temporary) as problem:
        port.send(message_id=new_id(), to=phone, text="x")
    assert problem.value.retry_after_s >= 60
    assert "wrong" not in repr(problem.value)
    port.close()


@pytest.mark.parametrize("mode", ["ok", "failing", "down", "lost"])
def test_no_number_and_no_text_reach_the_logs(
    way: Way, phone: str, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    way.standin.turn(mode=mode)
    problem = ""
    try:
        way.send(phone, "ma bi mat 042917")
    except Temporary as error:
        problem = repr(error)
    assert bool(problem) == (mode != "ok")
    hidden = [phone[1:], phone[1:].encode().hex(), "042917", b"042917".hex()]
    for line in [*caplog.messages, problem]:
        assert not any(secret in line for secret in hidden)
