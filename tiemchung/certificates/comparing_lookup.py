"""What the portal's look-up shows a holder, by the reads of its page, beside what the ledger makes a code state."""

import datetime as dt
from uuid import UUID

from tiemchung.certificates.content import PersonFacts, certified_dose, dcc_parts
from tiemchung.certificates.formats import dcc, hc1
from tiemchung.certificates.formats.reading import Fault
from tiemchung.certificates.reads.cards import card_of_person
from tiemchung.certificates.reads.passports import passport_of
from tiemchung.core.actor import SYSTEM
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import NotFound


def lookup_differs(facts: PersonFacts, at: dt.datetime) -> bool:
    """Tell whether the look-up would show this person a code that states something else than the ledger, or withhold
    one: about twenty statements.
    """
    person = facts.holder.person_id
    try:
        card, passport = card_of_person(SYSTEM, person, at), passport_of(SYSTEM, person, at)
    except NotFound:
        return True
    if passport.withheld or (card is not None and card.withheld):
        return True
    # The page shows no code that has ended.
    shown = card if card is not None and card.expires_at is not None and card.expires_at > at else None
    same = shown is None or _states(facts, shown.hc1, shown.number, certified_dose(facts))
    stated = _counted(facts, passport.dose_id)
    return not (same and (not passport.in_force(at) or _states(facts, passport.hc1, passport.number, stated)))


def _counted(facts: PersonFacts, dose_id: UUID | None) -> DoseView | None:
    counted = {row.dose.id for row in facts.record.course.counted}
    return next((dose for dose in facts.record.doses if dose.id == dose_id and dose.id in counted), None)


def _states(facts: PersonFacts, text: str, number: str, dose: DoseView | None) -> bool:
    """Tell whether a code states this dose of the person, field by field."""
    if dose is None:
        return False
    try:
        return bool(hc1.unpack(text).health == dcc.vaccination(*dcc_parts(facts, dose), number))
    except (Fault, dcc.NotIssuable):
        return False
