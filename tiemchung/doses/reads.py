"""What others may ask of the ledger. Callers hold a person whom they are allowed to see."""

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.rows import rows
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView, EntryView
from tiemchung.vaccines.rules import Birth, BirthSpan, CardState, Course, GivenDose, card_of, course_of

Entry = LedgerEntry  # the stream that followers name


@dataclass(frozen=True, slots=True)
class DoseRecord:
    """All doses of one person and what follows from them."""

    doses: tuple[DoseView, ...]
    course: Course
    card: CardState

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


def doses_of(profile_ids: Sequence[UUID], *, voided: bool = False) -> tuple[DoseView, ...]:
    """Give the doses under these profiles in the order of injection, voided ones only when asked for."""
    found = (view_of(row) for row in rows(Dose, "profile_id = ANY(%s)", list(profile_ids)))
    kept = (dose for dose in found if voided or dose.state is not DoseState.VOIDED)
    return tuple(sorted(kept, key=lambda d: (d.facts.given_on, d.recorded_at)))


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


def record_from(doses: tuple[DoseView, ...], *, birth: Birth, on: dt.date) -> DoseRecord:
    """Give what follows from these doses on that day."""
    course = course_of(given(doses), birth_date=birth, on=on)
    pending = sum(1 for d in doses if d.state is DoseState.DECLARED)
    return DoseRecord(doses, course, card_of(course, pending=pending, on=on))


def record_of(profile_ids: Sequence[UUID], *, birth: Birth, on: dt.date) -> DoseRecord:
    """Give a person's doses, course and card on that day."""
    return record_from(doses_of(profile_ids), birth=birth, on=on)


def dose(profile_ids: Sequence[UUID], dose_id: UUID) -> DoseView | None:
    """Give one dose of a person, voided or not, or None where that person has no such dose."""
    row = Dose.objects.filter(profile_id__in=profile_ids, id=dose_id).first()
    return view_of(row) if row else None


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
        )
        for row in sorted(entries, key=lambda r: (r.recorded_at, r.id))
    )
