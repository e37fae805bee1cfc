"""Which doses somebody of the crowd had, and when: courses that the rules of the day allowed; pure."""

from dataclasses import dataclass
from random import Random

WEEKS = 5  # the campaign's last weeks, in which most of the latest doses fall

_PRODUCTS = {
    "ASTRAZENECA": 34,
    "PFIZER": 27,
    "VERO_CELL": 14,
    "MODERNA": 10,
    "ABDALA": 5,
    "SPUTNIK_V": 3,
    "JANSSEN": 3,
    "HAYAT_VAX": 2,
    "COVAXIN": 2,
}
# Least days between two primary doses of one product, and how many doses the course has.
_GAPS = {
    "ASTRAZENECA": (56, 2),
    "PFIZER": (28, 2),
    "VERO_CELL": (21, 2),
    "MODERNA": (28, 2),
    "ABDALA": (14, 3),
    "SPUTNIK_V": (21, 2),
    "JANSSEN": (0, 1),
    "HAYAT_VAX": (21, 2),
    "COVAXIN": (28, 2),
}
_BOOSTER_AFTER = 95  # days; three months at any time of the year


@dataclass(frozen=True, slots=True)
class Shot:
    """One dose: the product, how many days ago, and whether it is the first or second of its own product."""

    product: str
    ago: int
    dose: int = 1


def course_for(rng: Random, age: int) -> tuple[Shot, ...]:
    """Give somebody's doses, earliest first: none for the smallest, Pfizer for the young, all products for adults."""
    if age < 6 or rng.random() < 0.05:
        return ()
    latest = _latest_day(rng)
    if age < 20:
        # Nobody crosses an age limit of the rules between two doses, and nobody so young has a booster.
        first = latest + 28 + rng.randint(0, 14)
        shots = (Shot("PFIZER", first), Shot("PFIZER", latest, 2))
        return shots if rng.random() < 0.6 else (Shot("PFIZER", latest),)
    product = rng.choices(list(_PRODUCTS), weights=list(_PRODUCTS.values()))[0]
    gap, needed = _GAPS[product]
    given = rng.choices((1, needed, needed + 1), weights=(20, 52, 28))[0]
    return _backwards(rng, product, gap, needed, given, latest)


def _backwards(rng: Random, product: str, gap: int, needed: int, given: int, latest: int) -> tuple[Shot, ...]:
    shots: list[Shot] = []
    ago = latest
    for number in range(given, 0, -1):
        if number > needed:
            shots.append(Shot(rng.choice(("PFIZER", "MODERNA")), ago))
            ago += _BOOSTER_AFTER + rng.randint(0, 30)
            continue
        mixed = product == "ASTRAZENECA" and number == 2 and rng.random() < 0.15
        shots.append(Shot("PFIZER", ago) if mixed else Shot(product, ago, number))
        ago += gap + rng.randint(0, 10)
    return tuple(reversed(shots))


def _latest_day(rng: Random) -> int:
    """Give how many days ago the latest dose was: mostly in the last weeks, some months ago."""
    return rng.randint(1, WEEKS * 7) if rng.random() < 0.75 else rng.randint(WEEKS * 7, 150)
