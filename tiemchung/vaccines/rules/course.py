"""A person's course: what their doses add up to, whether it is complete, and what comes next."""

import datetime as dt
from collections.abc import Iterable, Sequence

from tiemchung.vaccines.rules.book import Book
from tiemchung.vaccines.rules.chain import best_chain
from tiemchung.vaccines.rules.due import next_dose
from tiemchung.vaccines.rules.files import the_book
from tiemchung.vaccines.rules.steps import Asker, State, Step, first_step, next_step
from tiemchung.vaccines.rules.values import (
    Birth,
    BirthSpan,
    Condition,
    Course,
    CourseDose,
    DoseRole,
    Flag,
    GivenDose,
)

# A dose with one of these is no injection of its own, so it gets no public number.
NOT_NUMBERED = frozenset({"SAME_DAY", "POSSIBLE_DUPLICATE", "BEFORE_BIRTH", "FUTURE_DATE", "NOT_VERIFIED"})


def course_of(
    doses: Iterable[GivenDose],
    *,
    birth_date: Birth,
    on: dt.date,
    conditions: frozenset[Condition] = frozenset(),
    book: Book | None = None,
    ahead: bool = True,
) -> Course:
    """Give what the doses add up to on the day `on`, whatever order they come in.

    The day of the dose orders them, never the moment of entry, and the rules of that day decide: a later
    change of rules leaves doses already given as they were. `conditions` only open next doses; roles never
    hang on them. Without `ahead` no next dose is looked for, which is half of the work.
    """
    asker = Asker(book or the_book(), birth_date, conditions)
    rows, state = weigh(asker, doses, on)
    return _summary(asker, rows, state, on, ahead)


def weigh(asker: Asker, doses: Iterable[GivenDose], on: dt.date) -> tuple[tuple[CourseDose, ...], State | None]:
    """Give every dose with its place, in the order of their days, and where the course stands after them."""
    ordered = sorted(doses, key=lambda d: (d.given_on, d.component or "", d.id))
    excluded = {place: flag for place, dose in enumerate(ordered) if (flag := _impossible(asker, dose, on))}
    eligible = [place for place in range(len(ordered)) if place not in excluded]
    chain = best_chain(asker, [ordered[place] for place in eligible])
    steps = {eligible[place]: step for place, step in chain.items()}
    state = steps[max(steps)].state if steps else None
    return _rows(asker, ordered, excluded, steps), state


def _impossible(asker: Asker, dose: GivenDose, on: dt.date) -> Flag | None:
    """Give why a dose cannot count at all, whoever accepted it."""
    if not dose.counted:
        return Flag("NOT_VERIFIED", blocks=True, overridable=False)
    if dose.product not in asker.book.products:
        return Flag("UNKNOWN_PRODUCT", {"product": dose.product}, blocks=True, overridable=False)
    born = asker.birth.first if isinstance(asker.birth, BirthSpan) else asker.birth
    if born is not None and dose.given_on < born:
        return Flag("BEFORE_BIRTH", {"given_on": dose.given_on}, blocks=True, overridable=False)
    if dose.given_on > on:
        return Flag("FUTURE_DATE", {"given_on": dose.given_on}, blocks=True, overridable=False)
    return None


def _rows(
    asker: Asker, ordered: Sequence[GivenDose], excluded: dict[int, Flag], steps: dict[int, Step]
) -> tuple[CourseDose, ...]:
    rows: list[CourseDose] = []
    state: State | None = None
    counted = [step.state.last for step in steps.values()]
    number = 0
    for place, dose in enumerate(ordered):
        step = steps.get(place)
        if step is not None:
            state, flags = step.state, step.flags
        elif place in excluded:
            flags = (excluded[place],)
        else:
            flags = _why_not(asker, dose, state, counted)
        numbered = step is not None or not NOT_NUMBERED & {flag.code for flag in flags}
        number += numbered
        role, index = (step.state.role, step.state.index) if step else (None, None)
        rows.append(CourseDose(dose, step is not None, role, index, number if numbered else None, flags))
    return tuple(rows)


def _why_not(asker: Asker, dose: GivenDose, state: State | None, counted: Sequence[GivenDose]) -> tuple[Flag, ...]:
    """Say why a possible dose does not count: a twin of another, against a rule, or outside the course."""
    for other in counted:
        apart = abs((dose.given_on - other.given_on).days)
        facts = {"other_on": other.given_on, "days": apart}
        if apart == 0:
            return (Flag("SAME_DAY", facts, blocks=True, overridable=False),)
        if apart < asker.book.duplicate_days and other.product == dose.product:
            return (Flag("POSSIBLE_DUPLICATE", facts, blocks=True),)
    step = next_step(asker, state, dose) if state else first_step(asker, dose)
    if any(flag.blocks for flag in step.flags):
        return step.flags
    return (
        *step.flags,
        Flag("NOT_IN_COURSE", {"product": asker.book.products[dose.product].label}, blocks=True),
    )


def _summary(
    asker: Asker, rows: tuple[CourseDose, ...], state: State | None, on: dt.date, ahead: bool
) -> Course:
    primary = [row for row in rows if row.role is DoseRole.PRIMARY]
    complete = state is not None and state.missing == 0
    if complete:
        reason = "PRIMARY_COMPLETE"
    elif state is not None:
        reason = "PRIMARY_INCOMPLETE"
    else:
        reason = "NONE_COUNTED" if rows else "NO_DOSES"
    return Course(
        doses=rows,
        complete=complete,
        completed_on=primary[-1].dose.given_on if complete else None,
        primary_needed=state.needed if state else None,
        still_needed=state.missing if state else None,
        reason=reason,
        next_due=next_dose(asker, state, on) if ahead else None,
    )
