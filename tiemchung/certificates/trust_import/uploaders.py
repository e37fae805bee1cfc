"""Who brought an item into the European gateway: its trust anchor signs uploaders and authorities, an uploader signers.

Each item carries a detached signed message (CMS) about its certificate. An uploader speaks for its own country alone.
Whether its certificate was in its days when it signed was the gateway's to see: a list names no moment that is signed.
"""

from typing import Any

from tiemchung.certificates.formats.cms import CmsWrong, read_signed
from tiemchung.certificates.trust_import.parsed import DSC, base64_of

UPLOADER = "UPLOAD"


class Uploaders:
    """The uploaders of a list whom the trust anchor signed."""

    def __init__(self, items: Any, anchor: bytes) -> None:
        self._anchor, self._by_country = anchor, dict[str, set[bytes]]()
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get("certificateType") == UPLOADER:
                self._add(item)

    def objection(self, item: dict[str, Any], der: bytes, kind: str) -> str:
        """Give why an item is not believed, empty where it is: SIGNATURE_WRONG or UPLOADER_UNKNOWN."""
        signer = _signer_of(item, der)
        if signer is None:
            return "SIGNATURE_WRONG"
        known = self._by_country.get(_country(item), set()) if kind == DSC else {self._anchor}
        return "" if signer in known else "UPLOADER_UNKNOWN"

    def _add(self, item: dict[str, Any]) -> None:
        try:
            der = base64_of(item.get("rawData"))
        except ValueError:
            return
        if _signer_of(item, der) == self._anchor:
            self._by_country.setdefault(_country(item), set()).add(der)


def _signer_of(item: dict[str, Any], der: bytes) -> bytes | None:
    try:
        return read_signed(base64_of(item.get("signature")), content=der).certificate
    except (CmsWrong, ValueError):
        return None


def _country(item: dict[str, Any]) -> str:
    return str(item.get("country") or "").upper()
