"""What others may ask of the ledger. Callers hold a person whom they are allowed to see."""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.access.reads import facility_scope
from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.rows import rows
from tiemchung.core.statements import ask
from tiemchung.doses.marks import DoseMark, StatedDose, marks_of, stated_doses  # noqa: F401 - reads of this domain
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.rules import DosePlace, DoseSource, DoseState, EntryKind, corrects, may_correct
from tiemchung.doses.values import DoseFacts, DoseView, EntryView
from tiemchung.vaccines.rules import Birth, BirthSpan, CardState, Course, GivenDose, card_of, course_of

_STATES, _SOURCES = {str(s): s for s in DoseState}, {str(s): s for s in DoseSource}
_SELECT = f"""
SELECT id, profile_id, state, source, recorded_at, changed_at, version, accepted,
{", ".join(DoseFacts.__dataclass_fields__)} FROM doses_dose WHERE
"""  # noqa: S608 - names of our own columns
_TALLY = """
SELECT product, count(*), min(given_on), max(given_on) FROM doses_dose
WHERE profile_id = ANY(%s) AND id = ANY(%s) GROUP BY 1 ORDER BY 2 DESC, 1
"""
Entry = LedgerEntry  # the stream that followers name
PlaceDay = tuple[UUID | None, dt.date]
_COUNTED = """
SELECT d.facility_id, d.given_on, d.product, count(*) FROM doses_dose d
JOIN (SELECT DISTINCT * FROM unnest(%s::uuid[], %s::date[]) AS a (facility_id, given_on)) AS asked
USING (facility_id, given_on) WHERE d.state IN ('CONFIRMED', 'SIGNED') GROUP BY 1, 2, 3
UNION ALL
SELECT d.facility_id, d.given_on, d.product, count(*) FROM doses_dose d
WHERE d.facility_id IS NULL AND d.given_on = ANY(%s::date[]) AND d.state IN ('CONFIRMED', 'SIGNED') GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class DoseRecord:
    """All doses of one person and what follows from them on one day."""

    doses: tuple[DoseView, ...]
    course: Course
    on: dt.date

    @property
    def card(self) -> CardState:
        """Give the card's colour, reason and next step on that day."""
        pending = sum(1 for d in self.doses if d.state is DoseState.DECLARED)
        return card_of(self.course, pending=pending, on=self.on)

    def numbered(self) -> list[tuple[int | None, DoseView]]:
        """Give the doses in the order of injection with their public number; what does not count has none."""
        numbers = {row.dose.id: row.number for row in self.course.doses}
        return [(numbers.get(dose.id), dose) for dose in self.doses]


def birth_of(birth_date: dt.date, precision: str) -> Birth:
    """Give a birth as the vaccine rules read it: a day, or the span of its month or year."""
    if precision == "DAY":
        return birth_date
    if precision == "YEAR":
        return BirthSpan.of_year(birth_date.year)
    last = calendar.monthrange(birth_date.year, birth_date.month)[1]
    return BirthSpan(birth_date.replace(day=1), birth_date.replace(day=last))


def view_of(row: Dose) -> DoseView:
    """Give the frozen value of a row."""
    facts = DoseFacts(
        product=row.product,
        given_on=row.given_on,
        lot_id=row.lot_id,
        lot_number=row.lot_number,
        component=row.component,
        given_at=row.given_at,
        facility_id=row.facility_id,
        point_id=row.point_id,
        place_name=row.place_name,
        vaccinator_id=row.vaccinator_id,
    )
    state, source = DoseState(row.state), DoseSource(row.source)
    return DoseView(
        row.id, row.profile_id, state, source, facts, row.recorded_at, row.changed_at, row.version, row.accepted
    )


def place_of(by: Actor, facts: DoseFacts, area_id: UUID | None = None) -> DosePlace:
    """Give what decides whether this actor may record or correct a dose; `area_id` is where its person lives.

    The areas of the actor's own facility are not asked for: they decide nothing there.
    """
    areas: frozenset[UUID] = frozenset()
    if facts.facility_id is None:
        areas = frozenset({area_id}) if area_id else frozenset()
    elif facts.facility_id != by.facility_id:
        areas = facility_scope(facts.facility_id)
    return DosePlace(facts.facility_id, areas, facts.vaccinator_id)


def doses_of(profile_ids: Sequence[UUID], *, voided: bool = False) -> tuple[DoseView, ...]:
    """Give the doses under these profiles in the order of injection, voided ones only when asked for."""
    found = _views("profile_id = ANY(%s)", list(profile_ids))
    kept = (dose for dose in found if voided or dose.state is not DoseState.VOIDED)
    return in_order(kept)


