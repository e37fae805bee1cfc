"""Compact JSON web signatures with a deflated payload, as SMART Health Cards use them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiemchung.certificates.formats import cose, deflate
from tiemchung.certificates.formats.reading import Fault, Why
from tiemchung.certificates.formats.trust import b64url


@dataclass(frozen=True, slots=True)
class Jws:
    """A parsed compact JWS, nothing verified yet; `payload` is the inflated JSON object."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed_bytes: bytes
    signature: bytes

    @property
    def kid(self) -> str:
        """Give the key id of the header; empty when it has none."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else ""

    def signed_by(self, key: Any) -> bool:
        """Tell whether that P-256 key signed it with ES256, r then s; a DER signature is refused."""
        return self.header.get("alg") == "ES256" and cose.verify_es256(key, self.signature, self.signed_bytes)


def json_object(data: bytes | str) -> dict[str, Any]:
    """Give the JSON object in a text; raises ValueError for anything else, NaN and too deep nesting included."""
    try:
        item = json.loads(data, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("JSON too deep") from None
    if not isinstance(item, dict):
        raise ValueError("not a JSON object")
    return item


def _no_constant(_name: str) -> Any:
    raise ValueError("not JSON")


def parse(text: str) -> Jws:
    """Give the parts of a compact JWS; raises Fault naming the layer that does not hold."""
    parts = text.split(".")
    if len(parts) != 3:
        raise Fault(Why.DAMAGED, "jws")
    try:
        header, body, signature = json_object(b64url(parts[0])), b64url(parts[1]), b64url(parts[2])
    except ValueError:
        raise Fault(Why.DAMAGED, "jws") from None
    if header.get("zip") != "DEF":
        raise Fault(Why.MALFORMED_HEADER, "jws")
    try:
        payload = json_object(deflate.inflate(body, wbits=deflate.RAW))
    except ValueError:
        raise Fault(Why.DAMAGED, "payload") from None
    return Jws(header, payload, f"{parts[0]}.{parts[1]}".encode(), signature)
