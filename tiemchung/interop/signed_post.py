"""One signed POST to a partner: short, bounded in time and in what it reads, and never led elsewhere."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tiemchung.interop.signature import HEADER, sign_request

CONNECT_S = 2.0
LONGEST_REST_S = 600.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Unanswered(Exception):
    """Nothing usable came back; its text is a code: `slow`, `unreachable` or `too_long`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; `rest_s` is how long the partner asks to be left alone.

    `asked` and `signature` are the headers of the request and of the answer, for partners who sign theirs.
    """

    status: int
    rest_s: float
    octets: bytes
    asked: str = ""
    signature: str = ""


class SignedPost:
    """The way to one address of a partner, under the key agreed with it."""

    def __init__(self, address: str, *, key: bytes, timeout_s: float, most_octets: int) -> None:
        self._address, self._key, self._timeout_s, self._most = address, key, timeout_s, most_octets
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            follow_redirects=False,  # a redirect would carry the data elsewhere
            trust_env=urlsplit(address).hostname not in LOOPBACK,
        )

    def send(self, fields: Mapping[str, Any]) -> Answered:
        """Post these fields as JSON and give what came back; raise Unanswered.

        The whole answer, not each read of it, must come within the time, and a partner is not trusted to be brief.
        """
        body = json.dumps(fields, ensure_ascii=False).encode()
        try:
            return self._send(body)
        except httpx.TimeoutException:
            raise Unanswered("slow") from None
        except httpx.HTTPError:
            raise Unanswered("unreachable") from None

    def close(self) -> None:
        """Give the pooled connections back."""
        self._client.close()

    def _send(self, body: bytes) -> Answered:
        deadline = time.monotonic() + self._timeout_s
        asked = sign_request(self._key, body, unix_s=int(time.time()))
        headers = {HEADER: asked, "Content-Type": "application/json"}
        with self._client.stream("POST", self._address, content=body, headers=headers) as answer:
            octets = b""
            for chunk in answer.iter_bytes():
                octets += chunk
                if len(octets) > self._most:
                    raise Unanswered("too_long")
                if time.monotonic() > deadline:
                    raise Unanswered("slow")
            rest_s, signature = _seconds(answer.headers.get("Retry-After", "")), answer.headers.get(HEADER, "")
            return Answered(answer.status_code, rest_s, octets, asked, signature)


def _seconds(rest: str) -> float:
    return min(float(rest), LONGEST_REST_S) if rest.isascii() and rest.isdecimal() else 0.0


def is_in_clear(address: str) -> bool:
    """Tell whether what goes to this address could be read and changed on its way: only loopback needs no TLS."""
    parts = urlsplit(address)
    return parts.scheme != "https" and parts.hostname not in LOOPBACK
