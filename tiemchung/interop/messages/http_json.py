"""Hand messages to a provider that takes JSON over HTTP."""

import json
import time
from typing import Any
from uuid import UUID

import httpx

from tiemchung.core.outbox import Handed, Permanent, Temporary
from tiemchung.interop.messages.number import refuse_unsendable

MOST_ANSWER_OCTETS = 16_384  # a provider is not trusted to be brief
LONGEST_REF = 128
LONGEST_WAIT_S = 600.0
OPERATOR_WAIT_S = 60.0  # wrong token or address: nothing changes until a person acts
CONNECT_S = 2.0
REFUSED_FOR_GOOD = frozenset({400, 409, 413, 415, 422})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class HttpJsonSms:
    """An SmsPort over `POST url {"id", "to", "text", "from"?}`; the provider answers 2xx `{"ref": "..."}`.

    The message's id goes along as `Idempotency-Key`: a second post of one id must not make a second message.
    """

    def __init__(self, url: str, *, token: str = "", sender: str = "", timeout_s: float = 3.0) -> None:
        self._url = url
        self._sender = sender
        self._timeout_s = timeout_s
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            follow_redirects=False,  # a redirect would carry the text and the token elsewhere
            trust_env=httpx.URL(url).host not in LOOPBACK,
        )

    def send(self, *, message_id: UUID, to: str, text: str) -> Handed:
        """Hand one message over and give the provider's reference.

        Raises Temporary when it may be handed over again, Permanent when it never will be taken.
        """
        refuse_unsendable(to, text)
        body = {"id": str(message_id), "to": to, "text": text}
        if self._sender:
            body["from"] = self._sender
        try:
            status, retry_after, answer = self._post(body)
        except httpx.TimeoutException:
            raise Temporary("gateway_slow", 1.0) from None
        except httpx.HTTPError:
            raise Temporary("gateway_unreachable", 1.0) from None
        return _read_answer(status, retry_after, answer)

    def close(self) -> None:
        """Give the pooled connections back."""
        self._client.close()

    def _post(self, body: dict[str, str]) -> tuple[int, str, bytes]:
        """Give status, Retry-After and body; the whole answer, not each read of it, must come in time."""
        deadline = time.monotonic() + self._timeout_s
        headers = {"Idempotency-Key": body["id"]}
        with self._client.stream("POST", self._url, json=body, headers=headers) as answer:
            octets = b""
            for chunk in answer.iter_bytes():
                octets += chunk
                if len(octets) > MOST_ANSWER_OCTETS:
                    raise Temporary("answer_too_long", OPERATOR_WAIT_S)
                if time.monotonic() > deadline:
                    raise Temporary("gateway_slow", 1.0)
            return answer.status_code, answer.headers.get("Retry-After", ""), octets


def _read_answer(status: int, retry_after: str, octets: bytes) -> Handed:
    if 200 <= status < 300:
        return Handed(_ref_in(octets))
    if status in REFUSED_FOR_GOOD:
        raise Permanent(_error_in(octets))
    if status == 429 or status >= 500:
        raise Temporary(f"gateway_{status}", _seconds(retry_after))
    raise Temporary(f"gateway_{status}", OPERATOR_WAIT_S)


def _ref_in(octets: bytes) -> str:
    ref = _object_in(octets).get("ref")
    if isinstance(ref, str) and 0 < len(ref) <= LONGEST_REF and ref.isascii() and ref.isprintable():
        return ref
    raise Temporary("answer_not_understood", OPERATOR_WAIT_S)


def _error_in(octets: bytes) -> str:
    """Give the provider's error code if it looks like a code: free text could repeat the number."""
    code = _object_in(octets).get("error")
    looks_like_code = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isalpha()
    return str(code) if looks_like_code else "gateway_refused"


def _object_in(octets: bytes) -> dict[str, Any]:
    try:
        found = json.loads(octets)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(retry_after: str) -> float:
    """Read Retry-After in its seconds form; anything else means the usual short wait."""
    if not (retry_after.isascii() and retry_after.isdecimal()):
        return 2.0
    return min(float(retry_after), LONGEST_WAIT_S)
