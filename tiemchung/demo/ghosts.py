"""Three doses that look as if nobody had been given them, so that the authority's page and its alarm show something.

Two were entered late, without a page of a book, for a day on which the hospital saw nobody; the third was recorded at
the desk for somebody who, as was learnt the day after, had died before. The worker finds them by itself.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.core.once import once
from tiemchung.demo.people import Role
from tiemchung.demo.stage import Stage, give_dose, put_on_record
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import amend_profile

HAUNTED = "cho_ray_demo"
# Days ago. Whoever was dead "had" the dose more than two days ago, so no message of it goes to the family's phone.
_LATE_DAY, _ENTERED, _DESK_DAY, _DIED, _LEARNT = 9, 1, 3, 24, 1
_CORRECTOR = "hien"
_LATE = (
    Role("late_1", 41, "Lâm Thị Mười", "FEMALE", dt.date(1958, 11, 3), "a late dose without a page"),
    Role("late_2", 42, "Tạ Văn Sáu", "MALE", dt.date(1949, 6, 17), "a late dose without a page"),
)
_DEAD = Role("dead", 43, "Phùng Văn Cầu", "MALE", dt.date(1937, 4, 9), "a dose after his death")


def plant_ghosts(stage: Stage, *, at: dt.datetime) -> None:
    """Put the three doses on record, once."""
    once("demo:ghosts", "demo.ghosts", {}, at, lambda: _plant(stage))


def _plant(stage: Stage) -> dict[str, Any]:
    for minute, role in enumerate(_LATE):
        _enter_late(stage, role, _registered(stage, role), minute)
    dead = _registered(stage, _DEAD)
    give_dose(stage, dead, "PFIZER", site=HAUNTED, at=stage.moment(_DESK_DAY, 95), key="ghost:dead:dose")
    amend_profile(
        by=stage.staff[_CORRECTOR],
        at=stage.moment(_LEARNT, 130),
        profile_id=dead,
        because="Giấy báo tử của phường gửi sang",
        died_on=stage.today - dt.timedelta(days=_DIED),
    )
    return {}


def _registered(stage: Stage, role: Role) -> UUID:
    at = stage.moment(40, role.n)
    return put_on_record(stage, role.as_kin(stage.today), site=HAUNTED, at=at, key=f"ghost:{role.key}")


def _enter_late(stage: Stage, role: Role, profile_id: UUID, minute: int) -> None:
    nurse, lot = stage.nurse(HAUNTED), stage.shelf["PFIZER", "", "A"]
    facts = DoseFacts(
        product="PFIZER",
        given_on=stage.today - dt.timedelta(days=_LATE_DAY),
        lot_id=lot.id,
        lot_number=lot.number,
        facility_id=nurse.facility_id,
        place_name=stage.sites[HAUNTED].name,
    )
    record_dose(
        by=nurse,
        at=stage.moment(_ENTERED, 60 + 4 * minute),
        key=f"demo:ghost:{role.key}:dose",
        profile_id=profile_id,
        facts=facts,
        source=DoseSource.BACKLOG,
    )
