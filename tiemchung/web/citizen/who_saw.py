"""Who saw my record: days, units and roles in plain words, never the name of a member of staff."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tiemchung.cases.rules import shown_ref
from tiemchung.core.actor import Kind
from tiemchung.people.reads import SawLine, who_saw
from tiemchung.places import reads as places
from tiemchung.web.citizen.reports.frame import book_page, holder_in, reader
from tiemchung.web.shared.gate import open_to_citizen
from tiemchung.web.shared.words import has_words, say

MOST = 500


@require_safe
@open_to_citizen
def who_saw_page(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show who saw this person, newest first; the reader's own looks and the family's are one line a day."""
    holder = holder_in(request, person_id)
    lines = who_saw(reader(request), holder.person_id, limit=MOST)
    houses = places.facility_names({line.facility_id for line in lines if line.facility_id})
    others = [line for line in lines if line.kind != Kind.CITIZEN]
    facts = {
        "holder": holder,
        "lines": _joined(_told(line, houses) for line in others),
        "own": _own_days(lines),
        "cut": sum(line.times for line in lines) >= MOST,
        "most": MOST,
    }
    return book_page(request, "who_saw", facts)


def _joined(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give lines that read alike as one, with the number of all their looks; the order stays."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        alike = tuple(line[name] for name in ("on", "who", "unit", "why"))
        times = found[alike]["times"] if alike in found else 0
        found[alike] = line | {"times": times + line["times"]}
    return list(found.values())


def _told(line: SawLine, houses: Mapping[UUID, str]) -> dict[str, Any]:
    who = say(f"access.role.{line.role}") if line.role else say(f"book_report.saw.kind.{line.kind}")
    return {
        "on": line.on,
        "who": who,
        "unit": houses.get(line.facility_id, "") if line.facility_id else _area_words(line.area_id),
        "why": purpose_words(line.purpose),
        "times": line.times,
    }


def _area_words(area_id: UUID | None) -> str:
    return places.path_name(area_id) if area_id else ""


def purpose_words(purpose: str) -> str:
    """Say in plain words why somebody looked; what was written freely by staff is not shown to the citizen."""
    if purpose.startswith("PA "):
        return say("book_report.saw.purpose.report", ref=shown_ref(purpose[3:].replace(" ", "")))
    if purpose.startswith("BULK "):
        return say("book_report.saw.purpose.bulk")
    key = f"book_report.saw.purpose.{purpose.split(':')[0].replace(' ', '_').replace('-', '_')}"
    return say(key) if has_words(key) else say("book_report.saw.purpose.other")


def _own_days(lines: tuple[SawLine, ...]) -> list[dict[str, object]]:
    days: dict[object, int] = {}
    for line in lines:
        if line.kind == Kind.CITIZEN:
            days[line.on] = days.get(line.on, 0) + line.times
    return [{"on": day, "times": times} for day, times in days.items()]
