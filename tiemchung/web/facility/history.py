"""A person's doses as the desk shows them: number, vaccine, lot, day, place, state, and each flag in words."""

import datetime as dt
from dataclasses import dataclass

from tiemchung.core.verdict import Reason, Severity, Verdict
from tiemchung.doses import reads as doses
from tiemchung.doses.reads import DoseRecord
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import PersonView
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import Birth


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One dose of the list beside the form."""

    number: int | None
    label: str
    dose: DoseView
    flags: Verdict


@dataclass(frozen=True, slots=True)
class GivenToday:
    """A dose of today: when it was put on record, and by whom."""

    recorded_at: dt.datetime
    by_name: str


def birth_of(person: PersonView) -> Birth:
    """Give the birth as the vaccine rules read it."""
    return doses.birth_of(person.main.birth_date, person.main.birth_precision)


def record_of(person: PersonView, on: dt.date) -> DoseRecord:
    """Give the doses of a person who was opened, and what follows from them."""
    return doses.record_of([p.profile_id for p in person.profiles], birth=birth_of(person), on=on)


def history_lines(record: DoseRecord) -> list[HistoryLine]:
    """Give one line a dose, the latest first."""
    flags = {
        row.dose.id: Verdict(tuple(Reason(f.code, Severity.WARN, False, f.facts) for f in row.flags))
        for row in record.course.doses
    }
    return [
        HistoryLine(number, label_of(dose.facts.product), dose, flags.get(dose.id, Verdict()))
        for number, dose in reversed(record.numbered())
    ]


def given_today(person: PersonView, record: DoseRecord, today: dt.date) -> GivenToday | None:
    """Give who put today's dose on record, so that a second nurse reads it instead of an error."""
    dose = next((d for d in record.doses if d.facts.given_on == today and d.counted), None)
    if dose is None:
        return None
    entries = doses.history_of([p.profile_id for p in person.profiles], dose.id)
    return GivenToday(dose.recorded_at, entries[0].by_name if entries else "")


def label_of(product: str) -> str:
    """Give the name of a vaccine as people say it; its code where the catalogue has none."""
    known = vaccines.product(product)
    return known.label if known else product
