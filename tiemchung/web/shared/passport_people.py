"""The people behind a count of the passports' boards, as lines that name only whom the reader may see."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.certificates.reads import TaskView
from tiemchung.certificates.reads.board_lists import StandView, people_standing, people_waiting
from tiemchung.certificates.rules import TO_ISSUE, TO_MEND, TO_SIGN, Lack, PassportState
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.doses.reads import doses_named
from tiemchung.people.reads import PersonSight, sights_of
from tiemchung.places.reads import facility_names
from tiemchung.vaccines.reads import product
from tiemchung.web.shared.list_place import Place
from tiemchung.web.shared.words import say

PAGE = 50
# Behind "still lacking" lies every lack that somebody can mend, behind "signed" who has each dose signed by its
# facility, and behind "has a passport" what is in force.
LACKING, SIGNED, HELD = "LACKING", "SIGNED", "HELD"
WAITING: dict[str, tuple[str, ...]] = {LACKING: TO_MEND} | {r: (r,) for r in (*map(str, Lack), TO_SIGN, TO_ISSUE)}
STANDING: dict[str, tuple[PassportState, ...]] = {
    SIGNED: (PassportState.FACILITY_SIGNED, PassportState.ISSUED, PassportState.EXPIRING),
    HELD: (PassportState.ISSUED, PassportState.EXPIRING),
    "EXPIRING": (PassportState.EXPIRING,),
    "REVOKED": (PassportState.REVOKED,),
}
COUNTS = frozenset(WAITING) | frozenset(STANDING)
_Line = TaskView | StandView


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list: its lines, and where the next page begins, None where there is none."""

    rows: list[dict[str, Any]]
    more: Place | None


def people_behind(
    count: str,
    unit_ids: Iterable[UUID] | None,
    *,
    by: Actor,
    at: dt.datetime,
    purpose: str,
    after: Place | None,
    own: bool = False,
) -> PeoplePage:
    """Give who is behind a count of these units, and note the look at each who is named.

    Who lives out of the reader's sight is a line without a name; with `own` the reader's facility gave their doses
    itself and knows them.
    """
    lines: Sequence[_Line]
    if count in WAITING:
        lines = people_waiting(unit_ids, WAITING[count], after=after, limit=PAGE + 1)
    else:
        lines = people_standing(unit_ids, STANDING[count], after=after, limit=PAGE + 1)
    more = lines[PAGE - 1].place if len(lines) > PAGE else None
    sights = sights_of(by, at, [line.person_id for line in lines[:PAGE]])
    named = {key: one for key, one in sights.items() if own or one.seen}
    note_look(by=by, at=at, action="passports.people", subject_ids=list(named), purpose=purpose)
    return PeoplePage(_told(lines[:PAGE], count, named), more)


def heading_of(count: str) -> str:
    """Name a count as its list is headed."""
    words = say(f"passports.count.{count}" if count in {LACKING, *STANDING} else f"passports.reason.{count}.title")
    return words[:1].upper() + words[1:]


def _told(lines: Sequence[_Line], count: str, named: Mapping[UUID, PersonSight]) -> list[dict[str, Any]]:
    houses = facility_names({line.unit_id for line in lines})
    tasks = [line for line in lines if isinstance(line, TaskView)]
    doses = doses_named((t.profile_id, t.dose_id) for t in tasks if t.profile_id and t.dose_id)
    rows = []
    for line in lines:
        facts = [houses[line.unit_id]] if line.unit_id in houses else []
        if isinstance(line, TaskView):
            dose = doses.get(line.dose_id) if line.dose_id else None
            facts += [_dose_words(dose.facts.product, dose.facts.given_on)] if dose else []
            facts += [say(f"passports.reason.{line.reason}.title")] if count == LACKING else []
        task = line if isinstance(line, TaskView) else None
        row = {"who": named.get(line.person_id), "facts": facts, "since": line.since, "task": task}
        rows.append(row | {"at_facility": line.unit_id in houses})
    return rows


def _dose_words(code: str, day: dt.date) -> str:
    known = product(code)
    return str(say("passports.dose", product=known.label if known else code, day=day))
