"""The pure rules of a visit: its states, the screening before the injection, the watch after it."""

from tiemchung.visits.rules.forms import BadForm, Form, Item, Outcome, Thresholds, form_for, forms, read_form, the_form
from tiemchung.visits.rules.openness import OpenDays, may_work_at
from tiemchung.visits.rules.screening import Screening, Vitals, conclude, found_items, judge_screening, vitals_abnormal
from tiemchung.visits.rules.states import (
    CLOSED,
    OBSERVATION,
    OPEN,
    TRANSITIONS,
    Reaction,
    Step,
    VisitState,
    may_end_observation,
    may_step,
    minutes_left,
    state_after,
    step_of,
)

__all__ = [
    "CLOSED",
    "OBSERVATION",
    "OPEN",
    "TRANSITIONS",
    "BadForm",
    "Form",
    "Item",
    "OpenDays",
    "Outcome",
    "Reaction",
    "Screening",
    "Step",
    "Thresholds",
    "VisitState",
    "Vitals",
    "conclude",
    "form_for",
    "forms",
    "found_items",
    "judge_screening",
    "may_end_observation",
    "may_step",
    "may_work_at",
    "minutes_left",
    "read_form",
    "state_after",
    "step_of",
    "the_form",
    "vitals_abnormal",
]
