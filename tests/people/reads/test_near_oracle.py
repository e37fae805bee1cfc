"""What the keys bring is what comparing everybody brings, over small crowds full of planted errors."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest

from tests.oracles.near_people import Somebody, born_on, full, nearest
from tiemchung.people.actions import add_identifier, retire_identifier
from tiemchung.people.reads import NearClaim, near_profiles

from ..conftest import AT, BA_DINH, BEN_NGHE, CORRECTOR, Register

pytestmark = pytest.mark.django_db
AREAS = {"here": BEN_NGHE, "there": BA_DINH}
FAMILY, MIDDLE = ["Nguyễn", "Trần"], ["Văn", "Thị", "Thị Minh", "Minh", "", "Đức"]
GIVEN = ["An", "Ân", "Hảo", "Hão", "Hao", "Hùng", "Hưng", "Hung", "Đào"]


def _somebody(dice: random.Random, number: int) -> Somebody:
    name = " ".join(f"{dice.choice(FAMILY)} {dice.choice(MIDDLE)} {dice.choice(GIVEN)}".split())
    day = dt.date(1985, 1, 1) + dt.timedelta(days=dice.choice((0, 3, 31, 62, 93, 124, 365, 400, 4018)))
    born = f"{day:%d%m%Y}"
    born = dice.choice([born] * 6 + ["00" + born[2:], "0000" + born[4:]])
    sex = dice.choice(["MALE", "FEMALE"])
    numbers = ()
    if dice.random() < 0.8:
        numbers = (f"079{'01'[sex == 'FEMALE']}{born[6:]}{number * 7 % 40:06}",)
    if dice.random() < 0.4:
        numbers = (*numbers, f"9900000{number * 3 % 20:02}")
    retired = frozenset(n for n in numbers if dice.random() < 0.15)
    phone = dice.choice(["", "+84900000001", "+84900000002", "+84900000003"])
    return Somebody(name, born, sex, dice.choice(list(AREAS)), phone, numbers, retired)


def _slip(dice: random.Random, person: Somebody) -> Somebody:
    """Give somebody as a hurried clerk would write them."""
    facts: dict[str, Any] = {name: getattr(person, name) for name in ("name", "born", "sex", "area", "phone")}
    words = person.name.split()
    slip = dice.randrange(8)
    if slip == 0:
        facts["name"] = dice.choice([person.name.lower(), " ".join((words[0], words[-1])), f"{words[0]} Hao"])
    elif slip == 1 and full(person.born):
        facts["born"] = person.born[2:4] + person.born[:2] + person.born[4:] if person.born[:2] < "13" else person.born
    elif slip == 2:
        facts["born"] = dice.choice(["0101", "0000"]) + person.born[4:]
    elif slip == 3 and full(person.born):
        facts["born"] = person.born[:7] + str((int(person.born[7]) + 1) % 10)
    elif slip == 4:
        facts["sex"] = "MALE" if person.sex == "FEMALE" else "FEMALE"
    numbers = tuple(_wrong(dice, n) if dice.random() < 0.3 else n for n in person.numbers)
    return Somebody(**facts, numbers=numbers if dice.random() < 0.7 else ())


def _wrong(dice: random.Random, number: str) -> str:
    place = dice.randrange(len(number) - 4, len(number) - 1)
    if dice.random() < 0.5:
        return f"{number[:place]}{number[place + 1]}{number[place]}{number[place + 2 :]}"
    return f"{number[:place]}{dice.randrange(10)}{number[place + 1 :]}"


def _put(register: Register, person: Somebody) -> UUID:
    date, precision = born_on(person.born)
    profile_id = register(
        person.name, birth_date=date, birth_precision=precision, sex=person.sex, area_id=AREAS[person.area],
        phones=[(person.phone, "FAMILY")] if person.phone else [],
    ).profile_id  # fmt: skip
    for number in person.numbers:
        system = "CCCD" if len(number) == 12 else "CMND9"
        made = add_identifier(by=CORRECTOR, at=AT, profile_id=profile_id, system=system, value=number)
        if number in person.retired:
            retire_identifier(
                by=CORRECTOR, at=AT, profile_id=profile_id, identifier_id=made.identifier_id, because="renewed"
            )
    return profile_id


def _claim(person: Somebody) -> NearClaim:
    date, precision = born_on(person.born)
    numbers = tuple(("CCCD" if len(n) == 12 else "CMND9", n) for n in person.numbers)
    return NearClaim(person.name, date, precision, person.sex, numbers, person.phone, AREAS[person.area])


@pytest.mark.parametrize("seed", range(4))
def test_the_keys_find_whom_comparing_everybody_finds_for_the_same_reasons(
    register: Register, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("tiemchung.people.reads.near.scope_of", frozenset)  # the areas of these tests are no real ones
    dice = random.Random(seed)
    people = [_somebody(dice, number) for number in range(36)]
    ids = {str(_put(register, person)): person for person in people}
    met: set[str] = set()
    for person in dice.sample(people, 30):
        claim = _slip(dice, person)
        wanted = nearest(claim, ids)
        near = near_profiles(_claim(claim), limit=len(people))
        got = {str(one.profile_id): (one.score, frozenset(r.code for r in one.reasons)) for one in near}
        doubtful = {key for key, (_, codes) in got.items() if "NUMBER_DOUBTFUL" in codes}
        assert not doubtful
        assert got == wanted, (claim, {k: (ids[k], got.get(k), wanted.get(k)) for k in got.keys() ^ wanted.keys()})
        assert [one.score for one in near] == sorted((one.score for one in near), reverse=True)
        met |= {code for _, codes in got.values() for code in codes}
    assert len(met) >= 12, "the crowd is rich enough to show every kind of reason"
