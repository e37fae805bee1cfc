"""One decision, usable as a button's state, as its hint, and as an exception."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How heavily a reason weighs: it refuses, it warns, or it only tells."""

    REFUSE = "refuse"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code whose words stand in the interface's word files, with the plain facts that those words name."""

    code: str
    severity: Severity = Severity.REFUSE
    overridable: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reasons for and against; no refusing reason means yes."""

    reasons: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tell whether nothing refuses."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """Give the reasons that refuse."""
        return tuple(r for r in self.reasons if r.severity is Severity.REFUSE)

    @property
    def warnings(self) -> tuple[Reason, ...]:
        """Give the reasons that only warn."""
        return tuple(r for r in self.reasons if r.severity is Severity.WARN)

    @property
    def needs_override(self) -> bool:
        """Tell whether a stated reason would be enough to go on."""
        return bool(self.refusals) and all(r.overridable for r in self.refusals)

    def __bool__(self) -> bool:
        return self.allowed

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(self.reasons + other.reasons)

    def or_raise(self, because: str = "") -> "Verdict":
        """Give the verdict back, or raise Refused unless `because` states why an overridable refusal is set aside."""
        if self.allowed or (self.needs_override and because.strip()):
            return self
        raise Refused(self)


class Refused(Exception):
    """An action did not happen; `verdict` says why. Its text carries codes only, never personal data."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(", ".join(r.code for r in verdict.refusals))
        self.verdict = verdict


YES = Verdict()


def refuse(code: str, *, overridable: bool = False, **facts: Any) -> Verdict:
    """Give a verdict of one refusing reason."""
    return Verdict((Reason(code, Severity.REFUSE, overridable, facts),))


def warn(code: str, **facts: Any) -> Verdict:
    """Give a verdict that allows with one warning."""
    return Verdict((Reason(code, Severity.WARN, False, facts),))


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Join verdicts: what one refuses, the whole refuses."""
    return Verdict(tuple(reason for verdict in verdicts for reason in verdict.reasons))
