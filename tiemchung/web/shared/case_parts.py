"""What a reporter reads of a report that several desks answer: which part is done, and who answers the rest."""

from tiemchung.cases.rules import OPEN, CaseState, Step, is_mixed, part_kind
from tiemchung.cases.values import Progress, StepView
from tiemchung.core.actor import Kind, Role
from tiemchung.web.shared.words import say

_END = {CaseState.UPDATED: Step.SETTLE, CaseState.REJECTED: Step.REFUSE}


def state_sentence(found: Progress) -> str:
    """Say where a report stands; at its end, where one part was settled and another refused, that it is both."""
    end = _END.get(found.state)
    if end is not None and is_mixed(found.parts, end):
        return say("report.part.mixed")
    return say(f"report.state.{found.state}")


def part_sentence(found: Progress, desk: str) -> str:
    """Say that a part is answered and that `desk` answers the rest; empty for a report that no one answered in part."""
    if found.state not in OPEN or not found.parts:
        return ""
    return say("report.part.open_fixed" if found.effects else "report.part.open", desk=desk)


def step_title(step: StepView, words: str) -> str:
    """Give the title of one step from these `words`, or of a part that was answered."""
    part = part_kind(step.step, step.code)
    return say(f"report.part.step.{part}") if part is not None else say(f"{words}.{step_word(step)}")


def step_word(step: StepView) -> str:
    """Give the word of a step; a report that its authority opens again itself was not asked to be by its reporter."""
    ours = step.by_kind == Kind.SYSTEM or (step.by_kind == Kind.STAFF and step.by_role != Role.HOTLINE_AGENT)
    return "REOPENED_HERE" if step.step == Step.REOPEN and ours else str(step.step)
