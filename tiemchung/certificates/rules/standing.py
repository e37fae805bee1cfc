"""Where a passport stands after what follows from its doses, its identity and its certificate. Pure."""

from dataclasses import dataclass

from tiemchung.certificates.rules.states import PASSPORT_TRANSITIONS, PassportState, PassportStep


@dataclass(frozen=True, slots=True)
class Live:
    """A passport's certificate that is in force.

    `latest` says that it states what a new one would state, `ending` that its last 28 days have come.
    """

    latest: bool
    ending: bool


def standing(before: PassportState | None, *, lacking: bool, unsigned: bool, live: Live | None) -> PassportState:
    """Give the state that follows, reached by the steps of the table alone.

    What an officer took away stays REVOKED, whatever else is in the way or goes: no step from here leads out of it.
    """
    if lacking:
        return _after(before, PassportStep.LACK)
    if unsigned:
        return _after(before, PassportStep.REVIEW)
    if live is not None and live.latest and before in (PassportState.ISSUED, PassportState.EXPIRING):
        return before
    signed = _after(before, PassportStep.SIGN_DOSES)
    if live is None or not live.latest:
        return signed
    issued = _after(signed, PassportStep.ISSUE)
    return _after(issued, PassportStep.NEAR_END) if live.ending else issued


def _after(before: PassportState | None, step: PassportStep) -> PassportState:
    after = PASSPORT_TRANSITIONS.get((before, step), before)
    assert after is not None  # every first step stands in the table
    return after
