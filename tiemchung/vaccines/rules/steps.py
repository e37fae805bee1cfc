"""One step along a course: which role the next dose has, and what speaks against it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from tiemchung.core.verdict import Severity
from tiemchung.vaccines.rules.book import Book, IntervalRule, Product, ProgrammeRule, in_force
from tiemchung.vaccines.rules.calendar import Gap
from tiemchung.vaccines.rules.fitness import component_flags, fitness_flags, youngest
from tiemchung.vaccines.rules.values import Birth, Condition, DoseRole, Flag, GivenDose

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """Where a course stands after its last counted dose; equal states have equal futures."""

    primary: tuple[str, ...]
    needed: int
    last: GivenDose
    role: DoseRole
    index: int
    additional: bool = False
    boosters: int = 0

    @property
    def missing(self) -> int:
        """Give how many primary doses are still to come."""
        return self.needed - len(self.primary)


@dataclass(frozen=True, slots=True)
class Step:
    """A dose put behind a state: the state it would make, and its flags."""

    state: State
    flags: tuple[Flag, ...]

    @property
    def counts(self) -> bool:
        """Tell whether the dose counts here: nothing blocks it, or somebody set that aside with a reason."""
        return self.state.last.accepted or not any(flag.blocks for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose course it is, and by which book."""

    book: Book
    birth: Birth
    conditions: frozenset[Condition] = frozenset()


def first_step(asker: Asker, dose: GivenDose) -> Step:
    """Give the step that begins a course with this dose."""
    product = asker.book.products[dose.product]
    state = State((product.code,), product.primary_doses, dose, DoseRole.PRIMARY, 1)
    return Step(state, fitness_flags(product, dose, asker.birth) + component_flags(product, dose, 1))


def next_step(asker: Asker, state: State, dose: GivenDose) -> Step:
    """Give the step from `state` with this dose; the rules in force on the dose's day decide."""
    product = asker.book.products[dose.product]
    fitness = fitness_flags(product, dose, asker.birth)
    follow = _primary_step if state.missing else _later_step
    step = follow(asker, state, dose, product)
    return Step(step.state, step.flags + fitness) if fitness else step


def pair_rule(product: Product, last: str, age: int, on: dt.date) -> IntervalRule | None:
    """Give the rule for `product` as a primary dose after `last`, or None where the pair is not allowed."""
    rules = _pairs(product, last, on)
    fitting = [r for r in rules if r.ages.holds(age)] or (list(rules) if last == product.code else [])
    if not fitting or not all(r.allowed for r in fitting):
        return None
    return max(fitting, key=lambda rule: rule.valid_from)


@lru_cache(maxsize=16_384)
def _pairs(product: Product, last: str, on: dt.date) -> tuple[IntervalRule, ...]:
    """Give the rules of that day for `product` after `last`, whatever the age."""
    same = last == product.code
    after = "" if same else last
    return in_force([r for r in product.intervals if r.after == after], on, reach_back=same)


def gap_flags(
    book: Book, last_on: dt.date, on: dt.date, minimum: Gap, *, overridable: bool, label: str
) -> tuple[Flag, ...]:
    """Give TOO_SOON before the earliest day; it blocks unless the dose lies within the days of grace."""
    earliest = minimum.after(last_on)
    if on >= earliest:
        return ()
    grace = earliest - book.grace_days * ONE_DAY
    floor = min(max(grace, last_on + book.duplicate_days * ONE_DAY), earliest)
    facts = {
        "product": label,
        "last_on": last_on,
        "days_since": (on - last_on).days,
        "earliest_on": earliest,
        "days_left": (earliest - on).days,
    }
    return (Flag("TOO_SOON", facts, blocks=on < floor, overridable=overridable),)


def _primary_step(asker: Asker, state: State, dose: GivenDose, product: Product) -> Step:
    index, last = len(state.primary) + 1, state.last
    primary = (*state.primary, product.code)
    following = State(primary, state.needed, dose, DoseRole.PRIMARY, index)
    rule = pair_rule(product, last.product, youngest(asker.birth, dose.given_on), dose.given_on)
    if rule is None:
        facts = {"product": product.label, "last_product": asker.book.products[last.product].label}
        return Step(following, (Flag("MIX_NOT_ALLOWED", facts, blocks=True),))
    flags = component_flags(product, dose, index) if last.product == product.code else ()
    return Step(following, flags + _interval_flags(asker, rule, last, dose, product))


def _interval_flags(
    asker: Asker, rule: IntervalRule, last: GivenDose, dose: GivenDose, product: Product
) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    last_on, on = last.given_on, dose.given_on
    if rule.needs_consent:
        names = {"product": product.label, "last_product": asker.book.products[last.product].label}
        flags.append(Flag("MIX_NEEDS_CONSENT", names))
    flags += gap_flags(asker.book, last_on, on, rule.minimum, overridable=rule.overridable, label=product.label)
    recommended = rule.recommended.after(last_on)
    if on < recommended and rule.minimum.after(last_on) <= on:
        facts = {"recommended_on": recommended, "days_left": (recommended - on).days}
        flags.append(Flag("EARLIER_THAN_RECOMMENDED", facts, weight=rule.early))
    if rule.latest is not None and on > rule.latest.after(last_on):
        facts = {"latest_on": rule.latest.after(last_on)}
        flags.append(Flag("LATER_THAN_RECOMMENDED", facts, weight=Severity.NOTE))
    return tuple(flags)


