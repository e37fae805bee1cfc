"""A report while it is being written: what it holds so far, and which question comes next; pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from tiemchung.cases.kinds import KINDS, Kind
from tiemchung.cases.rules import Claim, ClaimedDose, Desk, DeskLevel

LIFE = dt.timedelta(days=7)


class DraftState(StrEnum):
    """A draft is written, then waits for the code at the phone, then is a case."""

    DRAFT = "DRAFT"
    CODE_PENDING = "CODE_PENDING"
    SENT = "SENT"


class Question(StrEnum):
    """The questions in the order in which they are asked; DOSE and PLACE come once for each dose."""

    PERSON = "PERSON"
    AREA = "AREA"
    KIND = "KIND"
    DOSE = "DOSE"
    PLACE = "PLACE"
    WANTED = "WANTED"
    PAPER = "PAPER"
    CHECK = "CHECK"
    CODE = "CODE"


# The five steps that citizens know; the first is opening the page.
STEP_OF = {
    Question.PERSON: 2,
    Question.AREA: 2,
    Question.KIND: 2,
    Question.DOSE: 3,
    Question.PLACE: 3,
    Question.WANTED: 3,
    Question.PAPER: 3,
    Question.CHECK: 4,
    Question.CODE: 5,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `dose` is the order of the dose that it is about, 0 for none."""

    question: Question
    dose: int = 0

    @property
    def key(self) -> str:
        """Give the name under which its answer is noted."""
        return f"{self.question}:{self.dose}" if self.dose else str(self.question)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sent report is answered with: its number, who answers, and by when."""

    ref: str
    desk: Desk
    due_at: dt.datetime
    joined: bool

    def as_json(self) -> list[Any]:
        """Give plain values."""
        return [self.ref, str(self.desk.unit_id), str(self.desk.level), self.due_at.isoformat(), self.joined]


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as far as it is written; `answered` names the questions, `plain_name` that the name has no marks.

    `typed` holds the form of a page whose answer could not be taken yet, by the question's key; no claim reads it.
    """

    id: UUID
    state: DraftState = DraftState.DRAFT
    kind: str = ""
    claim: Claim = field(default_factory=Claim)
    phone: str = ""
    plain_name: bool = False
    answered: frozenset[str] = frozenset()
    typed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    again_at: dt.datetime | None = None
    receipt: Receipt | None = None

    @property
    def kind_rules(self) -> Kind | None:
        """Give the kind's own file, None before one is chosen."""
        return KINDS.get(self.kind)

    @property
    def phone_key(self) -> str:
        """Name the draft as one-time codes are bound to it."""
        return f"draft:{self.id}"

    def dose(self, order: int) -> ClaimedDose | None:
        """Give the dose of this order, or None."""
        return next((dose for dose in self.claim.doses if dose.order == order), None)

    def has(self, asked: Asked) -> bool:
        """Tell whether this question has its answer."""
        return asked.key in self.answered

    def with_answer(self, asked: Asked, **changes: Any) -> "Draft":
        """Give the draft with these changes and this question answered; what was sent for a code is open again."""
        return replace(
            self,
            state=DraftState.DRAFT,
            again_at=None,
            answered=self.answered | {asked.key},
            typed={key: form for key, form in self.typed.items() if key != asked.key},
            **changes,
        )

    def as_json(self) -> dict[str, Any]:
        """Give plain values, to be sealed; the state lies beside them."""
        receipt = self.receipt
        return {
            "kind": self.kind,
            "claim": self.claim.as_json(),
            "phone": self.phone,
            "plain_name": self.plain_name,
            "answered": sorted(self.answered),
            "typed": {key: dict(form) for key, form in self.typed.items()},
            "again_at": self.again_at.isoformat() if self.again_at else None,
            "receipt": receipt.as_json() if receipt else None,
        }

    @classmethod
    def from_json(cls, draft_id: UUID, state: str, values: Mapping[str, Any]) -> "Draft":
        """Give the draft that `as_json` gave."""
        return cls(
            id=draft_id,
            state=DraftState(state),
            kind=values["kind"],
            claim=Claim.from_json(values["claim"]),
            phone=values["phone"],
            plain_name=values["plain_name"],
            answered=frozenset(values["answered"]),
            typed=values.get("typed", {}),  # drafts of before this field live on for a week
            again_at=dt.datetime.fromisoformat(values["again_at"]) if values["again_at"] else None,
            receipt=_receipt(values["receipt"]),
        )


def _receipt(values: list[Any] | None) -> Receipt | None:
    if values is None:
        return None
    ref, unit, level, due_at, joined = values
    return Receipt(ref, Desk(UUID(unit), DeskLevel(level)), dt.datetime.fromisoformat(due_at), joined)


