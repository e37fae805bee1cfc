"""Where a correction has to arrive before a citizen sees it everywhere (peers G5): one tuple, no code, a stop."""

from enum import StrEnum


class Stop(StrEnum):
    """One place to which a correction travels; in lower case it is the name that the follower's receipts carry."""

    LEDGER = "LEDGER"
    CARD = "CARD"
    CERTIFICATE = "CERTIFICATE"
    FIGURES = "FIGURES"
    PC_COVID = "PC_COVID"


class Changed(StrEnum):
    """What a correction changed."""

    DOSE = "DOSE"
    PERSON = "PERSON"
    CONTACT = "CONTACT"


# In the order in which they are shown. A person's change counts nothing anew; a number or phone is on no card.
STOPS: dict[Changed, tuple[Stop, ...]] = {
    Changed.DOSE: (Stop.LEDGER, Stop.CARD, Stop.CERTIFICATE, Stop.FIGURES, Stop.PC_COVID),
    Changed.PERSON: (Stop.LEDGER, Stop.CARD, Stop.CERTIFICATE, Stop.PC_COVID),
    Changed.CONTACT: (Stop.LEDGER,),
}
CHANGED: dict[str, Changed] = {
    "RECORD": Changed.DOSE,
    "AMEND": Changed.DOSE,
    "VERIFY": Changed.DOSE,
    "VOID": Changed.DOSE,
    "LINK": Changed.PERSON,
    "AMEND_PERSON": Changed.PERSON,
    "ADD_NUMBER": Changed.CONTACT,
    "ADD_PHONE": Changed.CONTACT,
    "MOVE_PHONE": Changed.CONTACT,
}


def stops_of(solution: str) -> tuple[Stop, ...]:
    """Give where a correction of this kind has to arrive, in order; none for one that changed nothing."""
    changed = CHANGED.get(solution)
    return STOPS[changed] if changed else ()