def rule_fits_course(book: Book, rule: ProgrammeRule, state: State) -> bool:
    """Tell whether the rule speaks of a primary course such as this one."""
    return any(book.products[code].matches(rule.after) for code in state.primary)


def rule_allows(rule: ProgrammeRule, state: State, product: Product) -> bool:
    """Tell whether the rule lets this product follow."""
    given = {*state.primary, state.last.product}
    same = "SAME" in rule.using and product.code in given
    last = "LAST" in rule.using and product.code == state.last.product
    return same or last or product.matches(rule.using)


def rule_is_for(rule: ProgrammeRule, asker: Asker, on: dt.date) -> bool:
    """Tell whether the person's age and conditions open this rule to them on the day."""
    open_to_all = not rule.conditions or bool(rule.conditions & asker.conditions)
    return open_to_all and rule.ages.holds(youngest(asker.birth, on))


def window_open(rule: ProgrammeRule, state: State, on: dt.date) -> bool:
    """Tell whether the rule's window has not ended on the day."""
    return rule.until is None or on < rule.until.after(state.last.given_on)


def _later_step(asker: Asker, state: State, dose: GivenDose, product: Product) -> Step:
    book, on, index = asker.book, dose.given_on, state.boosters + 1
    boosters = [r for r in book.programme_for(DoseRole.BOOSTER, index, on) if rule_fits_course(book, r, state)]
    allowed = [r for r in boosters if rule_allows(r, state, product)]
    choices = _additional_rules(book, state, product, on) + allowed
    if not choices:
        return Step(_as_booster(state, dose), (_no_rule(book, boosters, product, state),))
    weighed = [(rule, _rule_flags(asker, rule, state, on, product)) for rule in choices]
    rule, flags = min(weighed, key=lambda pair: _preference(pair[0], pair[1], state))
    if rule.role is DoseRole.ADDITIONAL:
        flags = _explain_additional(asker, flags, allowed, state, on)
        following = State(state.primary, state.needed, dose, rule.role, 1, True, state.boosters)
        return Step(following, flags)
    return Step(_as_booster(state, dose), flags)


def _as_booster(state: State, dose: GivenDose) -> State:
    index = state.boosters + 1
    return State(state.primary, state.needed, dose, DoseRole.BOOSTER, index, state.additional, index)


def _additional_rules(book: Book, state: State, product: Product, on: dt.date) -> list[ProgrammeRule]:
    if state.additional or state.boosters:
        return []
    return [
        rule
        for rule in book.programme_for(DoseRole.ADDITIONAL, 1, on)
        if rule_fits_course(book, rule, state) and rule_allows(rule, state, product) and window_open(rule, state, on)
    ]


def _no_rule(book: Book, boosters: Iterable[ProgrammeRule], product: Product, state: State) -> Flag:
    usable = [p.label for p in book.products.values() if any(rule_allows(r, state, p) for r in boosters)]
    if not usable:
        return Flag("COMPLETE_ALREADY", {"doses": len(state.primary)}, blocks=True)
    facts = {"product": product.label, "products": ", ".join(sorted(usable))}
    return Flag("BOOSTER_PRODUCT_NOT_ALLOWED", facts, blocks=True)


def _rule_flags(asker: Asker, rule: ProgrammeRule, state: State, on: dt.date, product: Product) -> tuple[Flag, ...]:
    flags = gap_flags(
        asker.book,
        state.last.given_on,
        on,
        rule.minimum,
        overridable=rule.overridable,
        label=product.label,
    )
    if rule_is_for(rule, asker, on):
        return flags
    code = "COMPLETE_ALREADY" if rule.role is DoseRole.BOOSTER else "ADDITIONAL_ONLY_FOR_SOME"
    return (*flags, Flag(code, {"doses": len(state.primary)}))


def _preference(rule: ProgrammeRule, flags: tuple[Flag, ...], state: State) -> tuple[int, bool, dt.date]:
    """Order the rules that could explain a later dose, best first.

    The role must not hang on conditions, which are not known of doses long ago: an additional dose that is
    open to all comes first, then a booster in time, then an additional dose for some.
    """
    blocked = any(flag.blocks for flag in flags)
    additional = rule.role is DoseRole.ADDITIONAL
    rank = 3 + additional if blocked else (2 * bool(rule.conditions) if additional else 1)
    return rank, bool(flags), rule.minimum.after(state.last.given_on)


def _explain_additional(
    asker: Asker, flags: tuple[Flag, ...], boosters: list[ProgrammeRule], state: State, on: dt.date
) -> tuple[Flag, ...]:
    """Tell from which day a booster is possible where an additional dose is not for this person."""
    days = [r.minimum.after(state.last.given_on) for r in boosters if rule_is_for(r, asker, on)]
    told = Flag("COMPLETE_ALREADY", {"doses": len(state.primary)})
    if days:
        told = Flag("ADDITIONAL_ONLY_FOR_SOME", {"doses": len(state.primary), "booster_on": min(days)})
    return tuple(told if flag.code == "ADDITIONAL_ONLY_FOR_SOME" else flag for flag in flags)
