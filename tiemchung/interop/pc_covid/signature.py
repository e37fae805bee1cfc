"""The signature on every request between the partner and us, in either direction."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

HEADER = "X-Tiemchung-Signature"
FRESH_S = 300
_FORM = re.compile(r"t=([0-9]{1,12}),n=([0-9a-f]{32}),v1=([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that the other side signed just now; the nonce is to be let in once."""

    nonce: str
    unix_s: int


def sign_request(key: bytes, body: bytes, *, unix_s: int, nonce: str = "") -> str:
    """Give the header's value `t=<unix seconds>,n=<nonce>,v1=<hex>`: HMAC-SHA-256 over `<t>.<n>.<body>`."""
    once = nonce or secrets.token_hex(16)
    return f"t={unix_s},n={once},v1={_digest(key, body, unix_s, once)}"


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
