"""The signature on every request between a partner and us, in either direction."""

import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass

HEADER = "X-Tiemchung-Signature"
FRESH_S = 300
_FORM = re.compile(r"t=([0-9]{1,12}),n=([0-9a-f]{32}),v1=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that the other side signed just now; the nonce is to be let in once."""

    nonce: str
    unix_s: int


def derived_key(agreed: str, purpose: str) -> bytes:
    """Give the key for one purpose, derived from the one agreed with a partner; empty where none is agreed."""
    return hmac.new(agreed.encode(), purpose.encode(), hashlib.sha256).digest() if agreed else b""


def sign_request(key: bytes, body: bytes, *, unix_s: int, nonce: str = "") -> str:
    """Give the header's value `t=<unix seconds>,n=<nonce>,v1=<hex>`: HMAC-SHA-256 over `<t>.<n>.<body>`."""
    once = nonce or secrets.token_hex(16)
    return f"t={unix_s},n={once},v1={_digest(key, body, unix_s, once)}"


def sign_answer(key: bytes, request_signature: str, body: bytes) -> str:
    """Give the header's value `v1=<hex>` of an answer: HMAC-SHA-256 over `<signature of the request>.<body>`.

    The request's nonce is in it, so that no answer to another request fits; the key is for answers alone.
    """
    return "v1=" + hmac.new(key, request_signature.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_answer(key: bytes, request_signature: str, body: bytes, header: str) -> bool:
    """Tell whether this body is the partner's answer to the request with this signature; an empty key believes none."""
    told = sign_answer(key, request_signature, body)
    return bool(key) and hmac.compare_digest(told.encode(), header.encode("utf-8", "replace"))


def read_signature(key: bytes, body: bytes, header: str, *, unix_s: int) -> Signed | None:
    """Give who signed when, or None for a body not signed with this key within five minutes of now.

    An empty key lets nobody in.
    """
    form = _FORM.fullmatch(header)
    if not key or form is None or abs(unix_s - int(form[1])) > FRESH_S:
        return None
    if not hmac.compare_digest(_digest(key, body, int(form[1]), form[2]), form[3]):
        return None
    return Signed(form[2], int(form[1]))


def _digest(key: bytes, body: bytes, unix_s: int, nonce: str) -> str:
    return hmac.new(key, f"{unix_s}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()


class SeenNonces:
    """The nonces let in lately, kept in memory: for a stand-in, which forgets them with its life."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()

    def let_in(self, signed: Signed) -> bool:
        """Tell whether this request is the first with its nonce."""
        with self._lock:
            new = signed.nonce not in self._seen
            oldest = signed.unix_s - 2 * FRESH_S
            self._seen = {n: t for n, t in self._seen.items() if t > oldest} | {signed.nonce: signed.unix_s}
            return new
