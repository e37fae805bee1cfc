"""A second, slow implementation of the course: every subset of the doses is tried against plain tables.

Written from the acts, not from the rule files: it shares no code and no data with `tiemchung.vaccines`.
It knows adults only, and doses that are all verified, of known products, after birth and not in the future.
"""

import datetime as dt
from itertools import combinations, pairwise

Dose = tuple[str, dt.date]

NEEDED = {
    "ASTRAZENECA": 2,
    "SPUTNIK_V": 2,
    "VERO_CELL": 2,
    "PFIZER": 2,
    "MODERNA": 2,
    "JANSSEN": 1,
    "HAYAT_VAX": 2,
    "ABDALA": 3,
    "COVAXIN": 2,
}
DAYS_BETWEEN = {
    "ASTRAZENECA": 28,
    "SPUTNIK_V": 21,
    "VERO_CELL": 21,
    "PFIZER": 21,
    "MODERNA": 28,
    "HAYAT_VAX": 21,
    "ABDALA": 14,
    "COVAXIN": 28,
}
MRNA = {"PFIZER", "MODERNA"}
VECTOR = {"ASTRAZENECA", "SPUTNIK_V", "JANSSEN"}
ADDITIONAL_FOR_ALL = {"VERO_CELL", "HAYAT_VAX", "SPUTNIK_V"}
DAY = dt.timedelta(days=1)
LETTER_6030, LETTER_7548, LETTER_7820 = dt.date(2021, 7, 27), dt.date(2021, 9, 8), dt.date(2021, 9, 20)
LETTER_10722, AZ_AFTER_MRNA = dt.date(2021, 12, 17), dt.date(2022, 3, 28)


def months_later(day: dt.date, months: int) -> dt.date:
    """Give the same day of a later month, or that month's last day."""
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while True:
        try:
            return day.replace(year=year, month=month)
        except ValueError:
            day = day.replace(day=day.day - 1)


def late_enough(earlier: dt.date, later: dt.date, due: dt.date) -> bool:
    """Tell whether the later dose counts: four days of grace, but never two doses within a fortnight."""
    return later >= due or (later >= due - 4 * DAY and (later - earlier).days >= 14)


def mix_days(earlier: str, later: str, on: dt.date) -> int | None:
    """Give the least days between two different primary products, or None where they may not be mixed."""
    if earlier == "ASTRAZENECA" and later == "PFIZER" and on >= LETTER_6030:
        return 28 if on >= LETTER_7820 else 56
    if earlier == "ASTRAZENECA" and later == "MODERNA" and on >= LETTER_7548:
        return 28 if on >= LETTER_7820 else 56
    if {earlier, later} == MRNA and on >= LETTER_7548:
        return 28
    return None


def primary_follows(earlier: Dose, later: Dose) -> bool:
    """Tell whether the later dose may be the primary dose after the earlier one."""
    same = earlier[0] == later[0]
    days = DAYS_BETWEEN[later[0]] if same else mix_days(earlier[0], later[0], later[1])
    return days is not None and late_enough(earlier[1], later[1], earlier[1] + days * DAY)


def is_additional(primary: list[str], last: Dose, dose: Dose) -> tuple[bool, bool]:
    """Tell whether the dose can be the additional one for everybody, and whether for some."""
    product, on = dose
    if product not in MRNA | set(primary) | {last[0]}:
        return False, False
    end = months_later(last[1], 6 if on < LETTER_10722 else 3)
    fits = late_enough(last[1], on, last[1] + 28 * DAY) and on < end
    return fits and on >= LETTER_10722 and bool(ADDITIONAL_FOR_ALL & set(primary)), fits


def is_booster(primary: list[str], last: Dose, dose: Dose, index: int) -> bool:
    """Tell whether the dose can be the booster with this number."""
    product, on = dose
    if index > 1:
        allowed = product in MRNA | {"ASTRAZENECA", last[0]}
        return allowed and late_enough(last[1], on, months_later(last[1], 4))
    if on < LETTER_10722:
        allowed, months = product in MRNA | set(primary) | {last[0]}, 6
    else:
        allowed = product in MRNA | set(primary) | {last[0]}
        allowed |= product == "ASTRAZENECA" and bool(VECTOR & set(primary))
        allowed |= product == "ASTRAZENECA" and bool(MRNA & set(primary)) and on >= AZ_AFTER_MRNA
        months = 3
    return allowed and late_enough(last[1], on, months_later(last[1], months))


def roles_of(chain: tuple[Dose, ...]) -> list[str] | None:
    """Give the roles of the doses in turn, or None where one of them may not follow."""
    needed = NEEDED[chain[0][0]]
    roles, primary, boosters = ["PRIMARY"], [chain[0][0]], 0
    for last, dose in pairwise(chain):
        if dose[1] <= last[1]:
            return None
        if len(primary) < needed:
            if not primary_follows(last, dose):
                return None
            primary.append(dose[0])
            roles.append("PRIMARY")
            continue
        for_all, for_some = (False, False)
        if "ADDITIONAL" not in roles and not boosters:
            for_all, for_some = is_additional(primary, last, dose)
        booster = is_booster(primary, last, dose, boosters + 1)
        if not (for_all or booster or for_some):
            return None
        additional = for_all or not booster
        roles.append("ADDITIONAL" if additional else "BOOSTER")
        boosters += not additional
    return roles


def course(doses: list[Dose]) -> tuple[bool, int, int | None, list[str]]:
    """Give (complete, counted, still needed, roles) of the best of all subsets of the doses."""
    ordered = sorted(doses, key=lambda dose: dose[1])
    best: tuple[int, int] | None = None
    roles: list[str] = []
    for size in range(1, len(ordered) + 1):
        for chain in combinations(ordered, size):
            found = roles_of(chain)
            if found is None:
                continue
            missing = NEEDED[chain[0][0]] - found.count("PRIMARY")
            if best is None or (missing, -size) < best:
                best, roles = (missing, -size), found
    if best is None:
        return False, 0, None, []
    return best[0] == 0, -best[1], best[0], roles
