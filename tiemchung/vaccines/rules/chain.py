"""Finds the doses that count: the sequence of a person's doses that leaves least missing.

History is fact and often odd: a dose too soon, a mix never allowed, one dose typed twice. The course is the
best sequence of doses in which each follows its predecessor by the rules of its day. Because it is the best
one, a dose that is added can never take away what the others gave.
"""

from collections.abc import Sequence

from tiemchung.vaccines.rules.steps import Asker, State, Step, first_step, next_step
from tiemchung.vaccines.rules.values import GivenDose

# A real person has at most seven doses on the paper slip (3 + 1 + 3). More than this many is two or more
# people's data in one; what lies behind is shown and not weighed, so that one bad profile cannot hold a
# worker.
MAX_WEIGHED = 40

Chain = tuple[int, ...]


class _Stepper:
    """Puts a dose behind a state once: what the straight way asked, the search and the walk back ask again."""

    def __init__(self, asker: Asker, doses: Sequence[GivenDose]) -> None:
        self.asker, self.doses = asker, doses
        self.known: dict[tuple[State | None, int], Step] = {}

    def step(self, state: State | None, place: int) -> Step:
        """Give the step from `state`, or that which begins a course, with the dose at this place."""
        made = self.known.get((state, place))
        if made is None:
            made = self.known[state, place] = self.fresh(state, place)
        return made

    def fresh(self, state: State | None, place: int) -> Step:
        """Give a step that nobody asked for before."""
        dose = self.doses[place]
        return next_step(self.asker, state, dose) if state else first_step(self.asker, dose)


def _greedy(stepper: _Stepper) -> list[Step] | None:
    """Give the steps when every dose counts in turn and the course gets complete; nothing beats that."""
    steps: list[Step] = []
    state: State | None = None
    for place, dose in enumerate(stepper.doses):
        if state and dose.given_on <= state.last.given_on:
            break
        step = stepper.fresh(state, place)
        steps.append(step)
        if not step.counts:
            break
        state = step.state
    else:
        if state and not state.missing:
            return steps
    # Kept for the search alone: nearly everybody's way is straight, and looking a state up costs as much as a step.
    for place, step in enumerate(steps):
        stepper.known[steps[place - 1].state if place else None, place] = step
    return None


def best_chain(asker: Asker, doses: Sequence[GivenDose]) -> dict[int, Step]:
    """Give the counted doses by their place in `doses`, which are in order of their days.

    Best is: fewest primary doses missing, then most doses counted, then the earliest doses.
    """
    stepper = _Stepper(asker, doses)
    straight = _greedy(stepper)
    if straight is not None:
        return dict(enumerate(straight))
    reached: dict[State, Chain] = {}
    for place, dose in enumerate(doses[:MAX_WEIGHED]):
        fresh: dict[State, Chain] = {}
        begun = stepper.step(None, place)
        if begun.counts:
            fresh[begun.state] = (place,)
        for state, chain in reached.items():
            step = stepper.step(state, place) if dose.given_on > state.last.given_on else None
            if step is not None and step.counts:
                _keep(fresh, step.state, (*chain, place))
        reached.update(fresh)
    if not reached:
        return {}
    chain = min(reached.items(), key=lambda item: (item[0].missing, -len(item[1]), item[1]))[1]
    return _walk(stepper, chain)


def _keep(states: dict[State, Chain], state: State, chain: Chain) -> None:
    if state not in states or chain < states[state]:
        states[state] = chain


def _walk(stepper: _Stepper, chain: Chain) -> dict[int, Step]:
    steps: dict[int, Step] = {}
    state: State | None = None
    for place in chain:
        step = stepper.step(state, place)
        steps[place], state = step, step.state
    return steps
