"""The demonstration has somebody in every state of identity, and a population database that mostly agrees."""

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.builders import NOW
from tests.demo.test_week import TODAY, load, own_home
from tiemchung.demo import week
from tiemchung.demo.population import OTHERWISE, UNKNOWN, citizens_of, seed_path
from tiemchung.people.models import IdentityCheck, Profile
from tiemchung.people.rules import IdentityState

__all__ = ["own_home"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "own_home")]
IN_FLIGHT = {IdentityState.WAITING, IdentityState.SENT}  # as long as nobody is asked


def test_somebody_stands_in_every_state_and_loading_again_changes_nobody(own_home: Path) -> None:
    load()
    found = dict(IdentityCheck.objects.values_list("person_id", "state"))
    assert set(found.values()) == set(IdentityState) - IN_FLIGHT
    load()
    assert dict(IdentityCheck.objects.values_list("person_id", "state")) == found


def test_the_register_is_written_for_its_stand_in_alone(own_home: Path) -> None:
    load(people=20)
    assert seed_path() == own_home / "standin-population" / "citizens.jsonl"
    assert stat.S_IMODE(seed_path().parent.stat().st_mode) == 0o700
    rows = [json.loads(line) for line in seed_path().read_text("utf-8").splitlines()]
    assert {tuple(sorted(row)) for row in rows} == {("birth_date", "full_name", "number", "sex")}
    assert len(rows) > 30


def test_the_register_knows_everybody_before_anybody_is_on_record(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd was loaded beside a running worker, which asked about it before the register knew anybody."""
    known: list[int] = []

    def cast(*_: Any, **__: Any) -> dict[str, UUID]:
        known.append(len(seed_path().read_text("utf-8").splitlines()))
        assert not Profile.objects.exists()
        return real(*_, **__)

    real = week.play_cast
    monkeypatch.setattr(week, "play_cast", cast)
    load(people=60)
    assert known == [len(seed_path().read_text("utf-8").splitlines())]
    assert known[0] > 60


def test_it_agrees_with_most_of_the_crowd() -> None:
    stage = load()
    real = {row["number"]: row for row in citizens_of(stage, people=3000, day=TODAY)}
    from tiemchung.demo.crowd import households_of

    said: Counter[str] = Counter()
    for _, kin in households_of(stage, people=3000):
        for one in kin:
            for system, number in one.numbers:
                if system == "CCCD":
                    row = real.get(number)
                    four = {"number": number, "full_name": one.full_name, "sex": one.sex,
                            "birth_date": one.birth_date.isoformat()}  # fmt: skip
                    said["unknown" if row is None else "right" if row == four else "otherwise"] += 1
    shares = {kind: count / said.total() for kind, count in said.items()}
    assert abs(shares["unknown"] - UNKNOWN) < 0.01
    assert abs(shares["otherwise"] - OTHERWISE) < 0.03, NOW
