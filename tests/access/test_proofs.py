"""Proof of work: solved honestly it opens once, and nothing that was not solved opens at all (M18)."""

import base64
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import NOW
from tiemchung.access import rules
from tiemchung.access.actions import new_puzzle, pass_without_script, sweep_proofs, use_proof
from tiemchung.access.models import SpentProof
from tiemchung.access.rules import Limit

NETWORK = "203.0.113.7"
PARTS = st.sampled_from(["challenge", "solution", "parameters", "signature", "counter", "derivedKey", "data"])
SHAPES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=4),
    max_leaves=8,
)


def in_base64(text: str | bytes) -> str:
    """Give text or bytes as a form carries them."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make puzzles light: what they cost in earnest is measured, not tested."""
    monkeypatch.setattr(rules, "PUZZLE_ROUNDS", 10)
    monkeypatch.setattr(rules, "PUZZLE_TRIES", (4, 8))


def solve(puzzle: dict[str, Any]) -> str:
    """Solve a puzzle with the library and give what a browser would post."""
    challenge = Challenge.from_dict(puzzle)
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def codes(payload: str, at: dt.datetime = NOW) -> list[str]:
    """Use a proof and give the codes of what refuses it."""
    return [reason.code for reason in use_proof(at=at, payload=payload).refusals]


def proof(at: dt.datetime = NOW) -> str:
    """Give a fresh puzzle's solution."""
    return solve(new_puzzle(at=at, network=NETWORK))


@pytest.mark.django_db
def test_a_solved_puzzle_opens_once() -> None:
    payload = proof()
    assert [codes(payload), codes(payload)] == [[], ["CAPTCHA_SPENT"]]


@pytest.mark.django_db
def test_a_proof_written_another_way_is_still_the_same_proof() -> None:
    payload = proof()
    assert codes(payload) == []
    again = json.dumps(json.loads(base64.b64decode(payload)), indent=2, sort_keys=True).encode()
    assert codes(in_base64(again)) == ["CAPTCHA_SPENT"]


@pytest.mark.django_db
def test_a_proof_is_good_for_ten_minutes() -> None:
    payload = proof()
    assert codes(payload, NOW + dt.timedelta(minutes=10)) == ["CAPTCHA_EXPIRED"]
    assert codes(payload, NOW + dt.timedelta(minutes=9, seconds=59)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "value"), [
    ("cost", 1), ("keyPrefix", "00"), ("keyPrefix", ""), ("salt", "00" * 16), ("data", {"until": 2**40}),
    ("data", None), ("keySignature", None), ("expiresAt", 1),
])  # fmt: skip
def test_a_puzzle_made_easier_opens_nothing(part: str, value: Any) -> None:
    told = json.loads(base64.b64decode(proof()))
    told["challenge"]["parameters"][part] = value
    assert codes(in_base64(json.dumps(told))) == ["CAPTCHA_WRONG"]


@pytest.mark.django_db
def test_an_unsolved_puzzle_opens_nothing() -> None:
    puzzle = new_puzzle(at=NOW, network=NETWORK)
    prefix = puzzle["parameters"]["keyPrefix"]
    for guess in ("", prefix, prefix + "00" * 16, puzzle["parameters"]["keySignature"]):
        told = {"challenge": puzzle, "solution": {"counter": 5, "derivedKey": guess}}
        assert codes(in_base64(json.dumps(told))) == ["CAPTCHA_WRONG"]


@pytest.mark.django_db
def test_the_solution_of_one_puzzle_is_none_of_another() -> None:
    one, two = (json.loads(base64.b64decode(proof())) for _ in range(2))
    one["solution"] = two["solution"]
    assert codes(in_base64(json.dumps(one))) == ["CAPTCHA_WRONG"]


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.binary(max_size=200).map(in_base64) | SHAPES.map(json.dumps).map(in_base64))
def test_whatever_else_is_sent_is_wrong_and_breaks_nothing(payload: str) -> None:
    assert codes(payload) == ["CAPTCHA_WRONG"]
    assert SpentProof.objects.count() == 0


@pytest.mark.django_db
def test_a_payload_of_any_length_costs_nothing() -> None:
    assert codes(proof() + "=" * 10_000) == ["CAPTCHA_WRONG"]


@pytest.mark.django_db
def test_a_network_that_asks_for_very_many_solves_eight_times_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PUZZLE_NETWORK", Limit("puzzle:test", 2, 3600))
    tries = [_counter(new_puzzle(at=NOW, network=NETWORK)) for _ in range(4)]
    assert all(4 <= n < 8 for n in tries[:2])
    assert all(n % rules.HARDER == 0 and 32 <= n < 64 for n in tries[2:])
    assert _counter(new_puzzle(at=NOW, network="198.51.100.1")) < 8


@pytest.mark.django_db
def test_under_attack_every_puzzle_in_the_country_costs_eight_times_as_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "COUNTRY_PROOFS", Limit("proof:test", rules.SPREAD, 600))
    for _ in range(60):
        assert codes(proof()) == []
    assert _counter(new_puzzle(at=NOW, network="198.51.100.1")) >= 32
    assert _counter(new_puzzle(at=NOW + dt.timedelta(minutes=11), network="198.51.100.1")) < 8


def _counter(puzzle: dict[str, Any]) -> int:
    solution = solve_challenge(Challenge.from_dict(puzzle))
    assert solution is not None
    return solution.counter


@pytest.mark.django_db
def test_without_scripts_a_network_passes_three_times_an_hour() -> None:
    said = [pass_without_script(at=NOW, network=NETWORK).allowed for _ in range(4)]
    assert said == [True, True, True, False]
    assert pass_without_script(at=NOW, network="198.51.100.1").allowed


@pytest.mark.django_db
def test_used_proofs_are_kept_until_they_are_too_old() -> None:
    payload = proof()
    assert codes(payload) == []
    assert sweep_proofs(NOW + dt.timedelta(minutes=9)) == 0
    assert codes(payload, NOW + dt.timedelta(minutes=9)) == ["CAPTCHA_SPENT"]
    assert sweep_proofs(NOW + dt.timedelta(minutes=11)) == 1
    assert codes(payload, NOW + dt.timedelta(minutes=11)) == ["CAPTCHA_EXPIRED"]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_with_one_solution_exactly_one_is_told_yes() -> None:
    payload = proof()

    def one(_: int) -> bool:
        try:
            return use_proof(at=NOW, payload=payload).allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(one, range(24))) == 1
