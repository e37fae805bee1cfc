"""The people of these tests: An with her child Binh on one phone, nurse Dung, corrector Em, stranger Hoa far away."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions import RegisteredProfile, register_profile

AT = dt.datetime(2026, 3, 1, 2, 0, tzinfo=dt.UTC)
BEN_NGHE, BA_DINH, FAR = (UUID(int=n) for n in range(101, 104))
STATION, HOSPITAL = UUID(int=201), UUID(int=202)
PHONE = "+84900000001"


def staff(role: Role, number: int, facility: UUID | None = STATION, areas: tuple[UUID, ...] = (BEN_NGHE,)) -> Actor:
    """Give a posted member of staff."""
    return Actor(kind=Kind.STAFF, id=UUID(int=300 + number), role=role, facility_id=facility, area_ids=frozenset(areas))


NURSE = staff(Role.VACCINATOR, 1)
FAR_NURSE = staff(Role.VACCINATOR, 2, HOSPITAL, (FAR,))
CORRECTOR = staff(Role.DATA_CORRECTOR, 3, None, (BEN_NGHE, BA_DINH, FAR))
HOTLINE = staff(Role.HOTLINE_AGENT, 4, None, ())
OFFICER = staff(Role.COMMUNE_OFFICER, 5, None, (BEN_NGHE,))
ADMIN = staff(Role.ADMIN, 6, None, (BEN_NGHE,))
MINISTRY = staff(Role.MINISTRY_OFFICER, 7, None, ())
CITIZEN = Actor(kind=Kind.CITIZEN, id=UUID(int=400))

Register = Callable[..., RegisteredProfile]


@pytest.fixture
def phone_key() -> bytes:
    """Give the contact key of the family's phone."""
    return contact_key(PHONE)


@pytest.fixture
def register() -> Register:
    """Give a short way through the real door."""
    keys = itertools.count()

    def go(full_name: str = "Nguyễn Văn An", **more: Any) -> RegisteredProfile:
        facts: dict[str, Any] = {
            "by": NURSE,
            "at": AT,
            "key": f"register-{next(keys)}",
            "birth_date": dt.date(2001, 3, 5),
            "sex": "MALE",
            "source": "DESK",
            "area_id": BEN_NGHE,
        }
        return register_profile(full_name=full_name, **facts | more)

    return go