def doses_named(named: Iterable[tuple[UUID, UUID]]) -> dict[UUID, DoseView]:
    """Give the doses of these (profile id, dose id), voided or not, in one statement; unknown ones are left out."""
    asked = set(named)
    found = _views(
        "profile_id = ANY(%s) AND id = ANY(%s)", [profile for profile, _ in asked], [dose for _, dose in asked]
    )
    return {one.id: one for one in found if (one.profile_id, one.id) in asked}


@dataclass(frozen=True, slots=True)
class ProductTally:
    """How many doses of one product, and between which days they were given."""

    product: str
    number: int
    first_on: dt.date
    last_on: dt.date


def tally_of(named: Iterable[tuple[UUID, UUID]]) -> tuple[ProductTally, ...]:
    """Give the doses of these (profile id, dose id) by product, most first, however many they are."""
    asked = list(named)
    with connection.cursor() as cursor:
        cursor.execute(_TALLY, [[profile for profile, _ in asked], [dose for _, dose in asked]])
        return tuple(ProductTally(*row) for row in cursor.fetchall())


def _views(where: LiteralString, *params: Any) -> list[DoseView]:
    """Give doses as values, without the rows' own objects: many thousands are read at once where passports are made."""
    return [_view(*row) for row in ask(_SELECT + where, *params)]


def _view(
    dose_id: UUID, profile_id: UUID, state: str, source: str, recorded_at: dt.datetime, changed_at: dt.datetime,
    version: int, accepted: bool, *facts: Any
) -> DoseView:  # fmt: skip
    return DoseView(
        dose_id, profile_id, _STATES[state], _SOURCES[source], DoseFacts(*facts), recorded_at, changed_at, version,
        accepted,
    )  # fmt: skip


def in_order(doses: Iterable[DoseView]) -> tuple[DoseView, ...]:
    """Give doses in the order of injection; what is equal in that keeps one order for ever."""
    return tuple(sorted(doses, key=lambda d: (d.facts.given_on, d.recorded_at, d.id)))


def doses_at(
    by: Actor,
    facility_id: UUID,
    since: dt.date,
    until: dt.date,
    *,
    product: str = "",
    lot_number: str = "",
    vaccinator_id: UUID | None = None,
    limit: int = 5000,
) -> tuple[DoseView, ...]:
    """Give the doses of a facility from `since` to `until`, both included, that have these facts, voided ones left out.

    Empty for who may not correct there: whole lists are for putting lists right.
    """
    place = place_of(by, DoseFacts("", since, facility_id=facility_id))
    if not may_correct(by, place, since, until):
        return ()
    with allow_cross_shard("a facility's day lies with all its persons; dose_facility_day answers on every node"):
        found = Dose.objects.filter(facility_id=facility_id, given_on__gte=since, given_on__lte=until)
        found = found.exclude(state=DoseState.VOIDED)
        found = found.filter(product=product) if product else found
        found = found.filter(lot_number=lot_number) if lot_number else found
        found = found.filter(vaccinator_id=vaccinator_id) if vaccinator_id else found
        return tuple(view_of(row) for row in found.order_by("given_on", "id")[:limit])


def given(doses: Iterable[DoseView]) -> list[GivenDose]:
    """Give the doses as the vaccine rules read them; one that waits to be verified is listed and not counted."""
    return [
        GivenDose(
            id=d.id,
            product=d.facts.product,
            lot=d.facts.lot_number,
            given_on=d.facts.given_on,
            component=d.facts.component or None,
            counted=d.counted,
            accepted=d.accepted,
        )
        for d in doses
        if d.state is not DoseState.VOIDED
    ]


def record_from(doses: tuple[DoseView, ...], *, birth: Birth, on: dt.date, ahead: bool = True) -> DoseRecord:
    """Give what follows from these doses on that day; without `ahead` no next dose is looked for."""
    course = course_of(given(doses), birth_date=birth, on=on, ahead=ahead)
    return DoseRecord(doses, course, on)


def record_of(profile_ids: Sequence[UUID], *, birth: Birth, on: dt.date) -> DoseRecord:
    """Give a person's doses, course and card on that day."""
    return record_from(doses_of(profile_ids), birth=birth, on=on)