def dose_orders(kind: Kind, written: int = 0) -> tuple[int, ...]:
    """Give the orders of the doses that the form asks for: as many as it needs, or as were written if more."""
    if kind.code == "DOSE2_MISSING":
        return (2,)
    least, most = kind.doses
    return tuple(range(1, max(least, min(written, most)) + 1))


def questions_of(draft: Draft) -> tuple[Asked, ...]:
    """Give every question of this draft in order, as far as its kind is known."""
    asked = [Asked(Question.PERSON), Asked(Question.AREA), Asked(Question.KIND)]
    kind = draft.kind_rules
    if kind is None:
        return tuple(asked)
    for order in dose_orders(kind, len(draft.claim.doses)):
        asked += [Asked(Question.DOSE, order), Asked(Question.PLACE, order)]
    if kind.wants:
        asked.append(Asked(Question.WANTED))
    return (*asked, Asked(Question.PAPER), Asked(Question.CHECK), Asked(Question.CODE))


def first_missing(draft: Draft) -> Asked:
    """Give the first question without an answer: CHECK for a draft that may be sent, CODE for one that was."""
    for asked in questions_of(draft):
        if asked.question is Question.CHECK:
            return Asked(Question.CODE) if draft.state is DraftState.CODE_PENDING else asked
        if not draft.has(asked):
            return asked
    raise AssertionError("a draft without a kind lacks its kind")


def may_open(draft: Draft, asked: Asked) -> bool:
    """Tell whether this question may be shown: it was answered, or it is the first without an answer."""
    missing = first_missing(draft)
    if asked == missing or (missing.question is Question.CODE and asked.question is Question.CHECK):
        return True
    questions = questions_of(draft)
    return asked in questions and questions.index(asked) < questions.index(missing)


def with_kind(draft: Draft, kind: str) -> Draft:
    """Give the draft with this kind, without the answers that another kind had asked for."""
    if kind == draft.kind:
        return draft.with_answer(Asked(Question.KIND))
    rules = KINDS[kind]
    orders = dose_orders(rules, len(draft.claim.doses))
    kept = [dose for dose in draft.claim.doses if dose.order in orders]
    asked = {Asked(q, o).key for q in (Question.DOSE, Question.PLACE) for o in (d.order for d in kept)}
    answered = draft.answered & ({"PERSON", "AREA"} | asked)
    claim = replace(draft.claim, doses=tuple(kept), wanted={}, other_phone="")
    told = replace(draft, answered=answered, typed=_of_person(draft))
    return told.with_answer(Asked(Question.KIND), kind=kind, claim=claim)


def _of_person(draft: Draft) -> dict[str, Mapping[str, Any]]:
    """Give what was typed of the person: doses that move or go take with them what was typed of them."""
    return {key: form for key, form in draft.typed.items() if key == Question.PERSON}


def with_dose(draft: Draft, dose: ClaimedDose, question: Question) -> Draft:
    """Give the draft with this dose in its place; a day that changed asks for the place again."""
    before = draft.dose(dose.order)
    others = [other for other in draft.claim.doses if other.order != dose.order]
    claim = replace(draft.claim, doses=tuple(sorted([*others, dose], key=lambda d: d.order)))
    changed = draft.with_answer(Asked(question, dose.order), claim=claim)
    if before is not None and before.given_on != dose.given_on:
        changed = replace(changed, answered=changed.answered - {Asked(Question.PLACE, dose.order).key})
    return changed


def with_room(draft: Draft) -> Draft:
    """Give the draft with one more dose of which nothing is told yet, where its kind takes more."""
    kind = draft.kind_rules
    if kind is None or len(draft.claim.doses) >= kind.doses[1]:
        return draft
    claim = replace(draft.claim, doses=(*draft.claim.doses, ClaimedDose(len(draft.claim.doses) + 1)))
    return replace(draft, state=DraftState.DRAFT, again_at=None, claim=claim)


def without_dose(draft: Draft, order: int) -> Draft:
    """Give the draft without one dose beyond those its kind needs; later doses move up."""
    kind = draft.kind_rules
    if kind is None or draft.dose(order) is None or len(draft.claim.doses) <= kind.doses[0]:
        return draft
    rest = [dose for dose in draft.claim.doses if dose.order != order]
    answered = {key for key in draft.answered if not key.startswith(("DOSE:", "PLACE:"))}
    doses = []
    for place, dose in enumerate(rest, 1):
        doses.append(replace(dose, order=place))
        answered |= {Asked(q, place).key for q in (Question.DOSE, Question.PLACE) if draft.has(Asked(q, dose.order))}
    claim = replace(draft.claim, doses=tuple(doses))
    return replace(
        draft, state=DraftState.DRAFT, again_at=None, claim=claim, answered=frozenset(answered), typed=_of_person(draft)
    )
