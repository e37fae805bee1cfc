"""Codes of the EU Digital COVID Certificate: names to show, and which product, maker and type belong together."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

COVID_19 = "840539006"
TEST_POSITIVE = "260373001"

_SETS = {
    "tg": "disease-agent-targeted",
    "vp": "vaccine-prophylaxis",
    "mp": "vaccine-medicinal-product",
    "ma": "vaccine-mah-manf",
    "tt": "test-type",
    "tr": "test-result",
    "co": "country-2-codes",
}
_TEST_MAKERS = "test-manf-example"


@cache
def _values(name: str) -> dict[str, Any]:
    folder = files("tiemchung.certificates.formats") / "data" / "valuesets"
    return dict(json.loads((folder / f"{name}.json").read_text("utf-8"))["valueSetValues"])


def display_name(field: str, code: str) -> str:
    """Give the English name of a code in field tg, vp, mp, ma, tt, tr or co; the code itself when it is not known."""
    entry = _values(_SETS[field]).get(code) if field in _SETS else None
    return str(entry["display"]) if entry else code


@cache
def _triples() -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (entry["vaccine-code"], entry["vaccine-manufacturer"], kind)
        for entry in _values("vaccine-encoding-instructions").values()
        for kind in entry["sct-codes"]
    )


def belong_together(product: str, maker: str, vaccine: str) -> bool:
    """Tell whether the codes mp, ma and vp name one vaccine; each code alone being known is not enough.

    The official Vietnamese sample paired one maker's product with another maker: only the triple shows it.
    """
    return (product, maker, vaccine) in _triples()


def unknown_codes(dcc: Any) -> list[str]:
    """Give the fields of a payload whose code is in none of the value sets; for advice, never for refusing.

    A test's maker is checked only as far as the published example list goes, and only when one is stated.
    """
    if not isinstance(dcc, dict):
        return []
    entries = ((group, entry) for group in ("v", "t", "r") for entry in _dicts(dcc.get(group)))
    return [field for group, entry in entries for field, code in entry.items() if _unknown(group, field, code)]


def _dicts(entries: Any) -> list[dict[str, Any]]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _unknown(group: str, field: str, code: Any) -> bool:
    if group == "t" and field == "ma":
        return bool(code) and str(code) not in _values(_TEST_MAKERS)
    return field in _SETS and str(code) not in _values(_SETS[field])
