"""What a text typed into the search box could mean."""

import datetime as dt
import re
from dataclasses import dataclass

from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.rules.births import same_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import BirthPrecision, IdSystem
from tiemchung.people.rules.names import name_key
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.people.rules.scans import ScanKind, ScannedCard, is_certificate, parse_scan

MAX_TEXT = 4000
_BIRTH = re.compile(r"(?:^|[\s,;])(?:(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-])?(\d{4})$")


_LETTERED = (IdSystem.PASSPORT, IdSystem.BHYT15)  # their letters may stand apart from their digits


@dataclass(frozen=True, slots=True)
class Query:
    """A search as understood: by numbers, by a phone, or by a name with or without a birth date."""

    verdict: Verdict = YES
    numbers: tuple[tuple[IdSystem, str], ...] = ()
    phone: str = ""
    name: str = ""
    birth_date: dt.date | None = None
    birth_precision: BirthPrecision = BirthPrecision.DAY
    card: ScannedCard | None = None

    @property
    def kind(self) -> str:
        """Give the kind of search as the audit keeps it; never the text."""
        if self.card is not None:
            return "SCAN"
        return "EXACT" if self.numbers or self.phone else "NAME"


def understood(text: str) -> Query:
    """Give what the text means: a scanned code, a number or phone (a name may follow), or a name (a birth
    may follow).

    Refuses with SEARCH_TOO_LONG, SEARCH_TOO_SHORT (a name alone needs two words), or the scan's own reason.
    """
    if len(text) > MAX_TEXT:
        return Query(verdict=refuse("SEARCH_TOO_LONG"))
    if "|" in text or is_certificate(text):
        return _scanned(parse_scan(text))
    plain = nfc(text)
    tokens = plain.split()
    name = " ".join(token for token in tokens if not any(char.isdigit() for char in token))
    digits = " ".join(token for token in tokens if any(char.isdigit() for char in token))
    if not digits or _BIRTH.fullmatch(digits):
        return _named(plain)
    whole = tuple(pair for pair in possible_systems(plain) if pair[0] in _LETTERED)
    if whole:
        return Query(numbers=whole)
    numbers, phone = possible_systems(digits), normalise_phone(digits)[0] or ""
    return Query(numbers=numbers, phone=phone, name=name) if numbers or phone else _named(plain)


def _scanned(card: ScannedCard) -> Query:
    if not card.verdict.allowed or card.kind is ScanKind.UNREADABLE:
        return Query(verdict=card.verdict, card=card)
    if card.identifiers:
        return Query(numbers=card.identifiers, card=card)
    named = _named(card.full_name)
    return Query(
        verdict=named.verdict,
        name=card.full_name,
        birth_date=card.birth_date,
        birth_precision=card.birth_precision,
        card=card,
    )


def _named(plain: str) -> Query:
    birth, precision = None, BirthPrecision.DAY
    match = _BIRTH.search(plain)
    name = plain[: match.start()].rstrip(" ,;") if match else plain
    if match:
        day, month, year = match.groups()
        precision = BirthPrecision.DAY if day else BirthPrecision.MONTH if month else BirthPrecision.YEAR
        try:
            birth = dt.date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            return Query(verdict=refuse("SEARCH_BIRTH_IMPOSSIBLE"))
    if len(name_key(name).split()) < 2:
        return Query(verdict=refuse("SEARCH_TOO_SHORT"))
    return Query(name=nfc(name), birth_date=birth, birth_precision=precision)


def birth_fits(query: Query, birth_date: dt.date, precision: str) -> bool:
    """Tell whether a profile's birth date agrees with the one typed, as far as both are known."""
    return query.birth_date is None or same_birth(query.birth_date, query.birth_precision, birth_date, precision)


def has_whole_birth(query: Query) -> bool:
    """Tell whether a name stands beside a birth date of day, month and year: enough to look across the country."""
    return bool(query.name) and query.birth_date is not None and query.birth_precision == BirthPrecision.DAY
