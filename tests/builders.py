"""Build what a test needs through the real actions, so that no impossible state is ever tested.

Every builder gives the value of the action it drives. Names, numbers and keys differ from call to call; phones and
identity numbers lie in the ranges reserved for synthetic people. A builder that needs areas loads the real tree; a
package of tests that asks for it often takes the fixture `country` into its conftest, which loads it once:

    from tests.builders import country  # noqa: F401 - a fixture
"""

import datetime as dt
import itertools
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from tiemchung.access import actions as access
from tiemchung.access.reads import actor_of, postings_of
from tiemchung.access.rules import SWITCHED_ROLES
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.core.clock import local
from tiemchung.core.outbox import contact_key
from tiemchung.doses import actions as doses
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people import actions as people
from tiemchung.people.reads import holder_of
from tiemchung.places import actions as places
from tiemchung.places import reads as place_reads
from tiemchung.places.reads import AreaView, FacilityView, PointView
from tiemchung.places.rules import FacilityKind, Level
from tiemchung.stock import actions as stock
from tiemchung.vaccines import actions as vaccines
from tiemchung.vaccines.rules import LotFacts

NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)  # Friday, 10:00 in Vietnam
BEN_NGHE = "26740"  # the old ward of Bến Nghé, and since July 2025 the ward of Sài Gòn that holds its land
_count = itertools.count(1)


@pytest.fixture(scope="session")
def country(django_db_setup: None) -> None:
    """Promise the real tree of areas, which every test database holds from its making on."""


def a_key() -> str:
    """Give an idempotency key that no other call has."""
    return f"test-{next(_count)}"


def a_phone() -> str:
    """Give a phone of the reserved range that no other call gave, in E.164."""
    return f"+849000{next(_count) % 100_000:05}"


def a_cccd(sex: str = "FEMALE", birth_date: dt.date = dt.date(1990, 5, 17), province: str = "079") -> str:
    """Give a 12-digit personal number that fits sex, birth year and province, from the reserved range."""
    century_sex = (birth_date.year - 1900) // 100 * 2 + (sex == "FEMALE")
    return f"{province}{century_sex}{birth_date.year % 100:02}{next(_count) % 10_000:06}"


def an_area(code: str = BEN_NGHE, on: dt.date | None = None, level: Level = Level.COMMUNE) -> AreaView:
    """Give the real area that carries this code on a day (today); the tree is loaded when it is not there."""
    day = on or local(NOW).date()
    found = place_reads.area_by_code(code, level, day)
    if found is None:
        place_reads.forget_tree()
        places.load_areas(by=SYSTEM, at=NOW)
        found = place_reads.area_by_code(code, level, day)
    if found is None:
        raise LookupError(f"no {level} {code} on {day}")
    return found


def a_facility(
    name: str = "",
    *,
    area: AreaView | None = None,
    kind: FacilityKind = FacilityKind.COMMUNE_STATION,
    level: Level = Level.COMMUNE,
    valid_from: dt.date = dt.date(2025, 7, 1),
    at: dt.datetime = NOW,
) -> FacilityView:
    """Open a facility in an area (Sài Gòn ward) and give it."""
    n = next(_count)
    facility_id = places.open_facility(
        by=SYSTEM,
        at=at,
        key=f"facility-{n}",
        code=f"79{n:05}",
        name=name or f"Trạm Y tế {n}",
        kind=kind,
        level=level,
        area_id=(area or an_area()).id,
        valid_from=valid_from,
        address=f"{n} Mạc Đĩnh Chi",
    )
    return place_reads.facility(facility_id)


def a_point(
    facility: FacilityView | None = None, name: str = "", *, mobile: bool = False, at: dt.datetime = NOW
) -> PointView:
    """Open a vaccination point of a facility, standing where the facility stands, and give it."""
    holder, n = facility or a_facility(), next(_count)
    point_id = places.open_point(
        by=SYSTEM,
        at=at,
        key=f"point-{n}",
        facility_id=holder.id,
        name=name or f"Điểm tiêm {n}",
        area_id=holder.stays[-1].area_id,
        valid_from=local(at).date() - dt.timedelta(days=7),
        mobile=mobile,
    )
    return place_reads.point(point_id)


def a_lot(
    product: str = "PFIZER",
    *,
    number: str = "",
    expires_on: dt.date | None = None,
    component: str | None = None,
    recalled: bool = False,
    at: dt.datetime = NOW,
) -> LotFacts:
    """Add a lot that expires in 90 days, or on the given day, and give it; `recalled` recalls it at once."""
    lot = vaccines.add_lot(
        product=product,
        number=number or f"TC{next(_count):05}",
        expires_on=expires_on or local(at).date() + dt.timedelta(days=90),
        component=component,
        by=SYSTEM,
        at=at,
        key=a_key(),
    )
    if not recalled:
        return lot
    return vaccines.recall_lot(lot_id=lot.id, because="Nghi ngờ về chất lượng", by=SYSTEM, at=at, key=a_key())


def a_stock(
    facility: FacilityView, *lots: LotFacts, doses: int = 1000, on_day: dt.date | None = None, at: dt.datetime = NOW
) -> LotFacts:
    """Let a facility take in so many doses of each lot (a new one) and give the first; no desk injects without."""
    taken = lots or (a_lot(at=at),)
    for lot in taken:
        stock.receive_lot(
            by=SYSTEM,
            at=at,
            key=a_key(),
            facility_id=facility.id,
            lot_id=lot.id,
            doses=doses,
            paper=f"PXK-{next(_count)}",
            on_day=on_day or local(at).date(),
        )
    return taken[0]


