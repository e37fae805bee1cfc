"""The next dose: from which day, best when, and with which products, by the rules in force today."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from tiemchung.vaccines.rules.book import Product, ProgrammeRule
from tiemchung.vaccines.rules.calendar import birthday, span_of
from tiemchung.vaccines.rules.fitness import fits_age, youngest
from tiemchung.vaccines.rules.steps import (
    ONE_DAY,
    Asker,
    State,
    pair_rule,
    rule_allows,
    rule_fits_course,
    rule_is_for,
    window_open,
)
from tiemchung.vaccines.rules.values import DoseRole, NextDue


@dataclass(frozen=True, slots=True)
class _Option:
    """One product that may come next, with its days."""

    product: str
    earliest_on: dt.date
    recommended_on: dt.date
    latest_on: dt.date | None


def next_dose(asker: Asker, state: State | None, on: dt.date) -> NextDue | None:
    """Give the next dose by today's rules, or None when none is foreseen for this person."""
    if state is None:
        return _first_dose(asker, on)
    if state.missing:
        options = list(_primary_options(asker, state, on))
        return _due(DoseRole.PRIMARY, len(state.primary) + 1, options, state.last.product)
    if not state.additional and not state.boosters:
        additional = list(_later_options(asker, state, DoseRole.ADDITIONAL, 1, on))
        if additional:
            return _due(DoseRole.ADDITIONAL, 1, additional, state.last.product)
    index = state.boosters + 1
    options = list(_later_options(asker, state, DoseRole.BOOSTER, index, on))
    return _due(DoseRole.BOOSTER, index, options, state.last.product)


def _due(role: DoseRole, index: int, options: list[_Option], last: str) -> NextDue | None:
    """Join the options; the same product's days stand in front where it may be used."""
    if not options:
        return None
    earliest: dict[str, _Option] = {}
    for option in sorted(options, key=lambda o: (o.product != last, o.earliest_on, o.product)):
        earliest.setdefault(option.product, option)
    head = next(iter(earliest.values()))
    if role is not DoseRole.PRIMARY:
        head = min(earliest.values(), key=lambda o: o.earliest_on)
    return NextDue(role, index, head.earliest_on, head.recommended_on, head.latest_on, tuple(earliest))


def _first_dose(asker: Asker, on: dt.date) -> NextDue | None:
    fitting = [p for p in asker.book.products.values() if fits_age(p, asker.birth, on)]
    day = on
    span = span_of(asker.birth)
    if not fitting and span is not None:
        days = [
            (birthday(span.last, rule.ages.from_years), product)
            for product in asker.book.products.values()
            for rule in product.ages
            if rule.valid_to is None
        ]
        coming = [pair for pair in days if pair[0] > on]
        if not coming:
            return None
        day = min(pair[0] for pair in coming)
        fitting = [product for date, product in coming if date == day]
    codes = tuple(sorted({product.code for product in fitting}))
    return NextDue(DoseRole.PRIMARY, 1, day, day, None, codes) if codes else None


def _primary_options(asker: Asker, state: State, on: dt.date) -> Iterator[_Option]:
    last_on, age = state.last.given_on, youngest(asker.birth, on)
    for product in asker.book.products.values():
        rule = pair_rule(product, state.last.product, age, on)
        if rule is None:
            continue
        earliest = rule.minimum.after(last_on)
        if not _fits(product, asker, max(on, earliest)):
            continue
        latest = rule.latest.after(last_on) if rule.latest else None
        yield _Option(product.code, earliest, rule.recommended.after(last_on), latest)


def _later_options(asker: Asker, state: State, role: DoseRole, index: int, on: dt.date) -> Iterator[_Option]:
    last_on = state.last.given_on
    for rule in asker.book.programme_for(role, index, on):
        earliest = rule.minimum.after(last_on)
        if not _opens(asker, rule, state, max(on, earliest)):
            continue
        latest = rule.until.after(last_on) - ONE_DAY if rule.until else None
        for product in asker.book.products.values():
            if rule_allows(rule, state, product) and _fits(product, asker, max(on, earliest)):
                yield _Option(product.code, earliest, earliest, latest)


def _opens(asker: Asker, rule: ProgrammeRule, state: State, on: dt.date) -> bool:
    fits = rule_fits_course(asker.book, rule, state)
    return fits and window_open(rule, state, on) and rule_is_for(rule, asker, on)


def _fits(product: Product, asker: Asker, on: dt.date) -> bool:
    return product.approved_on <= on and fits_age(product, asker.birth, on)
