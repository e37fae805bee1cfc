"""Plain certificates: PEM blocks one behind the other, or base64 of DER on a line of its own (`kid` may precede)."""

import re
from typing import Any

from tiemchung.certificates.trust_import.parsed import ListRefused, ParsedList, base64_of

FORM = "DSC_TXT"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_LINE = re.compile(rb"(?:[A-Za-z0-9+/_-]{11}=?[ ,;\t]+)?MII[A-Za-z0-9+/=_-]{200,}")


def claims(data: bytes) -> bool:
    """Tell whether a PEM block or a line of base64 that begins as certificates do is in it."""
    return _PEM.search(data) is not None or any(_LINE.fullmatch(line.strip()) for line in data.splitlines()[:50])


def parse(data: bytes, **_: Any) -> ParsedList:
    """Give the signers; such a list does not say when it was made."""
    found = ParsedList(FORM)
    blocks = list(_PEM.finditer(data))
    for block in blocks:
        _read(block[1], f"line {data.count(b'\n', 0, block.start()) + 1}", found)
    for number, line in enumerate(data.splitlines() if not blocks else (), 1):
        text = line.strip()
        if text and not text.startswith(b"#"):
            _read(re.split(rb"[ ,;\t]+", text)[-1], f"line {number}", found)
    return found


def _read(body: bytes, where: str, found: ParsedList) -> None:
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise ListRefused("NOT_UTF8", where) from None
    try:
        der = base64_of(text)
    except ValueError:
        return found.pass_over("ENTRY_UNREADABLE", where)
    found.add_certificate(der, where)
    return None
