"""The four fields that the population register compares, and what a check of them can be. Pure (9438/BYT-CNTT)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.rules.identifiers import check_identifier
from tiemchung.people.rules.kinds import BirthPrecision, IdentifierState, IdentityState, IdSystem, Sex
from tiemchung.people.rules.sight import Sighted, may_see

# The newest card first: its number is the one that the register keeps a citizen under.
NUMBER_SYSTEMS = (IdSystem.CCCD, IdSystem.CMND12, IdSystem.CMND9)
_AGES = {str(system): age for age, system in enumerate(NUMBER_SYSTEMS)}
HOME = "VN"


class IdentityWhy(StrEnum):
    """What keeps somebody from being sent, or what came of an answer."""

    FOREIGNER = "FOREIGNER"
    JOINED = "JOINED"
    NAME_MISSING = "NAME_MISSING"
    SEX_MISSING = "SEX_MISSING"
    BIRTH_INCOMPLETE = "BIRTH_INCOMPLETE"
    NUMBER_MISSING = "NUMBER_MISSING"
    NUMBER_FORMAT = "NUMBER_FORMAT"
    NUMBER_SHARED = "NUMBER_SHARED"
    AFTER_POLICE = "AFTER_POLICE"
    UNANSWERED = "UNANSWERED"
    REFUSED = "REFUSED"


class IdentityStep(StrEnum):
    """What can happen to a check."""

    LACK = "LACK"
    EXEMPT = "EXEMPT"
    DOUBT = "DOUBT"
    CLASH = "CLASH"
    QUEUE = "QUEUE"
    SEND = "SEND"
    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    LEAVE_OUT = "LEAVE_OUT"
    REVIEW = "REVIEW"
    CONFIRM = "CONFIRM"
    FIND_NOBODY = "FIND_NOBODY"
    ADMIT = "ADMIT"
    ASK_AGAIN = "ASK_AGAIN"


_S, _T = IdentityState, IdentityStep
# After a review the register is asked again: 6.6's RESENT is WAITING once more.
IDENTITY_TRANSITIONS: dict[tuple[IdentityState | None, IdentityStep], IdentityState] = {
    (None, _T.LACK): _S.NOT_SENT,
    (None, _T.EXEMPT): _S.NOT_APPLICABLE,
    (None, _T.DOUBT): _S.LOCAL_REVIEW,
    (None, _T.CLASH): _S.DUPLICATE,
    (None, _T.QUEUE): _S.WAITING,
    (_S.WAITING, _T.SEND): _S.SENT,
    (_S.SENT, _T.MATCH): _S.MATCHED,
    (_S.SENT, _T.MISMATCH): _S.MISMATCHED,
    (_S.SENT, _T.LEAVE_OUT): _S.WAITING,
    (_S.MISMATCHED, _T.REVIEW): _S.LOCAL_REVIEW,
    (_S.MISMATCHED, _T.CONFIRM): _S.POLICE_CONFIRMED,
    (_S.LOCAL_REVIEW, _T.CONFIRM): _S.POLICE_CONFIRMED,
    (_S.LOCAL_REVIEW, _T.FIND_NOBODY): _S.NOT_FOUND,
    (_S.NOT_FOUND, _T.CONFIRM): _S.POLICE_CONFIRMED,
    (_S.LOCAL_REVIEW, _T.ADMIT): _S.NOT_APPLICABLE,
    (_S.NOT_FOUND, _T.ADMIT): _S.NOT_APPLICABLE,
    (_S.POLICE_CONFIRMED, _T.SEND): _S.SENT,
    (_S.MISMATCHED, _T.ASK_AGAIN): _S.WAITING,
    (_S.LOCAL_REVIEW, _T.ASK_AGAIN): _S.WAITING,
    (_S.NOT_FOUND, _T.ASK_AGAIN): _S.WAITING,
}
# Any change of the four fields begins anew from wherever the check stood.
BEGINS = frozenset({_T.LACK, _T.EXEMPT, _T.DOUBT, _T.CLASH, _T.QUEUE})
REVIEWED = (_S.MISMATCHED, _S.LOCAL_REVIEW, _S.NOT_FOUND, _S.DUPLICATE, _S.NOT_SENT, _S.POLICE_CONFIRMED)


def identity_after(before: IdentityState, step: IdentityStep) -> IdentityState | None:
    """Give the state that this step leads to, or None where it may not follow."""
    return IDENTITY_TRANSITIONS.get((None, step) if step in BEGINS else (before, step))


def is_verified(state: IdentityState) -> bool:
    """Tell whether a passport may rest on this identity; police confirmed on paper still waits for the register."""
    return state in (_S.MATCHED, _S.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """One open number of a person: `index` stands for the number, which stays sealed."""

    system: str
    index: str
    state: str
    created_at: dt.datetime
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """What decides whether and how a person is asked about; `number` is the one to be sent.

    `known_at_home` is whoever has or ever had a CCCD or CMND: nobody is in the register, or was asked about, without.
    """

    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    nationality: str
    number: NumberFacts | None
    shared: bool = False
    known_at_home: bool = False

    def canonical(self) -> str:
        """Give the four fields as one text: equal exactly when all four are; the name is kept in NFC."""
        number = self.number.index if self.number else ""
        born = f"{self.birth_date.isoformat()}:{self.birth_precision}"
        return "\x1f".join((self.full_name, self.sex, born, number))


def number_to_send(numbers: Sequence[NumberFacts]) -> NumberFacts | None:
    """Give the number a register knows this person by: the newest card, rather one that fits its holder."""
    usable = [one for one in numbers if one.system in _AGES]
    return max(usable, key=_preferred, default=None)


def _preferred(one: NumberFacts) -> tuple[int, bool, dt.datetime, str]:
    return (-_AGES[one.system], one.state == IdentifierState.CLEAN, one.created_at, one.index)


def begin_of(facts: IdentityFacts) -> tuple[IdentityStep, str]:
    """Give how a check of these fields begins, and the code of what keeps it from being sent.

    Foreigners are not sent (8938/BYT-DP step 2), nor who lacks one of the four fields, nor who shares a number. A
    foreigner who is or was on record with a citizen's number is no way round the register: the province reviews it.
    """
    if facts.nationality != HOME:
        return IdentityStep.DOUBT if facts.known_at_home else IdentityStep.EXEMPT, IdentityWhy.FOREIGNER
    lacking = _lacking(facts)
    if lacking:
        return IdentityStep.LACK, lacking
    return (IdentityStep.CLASH, IdentityWhy.NUMBER_SHARED) if facts.shared else (IdentityStep.QUEUE, "")


def _lacking(facts: IdentityFacts) -> str:
    if not nfc(facts.full_name):
        return IdentityWhy.NAME_MISSING
    if facts.number is None:
        return IdentityWhy.NUMBER_MISSING
    if facts.birth_precision != BirthPrecision.DAY:
        return IdentityWhy.BIRTH_INCOMPLETE
    return IdentityWhy.SEX_MISSING if facts.sex == Sex.UNKNOWN else ""


def has_number_format(system: str, number: str) -> bool:
    """Tell whether a number has the form of its kind, whoever holds it."""
    return check_identifier(system, number)[1].allowed


def moved_to(
    before: IdentityState | None, why: str, step: IdentityStep, *, same_fields: bool
) -> IdentityState | None:
    """Give the state to which a look at the fields moves a check, or None where it stays.

    An answer stays with the fields that it was given for. Who comes later with the number of somebody whom the
    register knows takes nothing away from them; two that nobody has confirmed both wait until it is settled.
    """
    begun = IDENTITY_TRANSITIONS[None, step]
    if before is None or not same_fields or why == IdentityWhy.JOINED:
        return begun
    if step is IdentityStep.DOUBT:  # what the review of this foreigner found stays
        return None if why == IdentityWhy.FOREIGNER else begun
    if why == IdentityWhy.FOREIGNER and before is not begun:
        return begun
    if step is IdentityStep.EXEMPT or before is IdentityState.NOT_APPLICABLE:
        return begun if begun is not before else None
    if step is IdentityStep.CLASH:
        return None if before in (_S.MATCHED, _S.SENT, _S.DUPLICATE) else begun
    return begun if step is IdentityStep.QUEUE and before is _S.DUPLICATE else None


def mismatch_why(confirmed_by: str) -> str:
    """Give the code of a wrong answer: after the police confirmed on paper, the register itself was not mended yet."""
    return IdentityWhy.AFTER_POLICE if confirmed_by else ""


REVIEWERS = frozenset({Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DATA_CORRECTOR})
MAX_OFFICER, MAX_MINUTE, MAX_NOTE = 120, 60, 500


def may_rest_on(system: str, nationality: str) -> bool:
    """Tell whether a passport may rest on such a number: a citizen's card, of a foreigner the passport book as well."""
    return system in NUMBER_SYSTEMS or (system == IdSystem.PASSPORT and nationality != HOME)


