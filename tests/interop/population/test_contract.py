"""What the checks need of a register: the real adapter over HTTP and the one in memory keep the same promises."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.interop.population.conftest import AGREED, LAN, MINH, Hand, MemoryRegister, StandIn, fields_of
from tiemchung.core.ids import new_id
from tiemchung.interop.population.register import ANSWERS, REQUESTS, GuardedRegister, HttpRegister, read_answers
from tiemchung.interop.signature import derived_key, is_answer, sign_answer, sign_request
from tiemchung.interop.signed_post import is_in_clear
from tiemchung.people.ports import PopulationRegister, RegisterAway, RegisterRefused

FIRST_PAUSE_S = 2.0


@pytest.fixture(params=["over HTTP", "in memory"])
def any_register(request: pytest.FixtureRequest) -> PopulationRegister:
    """One kind of register, then the other."""
    if request.param == "in memory":
        return MemoryRegister([LAN, MINH])
    return request.getfixturevalue("register")


@pytest.mark.parametrize(
    "other",
    [{"full_name": "Nguyễn Thị Lân"}, {"full_name": "nguyễn thị lan"}, {"sex": "MALE"}, {"number": "001190000999"},
     {"birth_date": fields_of(MINH).birth_date}],
)  # fmt: skip
def test_right_means_that_all_four_fields_are_as_the_register_has_them(
    any_register: PopulationRegister, other: dict[str, Any]
) -> None:
    right, wrong = fields_of(LAN), fields_of(LAN, **other)
    assert any_register.ask(new_id(), [right, wrong]) == {right.request_id: True, wrong.request_id: False}


def test_the_same_batch_again_is_answered_the_same(any_register: PopulationRegister) -> None:
    batch_id, some = new_id(), [fields_of(LAN), fields_of(MINH, sex="FEMALE")]
    first = any_register.ask(batch_id, some)
    assert any_register.ask(batch_id, some) == first
    assert any_register.ask(batch_id, some[:1]) == {some[0].request_id: True}


def test_an_answer_stays_even_when_the_register_learns_better(register: GuardedRegister, standin: StandIn) -> None:
    batch_id, one = new_id(), fields_of(LAN, number="001190000777")
    assert register.ask(batch_id, [one]) == {one.request_id: False}
    standin.put(LAN | {"number": "001190000777"})
    assert register.ask(batch_id, [one]) == {one.request_id: False}
    assert register.ask(new_id(), [one]) == {one.request_id: True}


@pytest.mark.parametrize(
    ("mode", "reason"),
    [("failing", "register_503"), ("down", "register_unreachable"), ("slow", "register_slow"),
     ("broken", "answer_not_understood"), ("unsigned", "answer_not_signed")],
)  # fmt: skip
def test_an_absent_register_is_away(
    request: pytest.FixtureRequest, standin: StandIn, mode: str, reason: str
) -> None:
    register: GuardedRegister = request.getfixturevalue("hasty_register" if mode == "slow" else "register")
    standin.turn(mode=mode)
    with pytest.raises(RegisterAway, match=reason):
        register.ask(new_id(), [fields_of(LAN)])


def test_too_many_questions_are_put_off_as_long_as_the_register_says(
    register: GuardedRegister, standin: StandIn
) -> None:
    standin.turn(mode="limited", seconds=40)
    register.ask(new_id(), [fields_of(LAN)])
    with pytest.raises(RegisterAway, match="register_429") as away:
        register.ask(new_id(), [fields_of(LAN)])
    assert 30 < away.value.retry_after_s <= 41


def test_answers_left_out_or_never_asked_for_are_left_out(register: GuardedRegister, standin: StandIn) -> None:
    standin.turn(mode="partial")
    some = [fields_of(LAN), fields_of(MINH), fields_of(LAN)]
    assert register.ask(new_id(), some) == {some[0].request_id: True, some[2].request_id: True}


def test_a_refused_batch_is_an_answer_and_opens_no_breaker(register: GuardedRegister, standin: StandIn) -> None:
    standin.turn(mode="refusing")
    for _ in range(5):
        with pytest.raises(RegisterRefused, match="register_422"):
            register.ask(new_id(), [fields_of(LAN)])
    assert not register.is_away()


def test_a_register_that_fails_is_left_alone_and_found_again(
    register: GuardedRegister, standin: StandIn, breakers_clock: Hand
) -> None:
    standin.turn(mode="down")
    for _ in range(3):
        with pytest.raises(RegisterAway, match="register_unreachable"):
            register.ask(new_id(), [fields_of(LAN)])
    assert register.is_away()
    with pytest.raises(RegisterAway, match="circuit_open"):
        register.ask(new_id(), [fields_of(LAN)])
    standin.turn(mode="ok")
    breakers_clock.shows += FIRST_PAUSE_S
    assert not register.is_away()
    one = fields_of(LAN)
    assert register.ask(new_id(), [one]) == {one.request_id: True}


def test_a_wrong_key_is_away_until_a_person_acts(standin: StandIn) -> None:
    stranger = HttpRegister(f"{standin.address}/v1/checks", key=derived_key("another", REQUESTS), answers_key=b"")
    with pytest.raises(RegisterAway, match="register_403") as away:
        stranger.ask(new_id(), [fields_of(LAN)])
    assert away.value.retry_after_s >= 60
    stranger.close()


def test_an_answer_under_another_key_is_none_and_may_be_asked_for_again(standin: StandIn) -> None:
    inner = HttpRegister(
        f"{standin.address}/v1/checks", key=derived_key(AGREED, REQUESTS), answers_key=derived_key(AGREED, REQUESTS)
    )
    with pytest.raises(RegisterAway, match="answer_not_signed") as away:
        inner.ask(new_id(), [fields_of(LAN)])
    assert away.value.retry_after_s >= 60
    inner.close()


def test_an_answer_played_again_fits_no_other_request() -> None:
    key, body = derived_key(AGREED, ANSWERS), b'{"batch": "b", "answers": []}'
    first, second = (sign_request(b"k", b"same question", unix_s=7) for _ in range(2))
    signature = sign_answer(key, first, body)
    assert is_answer(key, first, body, signature)
    assert not is_answer(key, second, body, signature)
    assert not is_answer(key, first, body + b" ", signature)
    assert not is_answer(b"", first, body, sign_answer(b"", first, body))
    assert not is_answer(key, first, body, "ký")


@pytest.mark.parametrize("address", ["http://register.example/v1/checks", "http://127.0.0.1.example/", "ftp://x/", ""])
def test_nobody_is_sent_in_clear_beyond_this_machine(address: str) -> None:
    inner = HttpRegister(address, key=b"k", answers_key=b"a")
    with pytest.raises(RegisterAway, match="address_without_tls") as away:
        inner.ask(new_id(), [fields_of(LAN)])
    assert away.value.retry_after_s >= 60
    inner.close()


@pytest.mark.parametrize("address", ["https://register.example/", "http://localhost:8027/v1/checks", "http://[::1]/"])
def test_tls_and_loopback_are_no_clear_way(address: str) -> None:
    assert not is_in_clear(address)


def test_five_hundred_are_asked_at_once(register: GuardedRegister) -> None:
    some = [fields_of(LAN if n % 2 else MINH) for n in range(500)]
    assert register.ask(new_id(), some) == {one.request_id: True for one in some}


BATCH = new_id()


@given(st.binary(max_size=200))
def test_no_octets_make_an_error_of_another_kind(octets: bytes) -> None:
    with pytest.raises(RegisterAway, match="answer_not_understood"):
        read_answers(octets, BATCH, {"a"})


@pytest.mark.parametrize("batch", ["01900000-0000-7000-8000-00000000abcd", "", None, 7])
def test_the_answer_to_another_batch_is_no_answer(batch: Any) -> None:
    with pytest.raises(RegisterAway, match="answer_not_understood"):
        read_answers(json.dumps({"batch": batch, "answers": []}).encode(), BATCH, {"a"})


@pytest.mark.parametrize(
    "row",
    ["null", "{}", '{"id": "a"}', '{"id": "a", "right": "true"}', '{"id": "a", "right": 1}', '{"id": 1, "right": true}',
     '{"id": "a", "right": true}, {"id": "a", "right": false}', '{"id": "x", "right": true}'],
)  # fmt: skip
def test_a_word_that_makes_no_sense_is_left_out(row: str) -> None:
    text = f'{{"batch": "{BATCH}", "answers": [{row}, {{"id": "b", "right": false}}]}}'
    assert read_answers(text.encode(), BATCH, {"a", "b"}) == {"b": False}


def test_a_question_shows_no_person_in_a_trace() -> None:
    assert LAN["full_name"] not in repr(fields_of(LAN))
    assert LAN["number"] not in repr([fields_of(LAN)])