def entry_of(profile_id: UUID, key: str) -> UUID | None:
    """Give the ledger entry that an action with this key made under the profile, or None where there is none."""
    found = rows(LedgerEntry, "profile_id = %s AND key = %s", profile_id, key)
    return found[0].id if found else None


def corrections_in(entries: Iterable[LedgerEntry]) -> list[tuple[UUID, UUID]]:
    """Give (profile id, entry id) of the entries that correct what was known: only these get receipts."""
    return [(e.profile_id, e.id) for e in entries if corrects(EntryKind(e.kind), DoseSource(e.source))]


def places_and_days_of(entries: Iterable[LedgerEntry]) -> set[PlaceDay]:
    """Give every facility's day at which the doses of these entries stand or ever stood.

    An amended dose may have left a facility or a day: all its entries are asked.
    """
    told = list(entries)
    moved = [entry for entry in told if entry.kind == EntryKind.AMENDED]
    if moved:
        ids = {entry.profile_id for entry in moved}, {entry.dose_id for entry in moved}
        told += LedgerEntry.objects.filter(profile_id__in=ids[0], dose_id__in=ids[1])
    return {_place_day(entry.facts) for entry in told}


# A declared dose does not count, and a signature does not change what does.
_NOT_COUNTED = frozenset({EntryKind.DECLARED, EntryKind.SIGNED, EntryKind.UNSIGNED})


def counting_entries(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Give the entries that may change how many doses count."""
    return [entry for entry in entries if entry.kind not in _NOT_COUNTED]


def _place_day(facts: dict[str, Any]) -> PlaceDay:
    place = facts["facility_id"]
    return (UUID(place) if place else None), dt.date.fromisoformat(facts["given_on"])


def counted_on(days: Iterable[PlaceDay]) -> dict[PlaceDay, dict[str, int]]:
    """Give for each facility's day the counted doses by product, in one statement; a day without doses is empty.

    None as a facility asks for the doses whose place is in no list.
    """
    asked: dict[PlaceDay, dict[str, int]] = {day: {} for day in days}
    placed = [(facility, day) for facility, day in asked if facility]
    elsewhere = [day for facility, day in asked if facility is None]
    why = "a facility's day lies with all its persons; dose_facility_day answers on every node"
    with allow_cross_shard(why), connection.cursor() as cursor:
        cursor.execute(_COUNTED, [[facility for facility, _ in placed], [day for _, day in placed], elsewhere])
        for facility_id, given_on, product, doses in cursor.fetchall():
            asked[facility_id, given_on][product] = doses
    return asked


def records_of(
    profiles: Mapping[UUID, Sequence[UUID]], births: Mapping[UUID, Birth], on: dt.date, *, ahead: bool = True
) -> dict[UUID, DoseRecord]:
    """Give the doses, course and card of many persons on that day, in one statement; `profiles` are each person's."""
    under: dict[UUID, list[DoseView]] = {profile_id: [] for ids in profiles.values() for profile_id in ids}
    for one in _views("profile_id = ANY(%s)", list(under)):
        if one.state is not DoseState.VOIDED:
            under[one.profile_id].append(one)
    found = {}
    for person_id, ids in profiles.items():
        mine = in_order(one for profile_id in ids for one in under[profile_id])
        found[person_id] = record_from(mine, birth=births[person_id], on=on, ahead=ahead)
    return found


def dose(profile_ids: Sequence[UUID], dose_id: UUID) -> DoseView | None:
    """Give one dose of a person, voided or not, or None where that person has no such dose."""
    found = rows(Dose, "profile_id = ANY(%s) AND id = %s", list(profile_ids), dose_id)
    return view_of(found[0]) if found else None


def history_of(profile_ids: Sequence[UUID], dose_id: UUID | None = None) -> tuple[EntryView, ...]:
    """Give every ledger entry, oldest first: of one dose, or of all."""
    entries = LedgerEntry.objects.filter(profile_id__in=profile_ids)
    entries = entries.filter(dose_id=dose_id) if dose_id else entries
    return tuple(
        EntryView(
            id=row.id,
            dose_id=row.dose_id,
            kind=row.kind,
            recorded_at=row.recorded_at,
            source=row.source,
            facts=row.facts,
            by_name=row.by_name,
            by_role=row.by_role,
            because=row.because,
            evidence=row.evidence,
            set_aside=tuple(row.set_aside),
            by_kind=row.by_kind,
            by_facility_id=row.by_facility_id,
        )
        for row in sorted(entries, key=lambda r: (r.recorded_at, r.id))
    )