def a_staff_member(
    role: Role,
    *,
    facility: FacilityView | None = None,
    point: PointView | None = None,
    area: AreaView | None = None,
    full_name: str = "Nguyễn Văn Dũng",
    username: str = "",
    password: str = "",
    valid_from: dt.date = dt.date(2025, 7, 1),
    at: dt.datetime = NOW,
) -> Actor:
    """Hire and post a member of staff and give the actor of that posting; nobody's second factor is enrolled."""
    staff_id = access.hire_staff(
        by=SYSTEM,
        at=at,
        username=username or f"staff{next(_count)}",
        full_name=full_name,
        password=password or secrets.token_urlsafe(18),
    )
    if role in SWITCHED_ROLES and area is not None:
        access.open_role(by=SYSTEM, at=at, role=role, area_id=area.id, valid_from=valid_from)
    access.post_staff(
        by=SYSTEM,
        at=at,
        staff_id=staff_id,
        role=role,
        valid_from=valid_from,
        facility_id=facility.id if facility else None,
        point_id=point.id if point else None,
        area_id=area.id if area else None,
    )
    return actor_of(postings_of(staff_id, local(at).date())[-1], trace="test")


def a_nurse(facility: FacilityView | None = None, **more: Any) -> Actor:
    """Give a vaccinator posted to a facility (a new one)."""
    return a_staff_member(Role.VACCINATOR, facility=facility or a_facility(), **more)


def a_lead(facility: FacilityView | None = None, **more: Any) -> Actor:
    """Give the lead of a facility (a new one)."""
    return a_staff_member(Role.FACILITY_LEAD, facility=facility or a_facility(), full_name="Lê Thị Lan", **more)


def an_officer(role: Role = Role.DISTRICT_OFFICER, area: AreaView | None = None, **more: Any) -> Actor:
    """Give an officer of an area (Hồ Chí Minh City): commune, district, data corrector or province."""
    place = area or an_area("79", level=Level.PROVINCE)
    return a_staff_member(role, area=place, full_name="Vũ Thị Giang", **more)


def a_person(
    full_name: str = "",
    birth_date: dt.date = dt.date(1990, 5, 17),
    *,
    sex: str = "FEMALE",
    by: Actor = SYSTEM,
    at: dt.datetime = NOW,
    area: AreaView | None = None,
    identifiers: Sequence[tuple[str, str]] | None = None,
    phones: Sequence[tuple[str, str]] | None = None,
    **more: Any,
) -> people.RegisteredProfile:
    """Put somebody on record and give the profile; without numbers and phones named, one of each is invented.

    `phones` are (number, relation), `identifiers` (system, number); `()` is somebody who has none.
    """
    facts: dict[str, Any] = {"key": a_key(), "source": "DESK"} | more
    return people.register_profile(
        by=by,
        at=at,
        full_name=full_name or f"Trần Thị {_given_name(next(_count))}",
        birth_date=birth_date,
        sex=sex,
        area_id=(area or an_area()).id,
        identifiers=[("CCCD", a_cccd(sex, birth_date))] if identifiers is None else identifiers,
        phones=[(a_phone(), "OWN")] if phones is None else phones,
        **facts,
    )


def a_citizen(phone: str, *persons: UUID, at: dt.datetime = NOW) -> Actor:
    """Give the citizen who holds the phone and has proved, by name and birth date, that these persons are theirs."""
    key = contact_key(phone)
    for person_id in persons:
        holder = holder_of(person_id)
        people.prove_person(
            by=Actor(kind=Kind.CITIZEN),
            at=at,
            contact_key=key,
            full_name=holder.full_name,
            birth_date=holder.birth_date,
            birth_precision=holder.birth_precision,
        ).verdict.or_raise()
    return Actor(kind=Kind.CITIZEN, person_ids=frozenset(people.use_proofs(by=SYSTEM, at=at, contact_key=key)))


def a_dose(
    profile_id: UUID,
    product: str = "PFIZER",
    given_on: dt.date | None = None,
    *,
    by: Actor | None = None,
    at: dt.datetime = NOW,
    lot: LotFacts | None = None,
    source: DoseSource | None = None,
    key: str = "",
    because: str = "",
) -> doses.RecordedDose:
    """Put a given dose on record and give it: at the desk now, or, for an earlier day, as back-entry.

    `by` is a nurse of a new facility unless named; the dose belongs to the facility of `by`.
    """
    nurse = by or a_nurse(at=at)
    today = local(at).date()
    day = given_on or today
    used = lot or a_lot(
        product, at=at, expires_on=max(day, today) + dt.timedelta(days=90), component=_component(product)
    )
    facts = DoseFacts(
        product=product,
        given_on=day,
        given_at=at if day == today else None,
        lot_id=used.id,
        lot_number=used.number,
        component=used.component or "",
        facility_id=nurse.facility_id,
        place_name=place_reads.facility(nurse.facility_id).name if nurse.facility_id else "",
        vaccinator_id=nurse.id,
    )
    return doses.record_dose(
        by=nurse,
        at=at,
        key=key or a_key(),
        profile_id=profile_id,
        facts=facts,
        source=source or (DoseSource.DESK if day == today else DoseSource.BACKLOG),
        because=because,
    )


def _component(product: str) -> str | None:
    return "I" if product == "SPUTNIK_V" else None


def _given_name(n: int) -> str:
    first = ("Ánh", "Bích", "Cúc", "Diệp", "Hạnh", "Khuê", "Liên", "Mai", "Nga", "Oanh", "Phượng", "Quỳnh", "Thảo")
    second = ("An", "Châu", "Giang", "Hà", "Khánh", "Lam", "Minh", "Ngọc", "Tâm", "Uyên", "Vân", "Xuân", "Yến")
    return f"{second[n // len(first) % len(second)]} {first[n % len(first)]}"
