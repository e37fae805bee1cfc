"""What a caller must prove, what may come of a call, and when a call-back that was promised comes due; pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.cases.rules.claims import Claim
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.rules.births import knows_as_much, same_birth
from tiemchung.people.rules.names import same_name

CENTRE = UUID(int=2)  # the one response centre of the country, at 19009095; its call-backs lie under this id
CALL_LIFE = dt.timedelta(hours=4)  # a call that nobody ended is over, and what was proved in it is proved no more
MOST_FOUND = 8  # more persons at one phone are a shelter or an office: name and birth date have to find the caller
MOST_TRIES = 3
NEXT_TRY = dt.timedelta(hours=2)
PROMISE_WITHIN = dt.timedelta(days=7)
MOST_NOTE = 1000


class Proof(StrEnum):
    """How far a caller came. NAMED tells the agent nothing yet; CASE opens one report and no record."""

    NOTHING = ""
    NAMED = "NAMED"
    CASE = "CASE"
    NUMBERED = "NUMBERED"
    CODE = "CODE"


class CallerFact(StrEnum):
    """What an agent asks a caller for."""

    NAME = "NAME"
    BIRTH = "BIRTH"
    NUMBER = "NUMBER"
    CODE = "CODE"
    REF = "REF"


# The only ways to be told of a record: three facts that must all fit (D4; `domain/threats.md` I10). Caller identity
# of the network is no fact: it can be forged.
WAYS: Mapping[Proof, frozenset[CallerFact]] = {
    Proof.NUMBERED: frozenset({CallerFact.NAME, CallerFact.BIRTH, CallerFact.NUMBER}),
    Proof.CODE: frozenset({CallerFact.NAME, CallerFact.BIRTH, CallerFact.CODE}),
}
OPENS_RECORD = frozenset(WAYS)


class Found(StrEnum):
    """By what a search found, so that the agent asks for the rest."""

    CASE = "CASE"
    PHONE = "PHONE"
    NUMBER = "NUMBER"
    NAME_BIRTH = "NAME_BIRTH"


def questions(found: Found) -> tuple[CallerFact, ...]:
    """Give what the caller has to say next, in the order in which it is asked."""
    if found is Found.CASE:
        return CallerFact.NAME, CallerFact.BIRTH
    return CallerFact.NAME, CallerFact.BIRTH, CallerFact.NUMBER


def opens_record(proof: str) -> bool:
    """Tell whether so much proof lets the agent see the caller's record."""
    return proof in OPENS_RECORD


def is_claimant(claim: Claim, full_name: str, birth_date: dt.date | None, precision: str) -> bool:
    """Tell whether a caller names the person of a report, with name and birth date as they were reported."""
    if birth_date is None or claim.birth_date is None or not full_name.strip():
        return False
    known = knows_as_much(precision, claim.birth_precision)
    same_day = same_birth(birth_date, precision, claim.birth_date, claim.birth_precision)
    return known and same_day and same_name(full_name, claim.full_name)


class CallOutcome(StrEnum):
    """What came of a call; CASE_OPENED is written by the opening itself."""

    ANSWERED = "ANSWERED"
    PROGRESS_TOLD = "PROGRESS_TOLD"
    RECORD_TOLD = "RECORD_TOLD"
    CASE_OPENED = "CASE_OPENED"
    CASE_ADDED = "CASE_ADDED"
    CALL_BACK = "CALL_BACK"
    NOT_PROVED = "NOT_PROVED"
    NOT_FOUND = "NOT_FOUND"
    REFERRED = "REFERRED"
    EMERGENCY = "EMERGENCY"
    CUT_OFF = "CUT_OFF"
    WRONG_NUMBER = "WRONG_NUMBER"
    ABUSE = "ABUSE"


# What an agent may choose when a call ends.
CHOSEN = tuple(outcome for outcome in CallOutcome if outcome is not CallOutcome.CASE_OPENED)


class AnswerBy(StrEnum):
    """How a caller is answered; three of the four need no phone of one's own."""

    PHONE = "PHONE"
    CALL_BACK = "CALL_BACK"
    FACILITY = "FACILITY"
    LETTER = "LETTER"


class BackOutcome(StrEnum):
    """How a call-back ended, or one try of it."""

    REACHED = "REACHED"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"
    UNREACHED = "UNREACHED"


def may_end(outcome: str, note: str, promise: "Promise | None", at: dt.datetime) -> Verdict:
    """Say whether a call may end so: with an outcome of the list, and a promise that can be kept."""
    verdict = YES if outcome in set(CallOutcome) else refuse("CALL_OUTCOME_MISSING")
    if len(note) > MOST_NOTE:
        verdict += refuse("TEXT_TOO_LONG", field="note", limit=MOST_NOTE)
    if promise is not None:
        return verdict + may_promise(promise, at)
    return verdict + refuse("PROMISE_MISSING") if outcome == CallOutcome.CALL_BACK else verdict


@dataclass(frozen=True, slots=True)
class Promise:
    """A call-back that the caller was promised: by when, at which phone (E.164, empty where it is none)."""

    due_at: dt.datetime | None
    phone: str


def may_promise(promise: Promise, at: dt.datetime) -> Verdict:
    """Say whether the centre can keep this promise."""
    verdict = YES if promise.phone else refuse("PROMISE_NO_PHONE")
    if promise.due_at is None or promise.due_at <= at:
        return verdict + refuse("PROMISE_PAST")
    late = promise.due_at > at + PROMISE_WITHIN
    return verdict + refuse("PROMISE_TOO_FAR", days=PROMISE_WITHIN.days) if late else verdict


def after_no_answer(tries: int, at: dt.datetime) -> dt.datetime | None:
    """Give when to call again after `tries` tries without an answer; None when it was the last."""
    return at + NEXT_TRY if tries < MOST_TRIES else None


def purpose_of(call_id: UUID) -> str:
    """Give what the line of each look says: this call."""
    return f"CALL:{call_id}"


def distinct(ids: Iterable[UUID]) -> tuple[UUID, ...]:
    """Give ids once each, in their order."""
    return tuple(dict.fromkeys(ids))
