"""Tell the partner over signed HTTP, behind a breaker."""

import json
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from tiemchung.interop.breaker import Breaker
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.ports import Answer, News, PartnerAway, PartnerPort, Said
from tiemchung.interop.pc_covid.signature import HEADER, sign_request

TIMEOUT_S = 5.0
CONNECT_S = 2.0
MOST_ANSWER_OCTETS = 262_144  # a partner is not trusted to be brief
OPERATOR_WAIT_S = 60.0  # wrong key or address: nothing changes until a person acts
LONGEST_REST_S = 600.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class HttpPartner:
    """`POST address {"news": [...]}`, signed; the partner answers 200 `{"answers": [{"person", "answer", ...}]}`."""

    def __init__(self, address: str, *, key: bytes, timeout_s: float = TIMEOUT_S) -> None:
        self._address, self._key, self._timeout_s = address, key, timeout_s
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            follow_redirects=False,  # a redirect would carry the news elsewhere
            trust_env=urlsplit(address).hostname not in LOOPBACK,
        )

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hand the news over and give the answers by token; raise PartnerAway."""
        body = json.dumps({"news": [one.body for one in news]}, ensure_ascii=False).encode()
        try:
            status, rest, octets = self._post(body)
        except httpx.TimeoutException:
            raise PartnerAway("partner_slow") from None
        except httpx.HTTPError:
            raise PartnerAway("partner_unreachable") from None
        if status == 200:
            return read_answers(octets)
        if status == 429 or status >= 500:
            raise PartnerAway(f"partner_{status}", _seconds(rest))
        raise PartnerAway(f"partner_{status}", OPERATOR_WAIT_S)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._client.close()

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        """Give status, Retry-After and body; the whole answer, not each read of it, must come in time."""
        deadline = time.monotonic() + self._timeout_s
        signed = sign_request(self._key, body, unix_s=int(time.time()))
        headers = {HEADER: signed, "Content-Type": "application/json"}
        with self._client.stream("POST", self._address, content=body, headers=headers) as answer:
            octets = b""
            for chunk in answer.iter_bytes():
                octets += chunk
                if len(octets) > MOST_ANSWER_OCTETS:
                    raise PartnerAway("answer_too_long", OPERATOR_WAIT_S)
                if time.monotonic() > deadline:
                    raise PartnerAway("partner_slow")
            return answer.status_code, answer.headers.get("Retry-After", ""), octets


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


def _seconds(rest: str) -> float:
    return min(float(rest), LONGEST_REST_S) if rest.isascii() and rest.isdecimal() else 0.0


class GuardedPartner:
    """A partner behind a breaker: an open one is away, and nothing touches the network."""

    def __init__(self, inner: HttpPartner, breaker: Breaker) -> None:
        self.inner, self.breaker = inner, breaker

    def is_away(self) -> bool:
        """Tell whether the breaker is open."""
        return self.breaker.is_open()

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hand the news on, or raise PartnerAway("circuit_open") at once."""
        wait = self.breaker.seconds_to_wait()
        if wait > 0:
            raise PartnerAway("circuit_open", wait)
        began = time.monotonic()
        try:
            answers = self.inner.tell(news)
        except PartnerAway as away:
            self.breaker.note_failure(took_s=time.monotonic() - began, rest_s=away.retry_after_s)
            raise
        except BaseException:
            self.breaker.forget_probe()
            raise
        self.breaker.note_answer()
        return answers


@lru_cache(maxsize=4)
def _port(address: str, agreed: str) -> GuardedPartner:
    return GuardedPartner(HttpPartner(address, key=key_for(REQUESTS, agreed)), Breaker())


def partner_port() -> PartnerPort | None:
    """Give the way to the partner that the settings name; None when this partner is off."""
    return _port(settings.PC_COVID, settings.PC_COVID_KEY) if settings.PC_COVID else None
