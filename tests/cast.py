"""The cast whom everybody knows, for tests: the same people, staff and places as in the demonstration.

    from tests.cast import Cast, cast  # noqa: F401 - the fixture

    def test_a_stranger_sees_nothing(cast: Cast) -> None:
        an, hoa = cast.an(), cast.hoa()

Whoever is asked for is put on record through the real actions, with all that the story of `cast.toml` says. An (two
doses) with her child Bình on her phone, Chi without papers, the stranger Hoa in Hà Nội; nurse Dũng and lead Lành at
Bến Nghé, officer Giang of old Quận 1, corrector Hiền of the city. `person(key)` gives the others.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.builders import NOW, an_area
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.demo.cast import play
from tiemchung.demo.lots import stock_month
from tiemchung.demo.people import Role, the_cast
from tiemchung.demo.places import Site, open_places
from tiemchung.demo.staff import hire, plan_for
from tiemchung.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast on record, with what the holder of the phone would type."""

    profile_id: UUID
    role: Role
    phone: str
    full_name: str
    birth_date: dt.date


class _Crew(dict[str, Actor]):
    """Actors by username and by `nurse:<facility>`, each hired when first asked for: a password costs its time."""

    def __init__(self, at: dt.datetime, sites: dict[str, Site]) -> None:
        super().__init__()
        self._at, self._sites = at, sites

    def __missing__(self, name: str) -> Actor:
        self[name] = hire(plan_for(name, self._sites), at=self._at, sites=self._sites)
        return self[name]


class Cast:
    """The cast on a stage that is set for one test; `at` is the test's present."""

    def __init__(self, at: dt.datetime = NOW) -> None:
        an_area()  # loads the tree of areas where it is missing
        self.at, self.today = at, local(at).date()
        sites = open_places(at=at, today=self.today)
        self.stage = Stage(self.today, sites, _Crew(at, sites), stock_month(at=at, day=self.today))
        self._played: dict[str, UUID] = {}

    def person(self, key: str) -> Member:
        """Give one of the cast by key, put on record at the first asking."""
        played = play(self.stage, key, self._played, at=self.at)
        role = played.role
        return Member(played.profile_id, role, role.phone_number(), role.full_name, role.birth_date(self.today))

    def everybody(self) -> dict[str, Member]:
        """Give the whole cast by key."""
        return {key: self.person(key) for key in the_cast()}

    def staff(self, username: str) -> Actor:
        """Give a member of staff by username (`staff.toml`)."""
        return self.stage.staff[username]

    def an(self) -> Member:
        """Give An: two doses, a green card."""
        return self.person("an")

    def binh(self) -> Member:
        """Give Bình, An's child on An's phone: one dose, a yellow card; An is on record too."""
        return self.person("binh")

    def chi(self) -> Member:
        """Give Chi, without papers, whose year of birth alone is known: one dose, a yellow card."""
        return self.person("chi")

    def hoa(self) -> Member:
        """Give Hoa, the stranger in Hà Nội who must never see the others."""
        return self.person("hoa")

    def dung(self) -> Actor:
        """Give Dũng, vaccinator at Trạm Y tế Bến Nghé."""
        return self.staff("dung")

    def giang(self) -> Actor:
        """Give Giang, district officer for the land of the old Quận 1."""
        return self.staff("giang")


@pytest.fixture
def cast(db: None) -> Cast:
    """Give the cast on a stage of its own, on the day of `builders.NOW`."""
    return Cast()
