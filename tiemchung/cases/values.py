"""What cases hand out: frozen values, never rows."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.rules import CaseState, Claim, Desk, Part, parts_of


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """The answer to a report: its number, who answers, and by when."""

    case_id: UUID
    contact_key: bytes
    ref: str
    desk: Desk
    why: str
    due_at: dt.datetime
    joined: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. `text` was said to or by the citizen; `note` is for desks and empty in what a citizen gets."""

    number: int
    step: str
    at: dt.datetime
    state: CaseState
    by_kind: str
    by_name: str
    by_role: str
    unit_id: UUID | None
    unit_level: str
    code: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class RepeatView:
    """One further report of the same defect, which is answered with this case; `said` is what was added to it."""

    ref: str
    case_id: UUID
    recorded_at: dt.datetime
    claim: Claim
    said: tuple[str, ...] = ()
    contact_key: bytes = b""


@dataclass(frozen=True, slots=True)
class EffectView:
    """What settled the case: the action, whom and what it changed, and the entry that followers answer for."""

    solution: str
    profile_id: UUID
    object_id: UUID | None
    entry_id: UUID | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case as its desk works on it."""

    ref: str
    case_id: UUID
    contact_key: bytes
    kind: str
    door: str
    state: CaseState
    language: str
    version: int
    claim: Claim
    phone_shown: str
    person_id: UUID | None
    dose_id: UUID | None
    desk: Desk
    why: str
    recorded_at: dt.datetime
    due_at: dt.datetime
    settled_at: dt.datetime | None
    refusal: str
    claimed_by: UUID | None
    claimed_until: dt.datetime | None
    steps: tuple[StepView, ...]
    repeats: tuple[RepeatView, ...]
    effects: tuple[EffectView, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """Give the parts of the report that other desks have answered."""
        return parts_of(self.steps)


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One line of a desk's list."""

    ref: str
    case_id: UUID
    kind: str
    recorded_at: dt.datetime
    due_at: dt.datetime
    asked_back: bool
    watch: bool
    claimed_by: UUID | None
    claimed_until: dt.datetime | None
    untold_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A desk's list by due time, and its counts; `more` is the place to read on from, None at the end."""

    desk: Desk
    lines: tuple[QueueLine, ...]
    open: int
    late: int
    asked_back: int
    watched: int
    mine: int
    letters: int
    untold: int
    more: tuple[dt.datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter on a desk's list; `prints` is how often it was printed, the last time `printed_at` by `printed_by`."""

    letter_id: UUID
    ref: str
    kind: str
    what: str
    owed_at: dt.datetime
    waiting: bool
    prints: int = 0
    printed_at: dt.datetime | None = None
    printed_by: str = ""


@dataclass(frozen=True, slots=True)
class LetterList:
    """A desk's letters that wait to be printed, oldest first, how many these are in all, and where to read on."""

    desk: Desk
    lines: tuple[LetterLine, ...]
    waiting: int
    more: tuple[dt.datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class LetterFile:
    """One letter as it is printed: to one reporter, about their own report, in their own `language`.

    `said` are the desk's words of that step, `refusal` the procedure's reason where it was refused.
    """

    letter_id: UUID
    case_id: UUID
    person_id: UUID | None
    language: str
    what: str
    ref: str
    kind: str
    desk: Desk
    claim: Claim
    recorded_at: dt.datetime
    due_at: dt.datetime
    said: str
    refusal: str


@dataclass(frozen=True, slots=True)
class PrintRun:
    """The letters of one press of the button, when and by whom; `gone` of them are of cases that went elsewhere."""

    run_id: UUID
    at: dt.datetime
    by_name: str
    letters: tuple[LetterFile, ...]
    gone: int


@dataclass(frozen=True, slots=True)
class DeskLines:
    """The open cases of one desk as an authority above reads them, due first."""

    desk: Desk
    lines: tuple[QueueLine, ...]
    more: tuple[dt.datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What its reporter sees of a case: where it stands and what was said, no personal data of the claim.

    `parts` are those that other desks have answered.
    """

    ref: str
    case_id: UUID
    kind: str
    state: CaseState
    desk: Desk
    why: str
    recorded_at: dt.datetime
    due_at: dt.datetime
    settled_at: dt.datetime | None
    refusal: str
    answer: str
    steps: tuple[StepView, ...]
    effects: tuple[EffectView, ...]
    person_id: UUID | None
    dose_id: UUID | None
    joined_to: bool
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One desk's figures: cases open, of these late, of these warned at half; hours of those ended, median and worst.

    `oldest_due` is the due time of the longest waiting open case.
    """

    unit_id: UUID
    unit_level: str
    open: int
    late: int
    warned: int
    settled: int
    median_hours: float | None
    worst_hours: float | None
    oldest_due: dt.datetime | None
