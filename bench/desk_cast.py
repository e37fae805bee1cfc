"""The bench's own station, its signed-in nurse and the persons who come; every number is of a reserved range."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4


@dataclass(frozen=True)
class Cast:
    """Who works at the bench's desk, and the persons who come."""

    session: str
    csrf: str
    lot_id: str
    persons: list[str]


def make_cast(count: int) -> Cast:
    """Open a station, hire and sign in a nurse, take in a lot and put `count` persons on record."""
    from django.middleware.csrf import _get_new_csrf_string

    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.people.actions import register_profile
    from tiemchung.places import actions as places
    from tiemchung.places.reads import area_by_code
    from tiemchung.places.rules import FacilityKind, Level
    from tiemchung.stock.actions import receive_lot
    from tiemchung.stock.rules import MOST_DOSES
    from tiemchung.vaccines.actions import add_lot

    now, run = clock.now(), uuid4().hex[:8]
    ward = area_by_code("26740", Level.COMMUNE, clock.today())
    if ward is None:
        raise LookupError("the areas are not loaded")
    facility = places.open_facility(
        by=SYSTEM, at=now, key=run, code=f"79{int(run, 16) % 10**8:08}", name=f"Trạm Y tế {run}",
        kind=FacilityKind.COMMUNE_STATION, level=Level.COMMUNE, area_id=ward.id, valid_from=dt.date(2025, 7, 1),
        address="1 Mạc Đĩnh Chi",
    )  # fmt: skip
    expires_on = clock.today() + dt.timedelta(days=90)
    lot = add_lot(product="PFIZER", number=run, expires_on=expires_on, by=SYSTEM, at=now, key=run)
    receive_lot(by=SYSTEM, at=now, key=f"{run}-box", facility_id=facility, lot_id=lot.id, doses=MOST_DOSES, paper=run,
                on_day=clock.today())  # fmt: skip
    persons = [
        register_profile(
            by=SYSTEM, at=now, key=f"{run}-{n}", full_name="Trần Thị Thử", birth_date=dt.date(1990, 5, 17),
            sex="FEMALE", source="DEMO", area_id=ward.id, identifiers=[("CCCD", f"079190{n % 10_000:06}")],
            phones=[(f"+849000{n % 100_000:05}", "OWN")],
        ).profile_id
        for n in range(count)
    ]  # fmt: skip
    return Cast(_sign_in(facility, run), _get_new_csrf_string(), str(lot.id), [str(p) for p in persons])


def _sign_in(facility_id: UUID, run: str) -> str:
    """Hire a nurse and start the session that sign-in leaves; give its key."""
    from django.contrib.sessions.backends.db import SessionStore

    from tiemchung.access.actions import hire_staff, post_staff
    from tiemchung.access.models import Staff
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM, Role

    now = clock.now()
    staff_id = hire_staff(by=SYSTEM, at=now, username=f"bench-{run}", full_name="Nguyễn Văn Dũng", password=run * 3)
    posting_id = post_staff(
        by=SYSTEM, at=now, staff_id=staff_id, role=Role.VACCINATOR, valid_from=clock.today(), facility_id=facility_id
    )
    session = SessionStore()
    session.update(
        {
            "_auth_user_id": str(staff_id),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": Staff.objects.get(id=staff_id).get_session_auth_hash(),
            "posting_id": str(posting_id),
            "second_factor": "totp",
            "trace": "bench",
            "seen_at": now.isoformat(),
        }
    )
    session.create()
    return str(session.session_key)
