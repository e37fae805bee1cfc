"""Ask the population database over signed HTTP, behind a breaker."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings

from tiemchung.interop.breaker import Breaker, ask_guarded
from tiemchung.interop.signature import derived_key, is_answer
from tiemchung.interop.signed_post import SignedPost, Unanswered, is_in_clear
from tiemchung.people.ports import FourFields, PopulationRegister, RegisterAway, RegisterRefused

REQUESTS = "tiemchung.population.requests"
ANSWERS = "tiemchung.population.answers"
TIMEOUT_S = 10.0
MOST_ANSWER_OCTETS = 262_144  # 500 answers take about 30,000
OPERATOR_WAIT_S = 60.0  # wrong key or address: nothing changes until a person acts
_NOT_AS_IT_SHOULD_BE = frozenset({400, 413, 422})


class HttpRegister:
    """`POST address {"batch", "persons": [...]}`, signed; 200 `{"batch", "answers": [{"id", "right"}]}`, signed too."""

    def __init__(self, address: str, *, key: bytes, answers_key: bytes, timeout_s: float = TIMEOUT_S) -> None:
        self._in_clear, self._answers_key = is_in_clear(address), answers_key
        self._post = SignedPost(address, key=key, timeout_s=timeout_s, most_octets=MOST_ANSWER_OCTETS)

    def ask(self, batch_id: UUID, asked: Sequence[FourFields]) -> Mapping[str, bool]:
        """Give right or wrong by request id; raise RegisterAway, or RegisterRefused for a batch that is not liked.

        Nothing is sent in clear beyond this machine, and an answer that the register did not sign for this very
        request is none: whoever stands in the way could say right of everybody.
        """
        if self._in_clear:
            raise RegisterAway("address_without_tls", OPERATOR_WAIT_S)
        try:
            answer = self._post.send({"batch": str(batch_id), "persons": [_plain(one) for one in asked]})
        except Unanswered as problem:
            raise RegisterAway(f"register_{problem}") from None
        if answer.status == 200:
            if not is_answer(self._answers_key, answer.asked, answer.octets, answer.signature):
                raise RegisterAway("answer_not_signed", OPERATOR_WAIT_S)
            return read_answers(answer.octets, batch_id, {one.request_id for one in asked})
        code = f"register_{answer.status}"
        if answer.status in _NOT_AS_IT_SHOULD_BE:
            raise RegisterRefused(code)
        if answer.status == 429 or answer.status >= 500:
            raise RegisterAway(code, answer.rest_s)
        raise RegisterAway(code, OPERATOR_WAIT_S)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._post.close()


def _plain(one: FourFields) -> dict[str, str]:
    born = one.birth_date.isoformat()
    return {"id": one.request_id, "full_name": one.full_name, "sex": one.sex, "birth_date": born, "number": one.number}


def read_answers(octets: bytes, batch_id: UUID, asked: set[str]) -> dict[str, bool]:
    """Read the answers to these requests; one that cannot be read or contradicts itself is left out.

    Raises RegisterAway when nothing can be read, or when it answers another batch.
    """
    try:
        said = json.loads(octets)
        rows = said["answers"]
        is_ours = said["batch"] == str(batch_id) and isinstance(rows, list)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise RegisterAway("answer_not_understood", OPERATOR_WAIT_S) from None
    if not is_ours:
        raise RegisterAway("answer_not_understood", OPERATOR_WAIT_S)
    found: dict[str, bool] = {}
    contradicted = set()
    for name, right in filter(None, map(_answer, rows)):
        if found.setdefault(name, right) is not right:
            contradicted.add(name)
    return {name: right for name, right in found.items() if name in asked - contradicted}


def _answer(row: Any) -> tuple[str, bool] | None:
    name, right = (row.get("id"), row.get("right")) if isinstance(row, dict) else (None, None)
    return (name, right) if isinstance(name, str) and isinstance(right, bool) else None


class GuardedRegister:
    """A register behind a breaker: an open one is away, and nothing touches the network."""

    def __init__(self, inner: PopulationRegister | HttpRegister, breaker: Breaker) -> None:
        self.inner, self.breaker = inner, breaker

    def is_away(self) -> bool:
        """Tell whether the breaker is open."""
        return self.breaker.is_open()

    def ask(self, batch_id: UUID, asked: Sequence[FourFields]) -> Mapping[str, bool]:
        """Hand the question on, or raise RegisterAway("circuit_open") at once; a refusal of a batch is an answer."""
        refused: list[RegisterRefused] = []

        def ask() -> Mapping[str, bool]:
            try:
                return self.inner.ask(batch_id, asked)
            except RegisterRefused as refusal:
                refused.append(refusal)
                return {}

        answers = ask_guarded(self.breaker, ask, RegisterAway, is_away=(RegisterAway,))
        if refused:
            raise refused[0]
        return answers


@lru_cache(maxsize=4)
def _guarded(address: str, agreed: str) -> GuardedRegister:
    key, answers_key = derived_key(agreed, REQUESTS), derived_key(agreed, ANSWERS)
    return GuardedRegister(HttpRegister(address, key=key, answers_key=answers_key), Breaker())


def register_at(address: str) -> PopulationRegister:
    """Give the way to the register at this address, under the agreed key of the settings."""
    return _guarded(address, settings.POPULATION_KEY)
