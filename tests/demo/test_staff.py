"""The demonstration tells how the data corrector came: one city first, then every province (R47)."""

import datetime as dt

from tests.cast import Cast, cast  # noqa: F401 - the fixture
from tiemchung.access.reads import role_is_open
from tiemchung.core.actor import Role
from tiemchung.demo.staff import open_roles
from tiemchung.places import reads as places


def test_correctors_come_to_the_city_first_and_then_to_all(cast: Cast) -> None:
    open_roles(at=cast.at)
    provinces = places.children_of(None, cast.today)
    days = (dt.date(2021, 9, 30), dt.date(2021, 10, 1), dt.date(2021, 12, 1), cast.today)
    opened = [[p.code for p in provinces if role_is_open(Role.DATA_CORRECTOR, p.id, day)] for day in days]
    assert [len(codes) for codes in opened] == [0, 1, len(provinces), len(provinces)]
    assert opened[1] == ["79"]
