"""The signature on a receipt that a provider posts to us, so that nobody else can settle a message."""

import hashlib
import hmac
import re

HEADER = "X-Tiemchung-Signature"
FRESH_S = 300  # a copied receipt is harmless anyway; this only keeps old copies from being work
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign_body(key: bytes, body: bytes, *, unix_s: int) -> str:
    """Give the header's value `t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 over `<t>.<body>`."""
    return f"t={unix_s},v1={_digest(key, body, unix_s)}"


def is_signed(key: bytes, body: bytes, header: str, *, unix_s: int) -> bool:
    """Tell whether the header signs this body, within five minutes of now; an empty key signs nothing."""
    form = _FORM.fullmatch(header)
    if not key or form is None or abs(unix_s - int(form[1])) > FRESH_S:
        return False
    return hmac.compare_digest(_digest(key, body, int(form[1])), form[2])


def _digest(key: bytes, body: bytes, unix_s: int) -> str:
    return hmac.new(key, f"{unix_s}.".encode() + body, hashlib.sha256).hexdigest()