def may_exempt(by: Actor) -> bool:
    """Tell whether the caller may write down that somebody with a citizen's number is a foreigner all the same."""
    return by.kind is Kind.STAFF and by.role is Role.DATA_CORRECTOR


def may_review(by: Actor, person: Sighted) -> bool:
    """Tell whether the caller may write down what the local review of this person found (2262, steps 2 to 4)."""
    return by.kind is Kind.STAFF and by.role in REVIEWERS and may_see(by, person)


# The police mend the register after signing; asked sooner, it would say wrong once more.
ASKED_AGAIN_AFTER = dt.timedelta(hours=1)


def may_ask_again(sent_at: dt.datetime | None, at: dt.datetime) -> Verdict:
    """Refuse the same question within an hour of the last one; the refusal says from when it may be asked."""
    free = sent_at + ASKED_AGAIN_AFTER if sent_at else at
    return YES if free <= at else refuse("IDENTITY_ASKED_LATELY", asked=sent_at, free=free)


def check_confirmation(officer: str, minute_ref: str, note: str = "") -> Verdict:
    """Refuse a confirmation without the police officer's name or the number of the signed minute (9438, case 2)."""
    verdict = YES if len(nfc(officer).split()) >= 2 and len(officer) <= MAX_OFFICER else refuse("IDENTITY_OFFICER")
    if not 1 <= len(nfc(minute_ref)) <= MAX_MINUTE:
        verdict += refuse("IDENTITY_MINUTE")
    return verdict + check_note(note)


def check_note(note: str) -> Verdict:
    """Refuse a note that is longer than what is kept of one."""
    return YES if len(note) <= MAX_NOTE else refuse("TEXT_TOO_LONG", field="note", limit=MAX_NOTE)
