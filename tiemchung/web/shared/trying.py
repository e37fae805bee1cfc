"""Deeds that are tried before they are done, so that a check page says what the deed itself will say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tiemchung.core.verdict import YES, Reason, Refused, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Tried:
    """What an action would answer: its value when it would happen, and every reason for and against."""

    answer: Any
    verdict: Verdict

    @property
    def possible(self) -> bool:
        """Tell whether it would happen."""
        return self.answer is not None


def rehearse(act: Callable[[], Any]) -> Tried:
    """Run an action and take it back; the answer must not be None when it would happen."""
    with transaction.atomic():
        try:
            answer = act()
        except Refused as refused:
            return Tried(None, refused.verdict)
        finally:
            transaction.set_rollback(True)
    return Tried(answer, getattr(answer, "verdict", None) or _warned(answer))


def _warned(answer: Any) -> Verdict:
    reasons = getattr(answer, "warnings", ())
    return Verdict(tuple(r for r in reasons if isinstance(r, Reason))) if reasons else YES


def attempt(act: Callable[[], Any]) -> Tried:
    """Run an action for good, and give its refusal instead of raising it."""
    try:
        answer = act()
    except Refused as refused:
        return Tried(None, refused.verdict)
    return Tried(True if answer is None else answer, YES)


def told_as_warnings(verdict: Verdict) -> Verdict:
    """Give the reasons that a stated reason sets aside as warnings: on the check page they refuse no more."""
    return Verdict(tuple(Reason(r.code, Severity.WARN, False, r.facts) for r in verdict.reasons))
