"""What became of the doses that stand voided beside a report: who took them off, when and why."""

from typing import Any
from uuid import UUID

from tiemchung.cases.rules import Claim
from tiemchung.doses import reads as doses
from tiemchung.doses.rules import DoseState, EntryKind
from tiemchung.doses.values import DoseView, EntryView
from tiemchung.places import reads as places
from tiemchung.web.cases.frame import Opened
from tiemchung.web.cases.pairing import LEAST, nearness
from tiemchung.web.cases.sides import dose_line, place_names
from tiemchung.web.cases.whose import Whose
from tiemchung.web.shared.words import say

# What is missed in these may have been taken off: then the void is the answer to "why is it gone".
GONE = frozenset({"RECORD_VANISHED", "DOSE1_MISSING", "DOSE2_MISSING", "BOTH_MISSING", "PLACE_NOT_LISTED"})


def mark_voided(case: Opened, whose: Whose, pairs: list[dict[str, Any]], names: dict[UUID, str]) -> list[str]:
    """Put the story of its void to each pair that has one, and give those that may explain what is missed.

    One statement where a dose is voided, none where none is; only for who holds the case.
    """
    voided = [dose for dose in whose.doses if dose.state is DoseState.VOIDED]
    if not case.mine or whose.person is None or not voided:
        return []
    only = voided[0].id if len(voided) == 1 else None
    entries = doses.history_of([profile.profile_id for profile in whose.person.profiles], only)
    last = {entry.dose_id: entry for entry in entries if entry.kind == EntryKind.VOIDED}
    for pair in pairs:
        entry = last.get(pair["dose"].id) if pair["dose"] else None
        pair["voided"] = _story(entry) if entry else ""
    if case.file.kind not in GONE:
        return []
    known = place_names([dose.facts for dose in voided], (), names)
    meant = [dose for dose in voided if dose.id in last and may_be_meant(case.file.claim, dose)]
    return [f"{dose_line(dose.facts, known)}. {_story(last[dose.id])}" for dose in meant]


def may_be_meant(claim: Claim, dose: DoseView) -> bool:
    """Tell whether a dose may be one that the report misses; of one of which nothing is told, each may be."""
    return any(not (told.product or told.given_on) or nearness(told, dose) >= LEAST for told in claim.doses)


def _story(entry: EntryView) -> str:
    unit = places.facility_names([entry.by_facility_id]) if entry.by_facility_id else {}
    role = say(f"access.role.{entry.by_role}") if entry.by_role else ""
    who = ", ".join(part for part in (entry.by_name, role, *unit.values()) if part)
    return say("cases.gone.story" if who else "cases.gone.story_nobody", at=entry.recorded_at, who=who,
               why=entry.because.strip() or say("cases.gone.no_reason"))  # fmt: skip
