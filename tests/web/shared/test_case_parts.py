"""A step of a report is told as what happened: who asked for another look is named only where somebody asked."""

from uuid import UUID

import pytest

from tests.builders import NOW
from tiemchung.cases.rules import CaseState, Step
from tiemchung.cases.values import StepView
from tiemchung.core.actor import Kind, Role
from tiemchung.web.shared.case_parts import step_title


def a_step(step: Step, kind: Kind, role: Role | str = "") -> StepView:
    """Give a step by somebody of this kind and role."""
    return StepView(3, step, NOW, CaseState.ROUTED, kind, "", str(role), UUID(int=1), "FACILITY", "", "", "")


@pytest.mark.parametrize(
    ("kind", "role", "ours"),
    [
        (Kind.SYSTEM, "", True),
        (Kind.STAFF, Role.DATA_CORRECTOR, True),
        (Kind.STAFF, Role.HOTLINE_AGENT, False),  # who asks by phone asks all the same
        (Kind.CITIZEN, "", False),
        (Kind.PUBLIC, "", False),
    ],
)
def test_only_a_reporter_is_said_to_ask_for_another_look(kind: Kind, role: Role | str, ours: bool) -> None:
    titles = {words: step_title(a_step(Step.REOPEN, kind, role), words) for words in ("case.step", "report.step")}
    assert titles == (
        dict.fromkeys(titles, "Mở lại để xem xét")
        if ours
        else {"case.step": "Người dân đề nghị xem lại", "report.step": "Bạn đề nghị xem lại"}
    )


def test_every_other_step_has_one_title_whoever_took_it() -> None:
    titles = {step_title(a_step(Step.JOIN, kind), "case.step") for kind in Kind}
    assert titles == {"Gộp với phản ánh trước của cùng người"}
