"""What the paper says, as plain values for the typesetter; every value is text."""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tiemchung.certificates.formats import valuesets
from tiemchung.certificates.reads.passport_views import PassportDose, PassportFields, PassportView
from tiemchung.core.clock import local

FOLDER = Path(__file__).parent
# The order of Decision 5772/QĐ-BYT; the paper numbers them so.
FIELDS = (
    "full_name", "birth", "nationality", "disease", "doses_received", "given_on", "dose_number", "vaccine", "product",
    "maker", "number",
)  # fmt: skip
_OTHER = {"vi": "en", "en": "vi"}


class NothingToPrint(Exception):
    """There is no signed certificate to put on paper."""


def printed_facts(view: PassportView, *, lang: str, at: dt.datetime, verify: str) -> dict[str, Any]:
    """Give all that a paper shows; raise NothingToPrint for a passport without a certificate.

    `lang` (vi, en) comes first, `verify` is the address at which a reader checks the code.
    """
    if view.fields is None or view.issued_at is None or view.expires_at is None:
        raise NothingToPrint
    fields = {name: _plain(name, view.fields) for name in FIELDS}
    return {
        "lang": lang,
        "first": words()[lang],
        "second": words()[_OTHER[lang]],
        "fields": fields,
        "lines": [
            {"n": str(n), "key": key, "value": fields[key], "more": view.name.latin if key == "full_name" else ""}
            for n, key in enumerate(FIELDS, 1)
        ],
        "latin": view.name.latin,
        "doses": [_dose(dose) for dose in view.doses],
        "issued": _day(local(view.issued_at).date()),
        "expires": _day(local(view.expires_at).date()),
        "verify": verify,
        "made": f"{local(at):%H:%M} {_day(local(at).date())}",
    }


def country_name(code: str) -> str:
    """Give the English short name of a country of the value set, with the Vietnamese one for Viet Nam itself."""
    return "Việt Nam / Viet Nam" if code == "VN" else valuesets.display_name("co", code)


@cache
def words() -> dict[str, Any]:
    """Give the words of the paper by language."""
    return tomllib.loads((FOLDER / "words.toml").read_text("utf-8"))


def _plain(name: str, fields: PassportFields) -> str:
    value = getattr(fields, name)
    if name == "nationality":
        return country_name(value)
    return _day(value) if isinstance(value, dt.date) else str(value)


def _dose(dose: PassportDose) -> dict[str, str]:
    return {
        "number": str(dose.number) if dose.counted and dose.number else "",
        "given": _day(dose.given_on),
        "vaccine": dose.product,
        "lot": dose.lot,
        "place": dose.place,
        "signed": dose.signed.facility_name if dose.signed else "",
        "signed_on": _day(local(dose.signed.signed_at).date()) if dose.signed else "",
    }


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
