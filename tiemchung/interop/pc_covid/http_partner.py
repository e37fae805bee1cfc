"""Tell the partner over signed HTTP, behind a breaker."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from tiemchung.interop.breaker import Breaker, ask_guarded
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.ports import Answer, News, PartnerAway, PartnerPort, Said
from tiemchung.interop.signed_post import SignedPost, Unanswered

TIMEOUT_S = 5.0
MOST_ANSWER_OCTETS = 262_144  # a partner is not trusted to be brief
OPERATOR_WAIT_S = 60.0  # wrong key or address: nothing changes until a person acts


class HttpPartner:
    """`POST address {"news": [...]}`, signed; the partner answers 200 `{"answers": [{"person", "answer", ...}]}`."""

    def __init__(self, address: str, *, key: bytes, timeout_s: float = TIMEOUT_S) -> None:
        self._post = SignedPost(address, key=key, timeout_s=timeout_s, most_octets=MOST_ANSWER_OCTETS)

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hand the news over and give the answers by token; raise PartnerAway."""
        try:
            answer = self._post.send({"news": [one.body for one in news]})
        except Unanswered as problem:
            too_long = str(problem) == "too_long"
            code = "answer_too_long" if too_long else f"partner_{problem}"
            raise PartnerAway(code, OPERATOR_WAIT_S if too_long else 0) from None
        if answer.status == 200:
            return read_answers(answer.octets)
        if answer.status == 429 or answer.status >= 500:
            raise PartnerAway(f"partner_{answer.status}", answer.rest_s)
        raise PartnerAway(f"partner_{answer.status}", OPERATOR_WAIT_S)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._post.close()


def read_answers(octets: bytes) -> dict[str, Answer]:
    """Read the partner's answers; what cannot be read is left out, and raise PartnerAway when nothing can be."""
    try:
        rows = json.loads(octets)["answers"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PartnerAway("answer_not_understood", OPERATOR_WAIT_S) from None
    if not isinstance(rows, list):
        raise PartnerAway("answer_not_understood", OPERATOR_WAIT_S)
    return {row["person"]: answer for row in rows if isinstance(row, dict) and (answer := _answer(row))}


def _answer(row: dict[str, Any]) -> Answer | None:
    said, has, code = row.get("answer"), row.get("has", 0), row.get("code", "")
    sane = isinstance(row.get("person"), str) and isinstance(has, int) and 0 <= has < 2**31 - 1
    if not isinstance(said, str) or said not in {*Said} or not sane:
        return None
    looks_like_code = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isalnum()
    return Answer(Said(said), has, code if looks_like_code else "")


class GuardedPartner:
    """A partner behind a breaker: an open one is away, and nothing touches the network."""

    def __init__(self, inner: HttpPartner, breaker: Breaker) -> None:
        self.inner, self.breaker = inner, breaker

    def is_away(self) -> bool:
        """Tell whether the breaker is open."""
        return self.breaker.is_open()

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hand the news on, or raise PartnerAway("circuit_open") at once."""
        return ask_guarded(self.breaker, lambda: self.inner.tell(news), PartnerAway, is_away=(PartnerAway,))


@lru_cache(maxsize=4)
def _port(address: str, agreed: str) -> GuardedPartner:
    return GuardedPartner(HttpPartner(address, key=key_for(REQUESTS, agreed)), Breaker())


def partner_port() -> PartnerPort | None:
    """Give the way to the partner that the settings name; None when this partner is off."""
    return _port(settings.PC_COVID, settings.PC_COVID_KEY) if settings.PC_COVID else None
