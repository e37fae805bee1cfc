"""A report of what is being worked on already: it follows the open case, and its reporter is told with it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from tiemchung.cases.defects import Defects, defects_of, is_apart
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.models import Case, CaseDefect, CaseRepeat
from tiemchung.cases.rules import OPEN, CaseState, Claim
from tiemchung.cases.sealed import open_claim
from tiemchung.cases.telling import tell
from tiemchung.core.ids import new_id
from tiemchung.core.rows import put_row, rows

_KEEP_DEFECTS = """
INSERT INTO cases_casedefect (id, defect, contact_key, case_id, open)
SELECT own.id, own.defect, %s, %s, TRUE FROM unnest(%s::uuid[], %s::bytea[]) AS own (id, defect) ON CONFLICT DO NOTHING
"""


def lead_or_own(case: Case, claim: Claim) -> Case | None:
    """Give the open case, locked, that is about all that this report tells; else keep the defects as its own."""
    defects = _defects(case, claim)
    every = sorted({*defects.own, *defects.wanted})
    locks = [int.from_bytes(key[:8], "big", signed=True) for key in every]
    with connection.cursor() as cursor:
        # In the order of the keys, so that two reports at once queue and the second finds the first.
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", (sorted(locks),))
    for contact, case_id in _about_all(defects):
        # Wait for whoever is settling it just now; what is settled meanwhile takes no more repeats.
        lead = Case.objects.select_for_update().get(contact_key=contact, id=case_id)
        if lead.state in OPEN:
            return lead
    keep_defects(case, defects)
    return None


def _about_all(defects: Defects) -> list[tuple[bytes, UUID]]:
    held: dict[tuple[bytes, UUID], set[bytes]] = defaultdict(set)
    for row in rows(CaseDefect, "defect = ANY(%s) AND open ORDER BY id", sorted(defects.wanted)):
        held[bytes(row.contact_key), row.case_id].add(bytes(row.defect))
    return [place for place, keys in held.items() if defects.held_by(frozenset(keys))]


def follow_lead(case: Case, lead: Case) -> None:
    """Let a case be answered with its lead; by the same desk and time where its reporter may know of the lead."""
    case.lead_contact, case.lead_id = bytes(lead.contact_key), lead.id
    if not is_apart(case, lead):
        case.due_at = lead.due_at
        follow_desk(case, lead)
    case.save(force_update=True)
    put_row(
        CaseRepeat(contact_key=lead.contact_key, lead_id=lead.id, repeat_contact=case.contact_key, repeat_id=case.id)
    )


def keep_defects(case: Case, defects: Defects | None = None) -> None:
    """Note what this open case is about, unless another open case is about it already."""
    keys = list((defects or own_defects(case)).own)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_DEFECTS, (bytes(case.contact_key), case.id, [new_id() for _ in keys], keys))


def close_defects(case: Case) -> None:
    """Say that no case about this defect is open any more: the next report of it is a case of its own."""
    CaseDefect.objects.filter(
        defect__in=own_defects(case).own, contact_key=case.contact_key, case_id=case.id, open=True
    ).update(open=False)


def own_defects(case: Case) -> Defects:
    """Give the keys of what this case is about."""
    return _defects(case, open_claim(case.id, case.sealed_claim))


def _defects(case: Case, claim: Claim) -> Defects:
    return defects_of(case.kind, claim, bytes(case.contact_key), case.person_id, case.dose_id)


def waiting_repeats(case: Case) -> list[Case]:
    """Lock and give the repeats that wait for this case's end, oldest first."""
    found = CaseRepeat.objects.filter(contact_key=case.contact_key, lead_id=case.id)
    places = set(found.values_list("repeat_contact", "repeat_id"))
    return sorted(_locked(places, case), key=lambda c: (c.recorded_at, c.id))


def _locked(places: Iterable[tuple[bytes | memoryview, UUID]], lead: Case) -> list[Case]:
    pairs = {(bytes(key), repeat_id) for key, repeat_id in places}
    if not pairs:
        return []
    found = Case.objects.select_for_update().filter(
        contact_key__in={key for key, _ in pairs}, id__in={repeat_id for _, repeat_id in pairs}
    )
    return [c for c in found.order_by("id") if c.state == CaseState.JOINED and c.lead_id == lead.id]


def tell_all(case: Case, code: str, at: dt.datetime) -> None:
    """Tell the reporter of a case, and those of its repeats who may know of it; these follow it to its desk."""
    tell(case, code, at)
    for repeat in near_repeats(case):
        if repeat.unit_id != case.unit_id:
            drop_letter(repeat, repeat.unit_id)
            follow_desk(repeat, case)
            repeat.save(force_update=True)
        tell(repeat, code, at)


def follow_desk(repeat: Case, lead: Case) -> None:
    """Let a repeat lie where its lead does: whoever answers that one owes its letters and is asked again."""
    repeat.unit_id, repeat.unit_level = lead.unit_id, lead.unit_level


def near_repeats(case: Case) -> list[Case]:
    """Lock and give the waiting repeats whose reporters may know of the case."""
    return [repeat for repeat in waiting_repeats(case) if not is_apart(repeat, case)]
