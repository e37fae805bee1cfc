"""Whether a product fits a person on a day: approval, age and component, whatever else was given."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from tiemchung.vaccines.rules.book import ADULT, AgeBand, Product, in_force
from tiemchung.vaccines.rules.calendar import ages_on, birthday, span_of
from tiemchung.vaccines.rules.values import Birth, DoseRole, Flag, GivenDose


def youngest(birth: Birth, on: dt.date) -> int:
    """Give the youngest age the person can have, an adult's where nothing is known."""
    ages = ages_on(birth, on)
    return ADULT if ages is None else ages[0]


@lru_cache(maxsize=16_384)
def _bands(product: Product, on: dt.date) -> tuple[AgeBand, ...]:
    return tuple(rule.ages for rule in in_force(product.ages, on, reach_back=True))


def _fits(product: Product, on: dt.date, age: int) -> bool:
    for band in _bands(product, on):  # noqa: SIM110 - asked twice for every dose there is; a generator costs as much again
        if band.holds(age):
            return True
    return False


def fits_age(product: Product, birth: Birth, on: dt.date) -> bool:
    """Tell whether the product may be given at the person's youngest possible age on the day."""
    return _fits(product, on, youngest(birth, on))


def _age_flags(product: Product, birth: Birth, on: dt.date) -> Iterable[Flag]:
    ages, span = ages_on(birth, on), span_of(birth)
    if ages is None or span is None:
        yield Flag("BIRTH_DATE_UNKNOWN", {"product": product.label})
        return
    bands = _bands(product, on)
    fits = [_fits(product, on, age) for age in ages]
    lowest = min(band.from_years for band in bands)
    facts = {"product": product.label, "age": ages[0], "min_years": lowest}
    if ages[1] < lowest:
        fitting = [day for day in (birthday(span.last, band.from_years) for band in bands) if day > on]
        yield Flag("AGE_TOO_YOUNG", facts | {"from_on": min(fitting)}, overridable=False)
    elif not any(fits) and ages[0] >= lowest:
        yield Flag("AGE_TOO_OLD", facts)
    else:
        yield Flag("AGE_UNSURE", facts)


def fitness_flags(product: Product, dose: GivenDose, birth: Birth) -> tuple[Flag, ...]:
    """Give what speaks against the product for this person on the dose's day; nothing here blocks."""
    on, flags = dose.given_on, list[Flag]()
    ages = ages_on(birth, on)
    if ages is None or not _fits(product, on, ages[0]) or (ages[1] != ages[0] and not _fits(product, on, ages[1])):
        flags += _age_flags(product, birth, on)
    if on < product.approved_on:
        flags.append(Flag("BEFORE_APPROVAL", {"product": product.label, "approved_on": product.approved_on}))
    return tuple(flags)


def component_flags(product: Product, dose: GivenDose, index: int) -> tuple[Flag, ...]:
    """Give WRONG_COMPONENT when the stated component is not that of primary dose `index` (from 1)."""
    if dose.component is None or not product.components:
        return ()
    wanted = product.components[min(index, len(product.components)) - 1]
    if dose.component == wanted:
        return ()
    facts = {"product": product.label, "component": dose.component, "wanted": wanted}
    return (Flag("WRONG_COMPONENT", facts, blocks=True),)


def volume_of(product: Product, role: DoseRole, birth: Birth, on: dt.date) -> Decimal | None:
    """Give the amount of one dose in millilitres, None where the product has none for that age."""
    age = youngest(birth, on)
    for rule in in_force(product.ages, on, reach_back=True):
        if rule.ages.holds(age):
            booster = product.booster_ml if role is DoseRole.BOOSTER else None
            return rule.volume_ml if booster is None else min(rule.volume_ml, booster)
    return None
