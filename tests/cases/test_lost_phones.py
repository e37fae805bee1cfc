"""What a reporter writes of a phone, and what became of messages to it, say whether it is theirs no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules.lost_phones import LEAST_LOST, is_silent, says_lost
from tiemchung.core.models import OutboxMessage


@pytest.mark.parametrize(
    "said",
    [
        "Tôi bị mất điện thoại hồi tháng 3, nay dùng số khác.",
        "Số cũ đã mất.",
        "Em đổi số rồi ạ",
        "Tôi đã thay sim mới",
        "Số điện thoại cũ bị khóa",
        "sim cũ đã bị thu hồi",
        "Hiện không còn dùng số đó nữa",
        "Tôi không dùng số cũ nữa",
        "Số 0900000019 đã mất, không dùng nữa, nay dùng số đang gọi",
        "Số điện thoại 0900 000 019 không dùng nữa",
        "toi bi mat dien thoai",
        "Da doi so dien thoai",
        "I lost my old phone last year.",
        "The old number was cut off",
        "I no longer use it",
        "MẤT SIM",
        "Tôi bị mất số".replace("ấ", "ấ"),  # decomposed
    ],
)
def test_a_phone_that_is_said_to_be_lost_is_heard(said: str) -> None:
    assert says_lost(["", said])


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Tôi bị mất sổ tiêm chủng",
        "toi bi mat so tiem chung",
        "Tôi không mất điện thoại, chỉ sai số",
        "Số cũ là số của mẹ tôi, mẹ vẫn dùng",
        "Lúc tiêm tôi khai số chứng minh cũ.",
        "Tôi chưa đổi số",
        "The dose lies under my mother's phone",
        "I lost the paper",
        "Không dùng thuốc gì",
    ],
)
def test_nothing_else_that_is_said_of_phones_and_papers_is_heard_as_lost(said: str) -> None:
    assert not says_lost([said])


@pytest.mark.parametrize(
    ("states", "silent"),
    [
        ((), False),
        (("FAILED",), False),
        (("FAILED", "EXPIRED"), True),
        (("WAITING", "FAILED", "FAILED", "DELIVERED"), True),
        (("DELIVERED", "FAILED", "FAILED", "FAILED"), False),
        (("FAILED", "HANDED", "FAILED"), False),
        (("FAILED", "WAITING", "EXPIRED"), True),
    ],
)
def test_a_phone_is_silent_when_the_newest_messages_were_lost(states: tuple[str, ...], silent: bool) -> None:
    assert is_silent(states) is silent


@given(st.lists(st.sampled_from(list(OutboxMessage.State)), max_size=8))
def test_one_message_that_arrived_last_makes_no_phone_silent(states: list[str]) -> None:
    assert not is_silent(["DELIVERED", *states])
    assert is_silent(["EXPIRED"] * LEAST_LOST + states)
