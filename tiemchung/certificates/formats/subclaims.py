"""What else an HC1 may carry under claim -260: the WHO's vaccination and test data sets, the digital yellow card."""

from collections.abc import Mapping
from typing import Any

from tiemchung.certificates.formats.reading import Content, DoseLine

DCC, DDCC_VACCINATION, DDCC_TEST, HEALTH_LINK, YELLOW_CARD = 1, 3, 4, 5, -6
CORE_IN_CLAIMS = 0  # the WHO's first samples put the data set beside the claims, without -260
NOTHING = -1
UNDERSTOOD = frozenset({DCC, DDCC_VACCINATION, DDCC_TEST, YELLOW_CARD, CORE_IN_CLAIMS})
_ORDER = (DCC, YELLOW_CARD, DDCC_VACCINATION, DDCC_TEST, HEALTH_LINK)


def choose(claims: Mapping[Any, Any], hcert: int) -> tuple[int, Any]:
    """Give (number, content) of the health content in a claim map; (NOTHING, None) when there is none."""
    container = claims.get(hcert)
    if isinstance(container, Mapping):
        for number in _ORDER:
            if number in container:
                return number, container[number]
    if isinstance(claims.get("name"), str):
        return CORE_IN_CLAIMS, dict(claims)
    return NOTHING, None


def _text(source: Any, *path: str) -> str:
    for key in path:
        source = source.get(key) if isinstance(source, Mapping) else None
    if isinstance(source, Mapping):
        source = source.get("code")
    return source if isinstance(source, str) else ""


def _count(source: Any, key: str) -> int | None:
    value = source.get(key) if isinstance(source, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _yellow_card(health: Mapping[str, Any]) -> Content:
    dose = health.get("v")
    line = DoseLine(
        "vaccination",
        _text(dose, "tg"),
        _text(dose, "vp"),
        _text(dose, "mp"),
        _text(dose, "ma"),
        _count(dose, "dn"),
        None,
        _text(dose, "dt"),
        _text(health, "ntl"),
        _text(dose, "is"),
        _text(dose, "bo"),
    )
    return Content(_text(health, "n"), "", _text(health, "dob"), (line,) if isinstance(dose, Mapping) else ())


def _who_dose(source: Mapping[str, Any], number: str) -> DoseLine:
    maker = _text(source, "manufacturer") or _text(source, "maholder")
    total = _count(source, "totalDoses") if "totalDoses" in source else _count(source, "total_doses")
    return DoseLine(
        "vaccination",
        _text(source, "disease"),
        _text(source, "vaccine"),
        _text(source, "brand"),
        maker,
        _count(source, "dose"),
        total,
        _text(source, "date"),
        _text(source, "country"),
        _text(source, "centre"),
        _text(source, "lot"),
        number,
    )


def _who_core(health: Mapping[str, Any]) -> Content:
    number = _text(health, "certificate", "hcid") or _text(health, "hcid")
    nested, test = health.get("vaccination"), health.get("test")
    source = nested if isinstance(nested, Mapping) else health
    lines: tuple[DoseLine, ...] = ()
    if isinstance(test, Mapping):
        lines = (
            DoseLine(
                "test",
                _text(test, "pathogen"),
                given_on=_text(test, "date"),
                country=_text(test, "country"),
                issuer=_text(test, "centre"),
                certificate_id=number,
            ),
        )
    elif "vaccine" in source:
        lines = (_who_dose(source, number),)
    return Content(_text(health, "name"), "", _text(health, "birthDate"), lines)


def group_of(number: int, health: Any) -> str:
    """Give the kind of certificate in a sub-claim other than 1, "v" or "t", which its key must be for; "" for neither.

    A body that states both counts as what is shown of it.
    """
    if number == YELLOW_CARD:
        return "v"
    if number not in UNDERSTOOD or number == DCC or not isinstance(health, Mapping):
        return ""
    lines = _who_core(health).doses
    if lines:
        return "t" if lines[0].kind == "test" else "v"
    nested = health.get("vaccination")
    source = nested if isinstance(nested, Mapping) else health
    return "t" if health.get("test") else "v" if source.get("brand") else ""


def content_of(number: int, health: Any) -> Content:
    """Give what a sub-claim other than 1 says, as far as it can be read."""
    if not isinstance(health, Mapping):
        return Content()
    return _yellow_card(health) if number == YELLOW_CARD else _who_core(health)
