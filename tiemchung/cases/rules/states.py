"""What may happen to a report of wrong data, and what it then is (`domain/vietnam.md` 6.6, feedback)."""

from enum import StrEnum

from tiemchung.core.verdict import YES, Verdict, refuse


class CaseState(StrEnum):
    """Where a case stands."""

    DRAFT = "DRAFT"
    CODE_PENDING = "CODE_PENDING"
    ROUTED = "ROUTED"
    IN_REVIEW = "IN_REVIEW"
    NEED_MORE_INFO = "NEED_MORE_INFO"
    JOINED = "JOINED"
    UPDATED = "UPDATED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Step(StrEnum):
    """What was done; one immutable row a step, with its author."""

    BEGIN = "BEGIN"
    SEND = "SEND"
    CONFIRM = "CONFIRM"
    RECEIVE = "RECEIVE"
    JOIN = "JOIN"
    CLAIM = "CLAIM"
    RELEASE = "RELEASE"
    PASS_ON = "PASS_ON"  # noqa: S105 - a step
    ASK_BACK = "ASK_BACK"
    ANSWER = "ANSWER"
    SETTLE = "SETTLE"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    REOPEN = "REOPEN"
    WARN = "WARN"
    ESCALATE = "ESCALATE"
    LATE = "LATE"  # where no desk is above to be told


_S, _T = CaseState, Step
# (state before, step) -> state after; whatever is missing here cannot happen. The clock of 48 hours starts with
# CONFIRM (RECEIVE where the citizen is proven otherwise: in the apps, by phone) and never stops: a question to the
# citizen is answered inside it. A claim that lapsed is claimed again from IN_REVIEW. JOINED is a repeat that follows
# its lead case to the same end.
TRANSITIONS: dict[tuple[CaseState | None, Step], CaseState] = {
    (None, _T.BEGIN): _S.DRAFT,
    (_S.DRAFT, _T.SEND): _S.CODE_PENDING,
    (_S.CODE_PENDING, _T.SEND): _S.CODE_PENDING,
    (_S.CODE_PENDING, _T.CONFIRM): _S.ROUTED,
    (_S.CODE_PENDING, _T.JOIN): _S.JOINED,
    (None, _T.RECEIVE): _S.ROUTED,
    (None, _T.JOIN): _S.JOINED,
    (_S.JOINED, _T.RECEIVE): _S.ROUTED,
    (_S.ROUTED, _T.CLAIM): _S.IN_REVIEW,
    (_S.NEED_MORE_INFO, _T.CLAIM): _S.IN_REVIEW,
    (_S.IN_REVIEW, _T.CLAIM): _S.IN_REVIEW,
    (_S.IN_REVIEW, _T.RELEASE): _S.ROUTED,
    (_S.ROUTED, _T.PASS_ON): _S.ROUTED,
    (_S.IN_REVIEW, _T.PASS_ON): _S.ROUTED,
    (_S.NEED_MORE_INFO, _T.PASS_ON): _S.ROUTED,
    (_S.IN_REVIEW, _T.ASK_BACK): _S.NEED_MORE_INFO,
    (_S.NEED_MORE_INFO, _T.ANSWER): _S.ROUTED,
    (_S.ROUTED, _T.ANSWER): _S.ROUTED,
    (_S.IN_REVIEW, _T.ANSWER): _S.IN_REVIEW,
    (_S.JOINED, _T.ANSWER): _S.JOINED,
    (_S.IN_REVIEW, _T.SETTLE): _S.UPDATED,
    (_S.IN_REVIEW, _T.REFUSE): _S.REJECTED,
    (_S.JOINED, _T.SETTLE): _S.UPDATED,
    (_S.JOINED, _T.REFUSE): _S.REJECTED,
    (_S.ROUTED, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.IN_REVIEW, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.NEED_MORE_INFO, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.JOINED, _T.WITHDRAW): _S.WITHDRAWN,
    (_S.UPDATED, _T.REOPEN): _S.ROUTED,
    (_S.REJECTED, _T.REOPEN): _S.ROUTED,
    (_S.UPDATED, _T.JOIN): _S.JOINED,  # a repeat, when what answered it and its lead was taken back
}
OPEN = frozenset({_S.ROUTED, _S.IN_REVIEW, _S.NEED_MORE_INFO})
OVER = frozenset({_S.UPDATED, _S.REJECTED, _S.WITHDRAWN})


def state_after(before: CaseState | None, step: Step) -> CaseState | None:
    """Give the state after a step, or None where the table has no such step."""
    if step in {Step.WARN, Step.ESCALATE, Step.LATE}:
        return before if before in OPEN else None
    return TRANSITIONS.get((before, step))


def may_step(before: CaseState | None, step: Step) -> Verdict:
    """Say whether the step may come next; a settled case is never settled twice."""
    if state_after(before, step) is not None:
        return YES
    return refuse("CASE_OVER") if before in OVER else refuse("CASE_STEP_NOT_POSSIBLE", step=str(step))
