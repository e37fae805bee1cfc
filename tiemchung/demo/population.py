"""What the demonstration's population database knows: the same people, some of them otherwise, a few not at all."""

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tiemchung.demo.crowd import households_of
from tiemchung.demo.day import visitors_on
from tiemchung.demo.households import Kin, rng_of
from tiemchung.demo.people import the_cast
from tiemchung.demo.signins import sign_ins_path
from tiemchung.demo.stage import Stage

FOLDER, FILE = "standin-population", "citizens.jsonl"
UNKNOWN, OTHERWISE = 0.01, 0.07  # shares of the crowd
_PERSONAL = frozenset({"CCCD", "CMND9"})
# Of the cast: what the register has otherwise. Hoa and Nga are right about themselves, and we are wrong.
_CAST: dict[str, dict[str, str]] = {
    "hoa": {"birth_date": "1988-08-08"},
    "nga": {"full_name": "Huỳnh Thị Ngà"},
    "minh": {"full_name": "Võ Quốc Mình"},
    "khai": {"birth_date": "1979-12-14"},
    "phuc": {"sex": "FEMALE"},
    "y": {"number": ""},
}
Citizen = dict[str, str]


def citizens_of(stage: Stage, *, people: int, day: dt.date) -> Iterator[Citizen]:
    """Give the entries of cast, crowd and this day's visitors, one a number."""
    for key, role in the_cast().items():
        for citizen in _entries(role.as_kin(stage.today)):
            known = citizen | _CAST.get(key, {})
            if known["number"]:
                yield known
    for _, kin in households_of(stage, people=people):
        yield from _of_crowd(kin)
    yield from _of_crowd(visitors_on(stage, day))


def _of_crowd(kin: Iterable[Kin]) -> Iterator[Citizen]:
    for one in kin:
        for citizen in _entries(one):
            chance = rng_of("register", citizen["number"]).random()
            if chance >= UNKNOWN:
                yield _otherwise(citizen) if chance < UNKNOWN + OTHERWISE else citizen


def _entries(kin: Kin) -> Iterator[Citizen]:
    born = kin.birth_date.isoformat()
    for system, number in kin.numbers:
        if system in _PERSONAL:
            yield {"number": number, "full_name": kin.full_name, "sex": kin.sex, "birth_date": born}


def _otherwise(citizen: Citizen) -> Citizen:
    """Give the entry with one field as a clerk mistakes it: a name without its middle, a day beside, the other sex."""
    rng, words = rng_of("otherwise", citizen["number"]), citizen["full_name"].split()
    kind = rng.choice(("name", "birth", "sex"))
    if kind == "name" and len(words) > 2:
        return citizen | {"full_name": " ".join((words[0], words[-1]))}
    if kind == "sex":
        return citizen | {"sex": "MALE" if citizen["sex"] == "FEMALE" else "FEMALE"}
    day = dt.date.fromisoformat(citizen["birth_date"]) + dt.timedelta(days=rng.choice((-1, 1)))
    return citizen | {"birth_date": day.isoformat()}


def seed_path() -> Path:
    """Give the file from which the stand-in of the population database takes its citizens."""
    return sign_ins_path().parent / FOLDER / FILE


def write_population(citizens: Iterable[Citizen]) -> None:
    """Write the file whole, or not at all."""
    path = seed_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(".half")
    half.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in citizens), "utf-8")
    os.replace(half, path)
