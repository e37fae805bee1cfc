"""What a report must hold before it is taken in; pure."""

import datetime as dt

from tiemchung.cases.kinds.base import Door, Kind
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.verdict import YES, Verdict, refuse

MAX_TEXT = 2000
MAX_SHORT = 300
OLDEST = dt.date(2020, 12, 1)  # no Covid-19 vaccine was given to anybody in the country's trials before


def may_receive(kind: Kind, door: Door, claim: Claim, today: dt.date, *, evidence: int) -> Verdict:
    """Say whether a report of this kind may come in by this door, and what is missing or impossible in it.

    `evidence` is how many pages are attached; only the portal insists on them, where the kind does.
    """
    verdict = YES if door in kind.doors else refuse("CLAIM_KIND_NOT_HERE")
    least, most = kind.doses
    if not least <= len(claim.doses) <= most:
        verdict += refuse("CLAIM_DOSES_COUNT", least=least, most=most)
    if kind.needs_evidence and door is Door.PORTAL and evidence == 0:
        verdict += refuse("CLAIM_EVIDENCE_MISSING")
    verdict += _person(claim, today) + _lengths(claim)
    for dose in claim.doses:
        verdict += _dose(dose, claim, today)
    return verdict + kind.check(claim)


def _person(claim: Claim, today: dt.date) -> Verdict:
    verdict = YES if claim.full_name.strip() else refuse("CLAIM_NAME_MISSING")
    if claim.birth_date is None:
        return verdict + refuse("CLAIM_BIRTH_MISSING")
    return verdict + (refuse("CLAIM_BIRTH_FUTURE") if claim.birth_date > today else YES)


def _dose(dose: ClaimedDose, claim: Claim, today: dt.date) -> Verdict:
    if dose.given_on is None:
        return YES
    if dose.given_on > today:
        return refuse("GIVEN_IN_FUTURE", dose=dose.order)
    if claim.birth_date is not None and dose.given_on < claim.birth_date:
        return refuse("CLAIM_DOSE_BEFORE_BIRTH", dose=dose.order)
    return refuse("CLAIM_DOSE_TOO_EARLY", day=OLDEST, dose=dose.order) if dose.given_on < OLDEST else YES


def _lengths(claim: Claim) -> Verdict:
    if any(len(text) > MAX_SHORT for text in _short_texts(claim)):
        return refuse("TEXT_TOO_LONG", field="", limit=MAX_SHORT)
    return refuse("TEXT_TOO_LONG", field="text", limit=MAX_TEXT) if len(claim.text) > MAX_TEXT else YES


def _short_texts(claim: Claim) -> list[str]:
    short = [claim.full_name, claim.address_text, claim.workplace, claim.other_phone, *claim.wanted.values()]
    short += [text for dose in claim.doses for text in (dose.product, dose.lot_number, dose.place_name)]
    return short + [part for number in claim.numbers for part in number]


def has_nul(claim: Claim) -> bool:
    """Tell whether any text holds the one character that the database cannot keep."""
    return any("\x00" in text for text in (*_short_texts(claim), claim.text))
