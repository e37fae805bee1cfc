"""The EU Digital COVID Certificate payload: strict when written, lenient when read."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from cbor2 import undefined
from msgspec import Struct

from tiemchung.certificates.formats import mrz, schema, valuesets
from tiemchung.certificates.formats.reading import Content, DoseLine

VERSION = "1.3.3"
_BIRTH_DATE = re.compile(r"((19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?")
_GROUPS = (("v", "vaccination", "dt"), ("t", "test", "sc"), ("r", "recovery", "fr"))
_CERTIFICATE_ID = re.compile(r"URN:UVCI:[A-Z0-9/:]+(#[A-Z0-9/:])?")


class Holder(Struct, frozen=True):
    """The person as the certificate names them; `birth_date` is YYYY, YYYY-MM, YYYY-MM-DD or empty."""

    family_name: str
    given_name: str
    birth_date: str


class VaccineDose(Struct, frozen=True):
    """One dose in the certificate's codes: `number` of `of`, product mp, maker ma, type vp."""

    vaccine: str
    product: str
    maker: str
    number: int
    of: int
    given_on: date
    country: str = "VN"
    issuer: str = "Bộ Y tế"
    disease: str = valuesets.COVID_19


class NotIssuable(ValueError):
    """The facts do not make a certificate; `code` names which rule they break."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _named(holder: Holder) -> dict[str, str]:
    names: dict[str, str] = {}
    for key, latin_key, text in (("fn", "fnt", holder.family_name), ("gn", "gnt", holder.given_name)):
        written = " ".join(unicodedata.normalize("NFC", text).split())
        latin = mrz.transliterate(written)
        if written:
            names[key] = written[: mrz.MAX_LENGTH]
        if latin:
            names[latin_key] = latin
    if "fnt" not in names and "gnt" not in names:
        raise NotIssuable("NAME_WITHOUT_LETTERS")
    return names


def vaccination(holder: Holder, dose: VaccineDose, certificate_id: str) -> dict[str, Any]:
    """Give the payload (version 1.3.3) of one dose, with only the fields that the schema names.

    Raises NotIssuable when the codes are not one vaccine, a number or date is impossible, the name has no
    letters, or the schema would refuse the result.
    """
    if not valuesets.belong_together(dose.product, dose.maker, dose.vaccine):
        raise NotIssuable("VACCINE_CODES_DISAGREE")
    if dose.number < 1 or dose.of < 1:
        raise NotIssuable("DOSE_NUMBER")
    if not _BIRTH_DATE.fullmatch(holder.birth_date) or holder.birth_date > dose.given_on.isoformat():
        raise NotIssuable("BIRTH_DATE")
    if not _CERTIFICATE_ID.fullmatch(certificate_id):
        raise NotIssuable("CERTIFICATE_ID")
    payload = {
        "v": [
            {
                "tg": dose.disease,
                "vp": dose.vaccine,
                "mp": dose.product,
                "ma": dose.maker,
                "dn": dose.number,
                "sd": dose.of,
                "dt": dose.given_on.isoformat(),
                "co": dose.country,
                "is": unicodedata.normalize("NFC", dose.issuer),
                "ci": certificate_id,
            }
        ],
        "dob": holder.birth_date,
        "nam": _named(holder),
        "ver": VERSION,
    }
    if not schema.holds(payload):
        raise NotIssuable("SCHEMA")
    return payload


def normalised(item: Any) -> Any:
    """Give a payload with foreign habits taken out: whole floats as integers, no nulls, trimmed texts.

    Bytes become lower-case hex, so that the result is always plain JSON. Nothing is invented or guessed.
    """
    if isinstance(item, str):
        return item.strip()
    if isinstance(item, Mapping):
        return {_key(key): normalised(value) for key, value in item.items() if not _absent(value)}
    if isinstance(item, list | tuple):
        return [normalised(value) for value in item if not _absent(value)]
    if isinstance(item, float):
        return int(item) if item.is_integer() else item if isfinite(item) else str(item)
    if isinstance(item, bytes):
        return item.hex()
    return item if isinstance(item, int) else None if _absent(item) else str(item)


def _absent(value: Any) -> bool:
    return value is None or value is undefined


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)


def _text(source: Mapping[str, Any], key: str) -> str:
    value = source.get(key)
    return value.strip() if isinstance(value, str) else ""


def _count(source: Mapping[str, Any], key: str) -> int | None:
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        return None
    return int(value)


def _lines(dcc: Mapping[str, Any], group: str, kind: str, day: str) -> list[DoseLine]:
    entries = dcc.get(group)
    if not isinstance(entries, list):
        return []
    return [
        DoseLine(
            kind,
            _text(e, "tg"),
            _text(e, "vp"),
            _text(e, "mp"),
            _text(e, "ma"),
            _count(e, "dn"),
            _count(e, "sd"),
            _text(e, day),
            _text(e, "co"),
            _text(e, "is"),
            "",
            _text(e, "ci"),
        )
        for e in entries
        if isinstance(e, Mapping)
    ]


def content_of(dcc: Any, issuer: str = "", issued_at: int | None = None, expires_at: int | None = None) -> Content:
    """Give what a payload says, as far as it can be read; a missing part is an empty text."""
    if not isinstance(dcc, Mapping):
        return Content("", "", "", (), issuer, issued_at, expires_at)
    nam = dcc.get("nam")
    names: Mapping[str, Any] = nam if isinstance(nam, Mapping) else {}
    latin = f"{_text(names, 'fnt')} {_text(names, 'gnt')}".strip().replace("<", " ")
    written = f"{_text(names, 'fn')} {_text(names, 'gn')}".strip()
    lines = (line for group, kind, day in _GROUPS if dcc.get(group) for line in _lines(dcc, group, kind, day))
    return Content(written or latin, latin, _text(dcc, "dob"), tuple(lines), issuer, issued_at, expires_at)
