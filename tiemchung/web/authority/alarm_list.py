"""The page of alarms: what the house noticed, unseen first, and who has looked at it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tiemchung.access import reads as access
from tiemchung.certificates.reads.runs import certificate_numbers
from tiemchung.core import clock
from tiemchung.core.alarms import AlarmView, alarms, see_alarm
from tiemchung.core.audit import write_line
from tiemchung.places import reads as places
from tiemchung.places.reads import FacilityView
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import ALARM_ROLES, PEOPLE_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.words import has_words, say

OF_FACILITIES = frozenset({"GHOST_DOSES", "OVERRIDES_SHARE"})
OF_PEOPLE = frozenset(
    {"POPULATION_REFUSED", "NATIONALITY_CHANGED", "CERTIFICATE_WRONG", "SIGNATURE_FORGED", "DRIFT"}
    | {"PASSPORT_NOT_ISSUABLE"}
)
UNKNOWN_CODE = "UNKNOWN_CERTIFICATE"  # its key may be in other hands
open_to_watchers = open_to_staff(*ALARM_ROLES)


@open_to_watchers
@require_GET
def alarms_page(request: HttpRequest) -> HttpResponse:
    """List the alarms, those that nobody has looked at first."""
    unseen = alarms(unseen=True)
    seen = [alarm for alarm in alarms() if alarm.seen_at is not None]
    names = access.staff_names(one for alarm in (*unseen, *seen) for one in (alarm.actor_id, alarm.seen_by) if one)
    return staff_page(
        request,
        "authority/alarms.html",
        unseen=alarms_told(unseen, names),
        seen=alarms_told(seen, names),
        opens_people=actor_of(request).role in PEOPLE_ROLES,
    )


def alarms_told(rows: Iterable[AlarmView], names: dict[UUID, str]) -> list[dict[str, Any]]:
    """Say each alarm in words: what, when, where, by whom, its facts; a code without words is named by its code."""
    rows = list(rows)
    where = places.facilities_by_id({row.subject_id for row in rows if row.code in OF_FACILITIES and row.subject_id})
    numbers = certificate_numbers(held for held in map(_certificate_of, rows) if held)
    return [
        {
            "id": row.id,
            "at": row.at,
            "title": say(f"audit.alarm.{row.code}.title") if has_words(f"audit.alarm.{row.code}.title") else row.code,
            "text": _text_of(row),
            "actor_id": row.actor_id if row.actor_id in names else None,
            "actor": names.get(row.actor_id, "") if row.actor_id else "",
            "person_id": row.subject_id if row.code in OF_PEOPLE else None,
            "key": row.facts.get("kid", "") if row.code == UNKNOWN_CODE else "",
            "facts": [*_place_of(row, where), *_number_of(row, numbers), *facts_told(row)],
            "seen_at": row.seen_at,
            "seen_by": names.get(row.seen_by, "") if row.seen_by else "",
        }
        for row in rows
    ]


def _text_of(row: AlarmView) -> str:
    key = f"audit.alarm.{row.code}.text"
    facts = {name: value for name, value in row.facts.items() if name not in ("key", "lang")}
    return say(key, **facts) if has_words(key) else ""


def _place_of(row: AlarmView, where: Mapping[UUID, FacilityView]) -> list[str]:
    return [where[row.subject_id].name] if row.subject_id is not None and row.subject_id in where else []


def _certificate_of(row: AlarmView) -> tuple[UUID, UUID] | None:
    told = str(row.facts.get("certificate", ""))
    return (row.subject_id, UUID(told)) if told and row.subject_id is not None else None


def _number_of(row: AlarmView, numbers: Mapping[UUID, str]) -> list[str]:
    held = _certificate_of(row)
    return [say("audit.fact.number", value=numbers[held[1]])] if held and held[1] in numbers else []


def facts_told(row: AlarmView) -> list[str]:
    """Say those facts of an alarm that have words; a sign-in's trace and the like are for the log."""
    told = []
    for name, value in sorted(row.facts.items()):
        if name == "codes":
            told += [_drift(code) for code in str(value).split(", ")]
            continue
        words = next((key for key in _named(name, value) if has_words(key)), "")
        if words:
            told.append(say(words))
        elif has_words(f"audit.fact.{name}"):
            told.append(say(f"audit.fact.{name}", value=value))
    return told


def _drift(code: str) -> str:
    key = f"signing.fault.DRIFT_{code}"
    return say(key) if has_words(key) else code


def _named(name: str, value: Any) -> tuple[str, ...]:
    """Give the keys under which the value of a fact may have words of its own, the first that has them counts."""
    of = {"role": ("access.role",), "kind": ("authority.kind",), "purpose": ("trust.purpose",),
          "why": ("audit.why", "signing.fault")}  # fmt: skip
    return tuple(f"{begin}.{value}" for begin in of.get(name, ()))


@open_to_watchers
@require_POST
def see(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Note that I have looked at an alarm; the first who did stays named."""
    by, at = actor_of(request), clock.now()
    if by.id is not None:
        see_alarm(alarm_id, by=by.id, at=at)
        write_line(by=by, at=at, action="authority.see_alarm", subject_id=alarm_id)
        tell(request, "audit.alarms.noted")
    return redirect("authority:alarms")
