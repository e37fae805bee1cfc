"""Who brought an item into the European gateway: its trust anchor signs uploaders and authorities, an uploader signers.

Each item carries a detached signed message (CMS) about its certificate. An uploader speaks for its own country alone.
Its certificate must be in its days at the import and at the moment of signing that the message states. The second is
the signer's own word, so it never stands for the first: who finds an old key could sign for any day of its life.
"""

import datetime as dt
from typing import Any

from tiemchung.certificates.formats.cms import CmsWrong, SignedMessage, read_signed
from tiemchung.certificates.formats.trust import load_certificate
from tiemchung.certificates.trust_import.parsed import DSC, base64_of

UPLOADER = "UPLOAD"


class Uploaders:
    """The uploaders of a list whom the trust anchor signed, as they stand at one moment."""

    def __init__(self, items: Any, anchor: bytes, at: dt.datetime) -> None:
        self._anchor, self._at, self._by_country = anchor, at, dict[str, set[bytes]]()
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get("certificateType") == UPLOADER:
                self._add(item)

    def objection(self, item: dict[str, Any], der: bytes, kind: str) -> str:
        """Give why an item is not believed, empty where it is: SIGNATURE_WRONG, UPLOADER_UNKNOWN, UPLOADER_EXPIRED or
        UPLOADER_NOT_YET_VALID.

        The anchor itself has no days here: it is believed because the importer names it.
        """
        signed = _signed(item, der)
        if signed is None:
            return "SIGNATURE_WRONG"
        if kind != DSC:
            return "" if signed.certificate == self._anchor else "UPLOADER_UNKNOWN"
        if signed.certificate not in self._by_country.get(_country(item), set()):
            return "UPLOADER_UNKNOWN"
        return _out_of_days(signed.certificate, self._at, signed.signed_at or self._at)

    def _add(self, item: dict[str, Any]) -> None:
        try:
            der = base64_of(item.get("rawData"))
        except ValueError:
            return
        signed = _signed(item, der)
        if signed is not None and signed.certificate == self._anchor:
            self._by_country.setdefault(_country(item), set()).add(der)


def _out_of_days(der: bytes, *moments: dt.datetime) -> str:
    """Give the code of why a certificate does not count at one of these moments, empty where it does at all."""
    certificate = load_certificate(der)
    if max(moments) > certificate.not_valid_after_utc:
        return "UPLOADER_EXPIRED"
    return "UPLOADER_NOT_YET_VALID" if min(moments) < certificate.not_valid_before_utc else ""


def _signed(item: dict[str, Any], der: bytes) -> SignedMessage | None:
    try:
        return read_signed(base64_of(item.get("signature")), content=der)
    except (CmsWrong, ValueError):
        return None


def _country(item: dict[str, Any]) -> str:
    return str(item.get("country") or "").upper()
