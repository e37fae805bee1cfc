"""What becomes of the rest of a report that tells of several places: the choice on the page, and what was chosen."""

from uuid import UUID

from django.http import HttpRequest

from tiemchung.cases import reads
from tiemchung.cases.rules import Desk, Part, PartKind
from tiemchung.cases.values import CaseFile
from tiemchung.places.reads import NoSuchPlace
from tiemchung.web.cases.frame import Opened, level_of, names_of
from tiemchung.web.shared.words import say

FIELD, ALL_DONE = "rest", "all"
Item = tuple[str, str]


def desk_in(text: str) -> Desk | None:
    """Give the desk that a form names as `LEVEL:id`, None for anything else."""
    level, _, unit = text.partition(":")
    try:
        found = level_of(level)
        return Desk(UUID(unit), found) if found else None
    except ValueError:
        return None


def desk_word(desk: Desk | None) -> str:
    """Give what a form says of the rest: the desk it goes to, or that there is none."""
    return f"{desk.level}:{desk.unit_id}" if desk is not None else ALL_DONE


def rest_typed(request: HttpRequest) -> str | None:
    """Give what a form said of the rest, None for one that did not ask."""
    return request.POST[FIELD][:60] if FIELD in request.POST else None


def rest_items(case: Opened, typed: str | None) -> tuple[str, list[Item]]:
    """Give the chosen word and the choices, none where the report is of one desk; unasked, the rest goes on."""
    desks = list(reads.rest_desks(case.by, case.at, case.file)) if not case.over else []
    chosen = desk_in(typed or "")
    if chosen is not None and chosen not in desks and chosen != case.file.desk and desk_name(chosen):
        desks.append(chosen)
    if not desks:
        return ALL_DONE, []
    items = [(desk_word(desk), say("cases.rest.goes", name=desk_name(desk))) for desk in desks]
    words = {word for word, _ in items} | {ALL_DONE}
    return (typed if typed in words else items[0][0]) or ALL_DONE, [*items, (ALL_DONE, say("cases.rest.done"))]


def desk_name(desk: Desk) -> str:
    """Give the name of a desk; empty for one that never was."""
    try:
        return names_of([(desk.unit_id, desk.level)]).get(desk.unit_id, "")
    except NoSuchPlace:
        return ""


def parts_told(file: CaseFile) -> list[str]:
    """Say for each part of a report that another desk answered which one did, when, and how."""
    if not file.parts:
        return []
    names = names_of({(part.unit_id, part.unit_level) for part in file.parts if part.unit_id})
    return [_part(part, names) for part in file.parts]


def _part(part: Part, names: dict[UUID, str]) -> str:
    name = names.get(part.unit_id, "") if part.unit_id else ""
    why = say(f"case.refusal.{part.refusal}.label") if part.kind is PartKind.REFUSED else ""
    return say(f"cases.rest.part.{part.kind}", name=name, at=part.at, why=why)

