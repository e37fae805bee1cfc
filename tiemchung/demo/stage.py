"""What every part of the demonstration stands on: its day, places, staff and lots, and the two verbs it uses most."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.demo.households import Kin
from tiemchung.demo.lots import Shelf, lot_of
from tiemchung.demo.places import Site
from tiemchung.doses import actions as doses
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people import actions as people

MORNING = dt.time(8, 0)


@dataclass(frozen=True, slots=True)
class Stage:
    """The demonstration's first day (`today`), with sites and actors by key and the lots of its month."""

    today: dt.date
    sites: dict[str, Site]
    staff: dict[str, Actor]
    shelf: Shelf

    def moment(self, ago: int, minutes: int = 0) -> dt.datetime:
        """Give a moment so many days before the first day, so many minutes after eight in the morning in Vietnam."""
        day = self.today - dt.timedelta(days=ago)
        return moment_of(day, minutes)

    def nurse(self, site: str) -> Actor:
        """Give the vaccinator of a site."""
        return self.staff[f"nurse:{site}"]


def moment_of(day: dt.date, minutes: int = 0) -> dt.datetime:
    """Give the moment so many minutes after eight in the morning of a day in Vietnam."""
    zone = local(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).tzinfo
    return dt.datetime.combine(day, MORNING, zone).astimezone(dt.UTC) + dt.timedelta(minutes=minutes)


def put_on_record(
    stage: Stage, kin: Kin, *, site: str, at: dt.datetime, key: str, area_id: UUID | None = None
) -> UUID:
    """Register somebody at a site's desk and give the profile."""
    return people.register_profile(
        by=stage.nurse(site),
        at=at,
        key=f"demo:{key}",
        full_name=kin.full_name,
        birth_date=kin.birth_date,
        birth_precision=kin.birth_precision,
        sex=kin.sex,
        source="DESK",
        identifiers=kin.numbers,
        phones=kin.phones,
        address_text=kin.address,
        area_id=area_id or stage.sites[site].area_id,
        address_as_of=local(at).date(),
        nationality=kin.nationality,
        occupation=kin.occupation,
    ).profile_id


def give_dose(
    stage: Stage,
    profile_id: UUID,
    product: str,
    *,
    site: str,
    at: dt.datetime,
    key: str,
    dose: int = 1,
    letter: str = "",
    source: DoseSource = DoseSource.DESK,
) -> doses.RecordedDose:
    """Put a dose given at this moment on record, as the site's vaccinator does at the desk."""
    nurse, day = stage.nurse(site), local(at).date()
    lot = lot_of(stage.shelf, product, dose=dose, ago=(stage.today - day).days, letter=letter)
    facts = DoseFacts(
        product=product,
        given_on=day,
        given_at=at,
        lot_id=lot.id,
        lot_number=lot.number,
        component=lot.component or "",
        facility_id=nurse.facility_id,
        place_name=stage.sites[site].name,
        vaccinator_id=nurse.id,
    )
    return doses.record_dose(by=nurse, at=at, key=f"demo:{key}", profile_id=profile_id, facts=facts, source=source)
