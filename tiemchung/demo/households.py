"""Households of one to six people who share surnames, addresses and phones; pure and the same at every asking."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from tiemchung.demo import names, numbers

SEED = "tiêm chủng"
_SIZES = {1: 12, 2: 20, 3: 24, 4: 26, 5: 12, 6: 6}
_STREETS = (
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Nguyễn Trãi",
    "Hai Bà Trưng",
    "Lý Thường Kiệt",
    "Phan Chu Trinh",
    "Ngô Quyền",
    "Quang Trung",
)
_JOBS = ("công nhân", "giáo viên", "buôn bán", "nông dân", "lái xe", "nội trợ", "nhân viên văn phòng", "thợ may")
_PHONES_A_HOUSEHOLD = 3


@dataclass(frozen=True, slots=True)
class Kin:
    """One member of a household as it goes on record; `guardian` is the place in the household of who answers."""

    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    nationality: str
    numbers: tuple[tuple[str, str], ...]
    phones: tuple[tuple[str, str], ...]
    address: str
    occupation: str = ""
    guardian: int | None = None
    guardian_relation: str = ""


@dataclass(frozen=True, slots=True)
class _Seat:
    """A place in a household before it has a name: age in days, sex, and whether it is a child of the head's."""

    days: int
    sex: str
    child: bool = False


def rng_of(*words: object) -> Random:
    """Give a source of chance that is the same for the same words, on every machine."""
    return Random(":".join(map(str, (SEED, *words))))  # noqa: S311 - synthetic people need no secret


def household(number: int, *, today: dt.date, region: str, province: str) -> tuple[Kin, ...]:
    """Give the household of this number; `province` is the three digits before its personal numbers.

    Households below 30,000 have phones of their own; personal numbers are unique up to 1,500 households and then
    as good as unique, as they are in life.
    """
    rng = rng_of("household", number)
    if rng.random() < 0.01:
        return (_foreigner(rng, number, today),)
    seats, family = _seats(rng), names.surname(rng, region)
    middle = {sex: names.middle_name(rng, sex, 2015) for sex in ("MALE", "FEMALE")}
    address = f"{rng.randint(1, 399)} {rng.choice(_STREETS)}"
    made: list[Kin] = []
    for position, seat in enumerate(seats):
        born = today - dt.timedelta(days=seat.days)
        shared = middle[seat.sex] if seat.child and rng.random() < 0.6 else ""
        own = family if seat.child or position == 0 else names.surname(rng, region)
        full = names.full_name(rng, own, seat.sex, born.year, shared)
        made.append(_kin(rng, number, position, full, born, seat, province, address, seats[0].sex, today))
    return tuple(made)


def _seats(rng: Random) -> list[_Seat]:
    size = rng.choices(list(_SIZES), weights=list(_SIZES.values()))[0]
    head = rng.randint(24, 74)
    seats = [_Seat(_days(rng, head), rng.choice(("MALE", "FEMALE")))]
    if size > 1 and rng.random() < 0.8:
        other = "FEMALE" if seats[0].sex == "MALE" else "MALE"
        seats.append(_Seat(_days(rng, max(21, head + rng.randint(-6, 4))), other))
    elders, ages = 0, [a for a in range(1, 32) if 22 <= head - a <= 44]
    while len(seats) < size:
        if elders < 2 and (not ages or rng.random() < 0.12):
            seats.append(_Seat(_days(rng, min(97, head + rng.randint(21, 30))), rng.choice(("MALE", "FEMALE"))))
            elders += 1
            continue
        if not ages:
            break
        age = rng.choice(ages)
        ages = [a for a in ages if abs(a - age) > 1]
        seats += _children(rng, age, size - len(seats))
    return seats


def _children(rng: Random, age: int, room: int) -> list[_Seat]:
    """Give a child, or twins: one birth of fifty."""
    days, count = _days(rng, age), 2 if rng.random() < 0.02 else 1
    return [_Seat(days, rng.choice(("MALE", "FEMALE")), child=True) for _ in range(min(count, room))]


def _days(rng: Random, age: int) -> int:
    return age * 365 + age // 4 + rng.randint(1, 364)


def _kin(
    rng: Random,
    number: int,
    position: int,
    full_name: str,
    born: dt.date,
    seat: _Seat,
    province: str,
    address: str,
    head_sex: str,
    today: dt.date,
) -> Kin:
    precision = "DAY"
    if born.year < 1960 and rng.random() < 0.15:
        # Papers of the old often say 1 January; of some only the year is known.
        born, precision = dt.date(born.year, 1, 1), rng.choice(("DAY", "YEAR"))
    age = (today - born).days // 365
    minor = age < 16 and position > 0
    return Kin(
        full_name=full_name,
        birth_date=born,
        birth_precision=precision,
        sex=seat.sex,
        nationality="VN",
        numbers=_numbers(rng, number, position, age, province, seat.sex, born),
        phones=_phones(rng, number, position, age),
        address=address,
        occupation=rng.choice(_JOBS) if 18 <= age < 62 else "",
        guardian=0 if minor else None,
        guardian_relation=("FATHER" if head_sex == "MALE" else "MOTHER") if minor else "",
    )


def _numbers(
    rng: Random, number: int, position: int, age: int, province: str, sex: str, born: dt.date
) -> tuple[tuple[str, str], ...]:
    nth = number * 6 + position
    personal = ("CCCD", numbers.cccd(numbers.crowd_end(nth), province=province, sex=sex, born=born))
    old = ("CMND9", numbers.cmnd(numbers.FOR_THE_CAST + nth % (numbers.CMND_ENDS - numbers.FOR_THE_CAST)))
    chance = rng.random()
    if age < 14:
        return (personal,) if chance < 0.5 else ()
    if chance < 0.05:
        return ()
    if age > 30 and chance < 0.3:
        return (old,) if chance < 0.12 else (personal, old)
    return (personal,)


def _phones(rng: Random, number: int, position: int, age: int) -> tuple[tuple[str, str], ...]:
    first = numbers.FOR_THE_CAST + number * _PHONES_A_HOUSEHOLD
    if position == 0:
        return ((numbers.phone(first), "OWN"),)
    if age < 16:
        return ((numbers.phone(first), "GUARDIAN"),)
    chance = rng.random()
    if chance < 0.04:
        return ()
    if position < _PHONES_A_HOUSEHOLD and chance < 0.55:
        return ((numbers.phone(first + position), "OWN"),)
    return ((numbers.phone(first), "FAMILY"),)


def _foreigner(rng: Random, number: int, today: dt.date) -> Kin:
    full_name, country = names.foreign_name(rng)
    own = numbers.FOR_THE_CAST + number
    return Kin(
        full_name=full_name,
        birth_date=today - dt.timedelta(days=_days(rng, rng.randint(24, 60))),
        birth_precision="DAY",
        sex="UNKNOWN",
        nationality=country,
        numbers=(("PASSPORT", numbers.passport(own)),),
        phones=((numbers.phone(numbers.FOR_THE_CAST + number * _PHONES_A_HOUSEHOLD), "OWN"),),
        address=f"{rng.randint(1, 99)} {rng.choice(_STREETS)}",
    )
