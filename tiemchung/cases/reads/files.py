"""One case, whole, for its desk; and what its reporter sees of it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.cases.kinds import Door
from tiemchung.cases.models import Case, CaseByPerson, CaseByRef, CaseEffect, CaseInbox, CaseRepeat, CaseStep
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.reads.following import shown_with, state_shown
from tiemchung.cases.rules import PART_DONE, CaseState, Desk, DeskLevel, Part, Step, clean_ref, parts_of
from tiemchung.cases.sealed import open_claim, open_phone, open_text
from tiemchung.cases.values import CaseFile, EffectView, Progress, RepeatView, StepView
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.rows import rows
from tiemchung.core.statements import ask
from tiemchung.people.rules.phones import mask_phone

_ENDS = {Step.SETTLE, Step.REFUSE, Step.WITHDRAW}  # a repeat has its own
_DESK_STEPS = {"CLAIM", "RELEASE"}  # the office's own comings and goings say nothing to the citizen

_OWN: LiteralString = "contact_key = %s AND id = %s"
_HELD: LiteralString = "unit_id = %s AND case_id = %s AND open AND NOT watch ORDER BY id"
_CASE = tuple(str(field.attname) for field in Case._meta.concrete_fields)
_STEP = tuple(str(field.attname) for field in CaseStep._meta.concrete_fields)
_REPEATED: LiteralString = (
    "EXISTS (SELECT FROM cases_caserepeat r WHERE r.contact_key = c.contact_key AND r.lead_id = c.id)"
)
# A case, its steps and whether it has repeats lie beside each other: one statement tells of all.
_WHOLE = (
    f"SELECT {_REPEATED}, "  # noqa: S608 - own names
    + ", ".join(f"c.{field.column}" for field in Case._meta.concrete_fields)
    + ", "
    + ", ".join(f"s.{field.column}" for field in CaseStep._meta.concrete_fields)
    + " FROM cases_case c LEFT JOIN cases_casestep s ON s.contact_key = c.contact_key AND s.case_id = c.id"
    " WHERE c.contact_key = %s AND c.id = %s ORDER BY s.number"
)
_STEPS = (
    "SELECT EXISTS (SELECT FROM cases_caserepeat r WHERE r.contact_key = %s AND r.lead_id = %s), "  # noqa: S608 - own names
    + ", ".join(f"s.{field.column}" for field in CaseStep._meta.concrete_fields)
    + " FROM cases_casestep s WHERE s.contact_key = %s AND s.case_id = %s ORDER BY s.number"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """The steps of a case, and whether there are repeats of it."""

    steps: tuple[StepView, ...]
    repeated: bool


def find_case(ref: str) -> Case | None:
    """Give the row of this number, typed as people type it, or None."""
    clean = clean_ref(ref)
    places = rows(CaseByRef, "ref = %s", clean) if clean else []
    found = [row for place in places for row in rows(Case, _OWN, place.contact_key, place.case_id)]
    return found[0] if found else None


def desk_file(by: Actor, at: dt.datetime, ref: str) -> CaseFile | None:
    """Give the case to whom it may concern: its desk, a desk it climbed to, an authority above; else None."""
    clean = clean_ref(ref)
    for place in rows(CaseByRef, "ref = %s", clean) if clean else ():
        case, told = _whole(place)
        if case is not None and may_see(by, at, case):
            return _file(case, told)
    return None


def _whole(place: CaseByRef) -> tuple[Case | None, _Told]:
    found = ask(_WHOLE, place.contact_key, place.case_id)
    if not found:
        return None, _Told((), False)
    width = 1 + len(_CASE)
    case = Case.from_db(connection.alias, _CASE, found[0][1:width])
    return case, _told_by([(row[0], row[width:]) for row in found if row[width] is not None])


def may_see(by: Actor, at: dt.datetime, case: Case) -> bool:
    """Tell whether a member of staff may see this case."""
    desk = desk_of_actor(by, at)
    if by.kind is not Kind.STAFF or desk is None:
        return False
    if desk.level is DeskLevel.NATION or case.unit_id == desk.unit_id:
        return True
    rows = list(CaseInbox.objects.filter(unit_id__in=[case.unit_id, desk.unit_id], case_id=case.id))
    watching = any(row.unit_id == desk.unit_id and row.watch and row.open for row in rows)
    held = [row for row in rows if row.unit_id == case.unit_id and not row.watch]
    below = desk.level is not DeskLevel.FACILITY and any(_lies_under(row, by) for row in held)
    return watching or below


def _lies_under(row: CaseInbox, by: Actor) -> bool:
    return not by.area_ids.isdisjoint({row.commune_id, row.district_id, row.province_id} - {None})


def file_of(case: Case) -> CaseFile:
    """Give the whole file of a row that the caller may see, in two statements, one more each for its repeats and
    for what it has corrected.
    """
    key, case_id = bytes(case.contact_key), case.id
    found = ask(_STEPS, key, case_id, key, case_id)
    return _file(case, _told_by([(row[0], row[1:]) for row in found]))


def _told_by(found: Sequence[tuple[bool, Sequence[Any]]]) -> _Told:
    views = tuple(_step(CaseStep.from_db(connection.alias, _STEP, row), notes=True) for _, row in found)
    return _Told(views, any(repeated for repeated, _ in found))


def _file(case: Case, told: _Told) -> CaseFile:
    key, case_id, steps = case.contact_key, case.id, told.steps
    inbox = next(iter(rows(CaseInbox, _HELD, case.unit_id, case_id)), None)
    settled = any(step.step == Step.SETTLE or step.code == PART_DONE for step in steps)  # nothing else leaves an effect
    return CaseFile(
        ref=case.ref,
        case_id=case_id,
        contact_key=bytes(key),
        kind=case.kind,
        door=case.door,
        state=CaseState(case.state),
        language=case.language,
        version=case.version,
        claim=open_claim(case_id, case.sealed_claim),
        phone_shown=_shown(open_phone(case_id, case.sealed_phone)),
        person_id=case.person_id,
        dose_id=case.dose_id,
        desk=Desk(case.unit_id, DeskLevel(case.unit_level)),
        why=case.route_why,
        recorded_at=case.recorded_at,
        due_at=case.due_at,
        settled_at=case.settled_at,
        refusal=case.refusal,
        claimed_by=inbox.claimed_by if inbox else None,
        claimed_until=inbox.claimed_until if inbox else None,
        steps=steps,
        repeats=_repeats(case) if told.repeated else (),
        effects=_effects(case) if settled else (),
    )


def _shown(phone: str) -> str:
    return mask_phone(phone[-3:]) if phone else ""


def _step(row: CaseStep, *, notes: bool) -> StepView:
    return StepView(
        number=row.number,
        step=row.step,
        at=row.at,
        state=CaseState(row.state),
        by_kind=row.by_kind,
        by_name=row.by_name if notes else "",
        by_role=row.by_role,
        unit_id=row.unit_id,
        unit_level=row.unit_level,
        code=row.code,
        text=open_text(row.id, row.sealed_text),
        note=open_text(row.id, row.sealed_note) if notes else "",
    )


def _repeats(case: Case) -> tuple[RepeatView, ...]:
    rows = list(CaseRepeat.objects.filter(contact_key=case.contact_key, lead_id=case.id).order_by("id"))
    keys = {(bytes(row.repeat_contact), row.repeat_id) for row in rows}
    found = Case.objects.filter(contact_key__in=[key for key, _ in keys], id__in=[i for _, i in keys]) if keys else ()
    said = _said({repeat_id for _, repeat_id in keys}, [key for key, _ in keys])
    return tuple(
        RepeatView(
            ref=r.ref,
            case_id=r.id,
            recorded_at=r.recorded_at,
            claim=open_claim(r.id, r.sealed_claim),
            said=tuple(said.get(r.id, ())),
            contact_key=bytes(r.contact_key),
        )
        for r in sorted(found, key=lambda r: r.recorded_at)
        if (bytes(r.contact_key), r.id) in keys
    )


def _said(case_ids: Collection[UUID], keys: Sequence[bytes]) -> dict[UUID, list[str]]:
    """Give what the reporters of these cases added to them."""
    told: dict[UUID, list[str]] = {}
    steps = CaseStep.objects.filter(contact_key__in=keys, case_id__in=case_ids, step=Step.ANSWER)
    for step in steps.order_by("number") if case_ids else ():
        told.setdefault(step.case_id, []).append(open_text(step.id, step.sealed_text))
    return told


def _effects(case: Case) -> tuple[EffectView, ...]:
    rows = CaseEffect.objects.filter(contact_key=case.contact_key, case_id=case.id).order_by("at", "id")
    return tuple(map(_effect, rows))


def _effect(row: CaseEffect) -> EffectView:
    return EffectView(row.solution, row.profile_id, row.object_id, row.entry_id, row.at)


def progress_of(ref: str, contact_key: bytes) -> Progress | None:
    """Give what the reporter sees of a case, for whoever proved its phone; None for every other pair alike."""
    case = find_case(ref)
    if case is None or bytes(case.contact_key) != bytes(contact_key):
        return None
    return progress(case)


def progress(case: Case) -> Progress:
    """Give what the reporter sees; a repeat shows the steps of the case that it follows to whoever may know of it."""
    return progress_of_all([case])[0]


def progress_of_all(cases: Sequence[Case]) -> tuple[Progress, ...]:
    """Give what the reporter sees of each of these cases, in three statements at most."""
    leads = _leads([case for case in cases if case.lead_id is not None])
    holders = [shown_with(case, leads) for case in cases]
    every = list({one.id: one for one in (*cases, *holders)}.values())
    steps, effects = _steps_of(every), _effects_of(holders)
    return tuple(
        _progress(case, lead, _told(case, lead, steps), effects[lead.id], parts_of(steps[lead.id]))
        for case, lead in zip(cases, holders, strict=True)
    )


def _told(case: Case, lead: Case, steps: Mapping[UUID, list[StepView]]) -> list[StepView]:
    """Give the steps of a case for its reporter, with those of the case that it follows until its own end."""
    own = steps[case.id]
    if lead is case:
        return [replace(step, step=_taken(case), state=CaseState.ROUTED) if step.step == Step.JOIN else step
                for step in own]  # fmt: skip
    until = case.settled_at
    followed = [s for s in steps[lead.id][1:] if s.step not in _ENDS and (until is None or s.at < until)]
    return sorted((*own, *followed), key=lambda step: step.at)


def _taken(case: Case) -> Step:
    return Step.CONFIRM if case.door == Door.PORTAL else Step.RECEIVE


def _leads(repeats: Sequence[Case]) -> dict[UUID, Case]:
    if not repeats:
        return {}
    rows = Case.objects.filter(contact_key__in=[r.lead_contact for r in repeats], id__in=[r.lead_id for r in repeats])
    return {row.id: row for row in rows}


def _steps_of(cases: Sequence[Case]) -> dict[UUID, list[StepView]]:
    found: dict[UUID, list[StepView]] = {case.id: [] for case in cases}
    keys, ids = [case.contact_key for case in cases], list(found)
    for row in CaseStep.objects.filter(contact_key__in=keys, case_id__in=ids).order_by("case_id", "number"):
        if row.step not in _DESK_STEPS:
            found[row.case_id].append(_step(row, notes=False))
    return found


def _effects_of(cases: Sequence[Case]) -> dict[UUID, list[EffectView]]:
    found: dict[UUID, list[EffectView]] = {case.id: [] for case in cases}
    keys, ids = [case.contact_key for case in cases], list(found)
    for row in CaseEffect.objects.filter(contact_key__in=keys, case_id__in=ids).order_by("at", "id"):
        found[row.case_id].append(_effect(row))
    return found


def _progress(
    case: Case, lead: Case, steps: Iterable[StepView], effects: Iterable[EffectView], parts: tuple[Part, ...]
) -> Progress:
    return Progress(
        ref=case.ref,
        case_id=case.id,
        kind=case.kind,
        state=state_shown(case, lead),
        desk=Desk(lead.unit_id, DeskLevel(lead.unit_level)),
        why=lead.route_why,
        recorded_at=case.recorded_at,
        due_at=lead.due_at,
        settled_at=case.settled_at,
        refusal=case.refusal,
        answer=open_text(case.id, case.sealed_answer),
        steps=tuple(steps),
        effects=tuple(effects),
        person_id=case.person_id,
        dose_id=case.dose_id,
        joined_to=lead is not case,
        parts=parts,
    )


def cases_of_contact(contact_key: bytes, *, limit: int = 50) -> tuple[Progress, ...]:
    """Give the cases of a proved phone, newest first."""
    rows = list(Case.objects.filter(contact_key=contact_key).order_by("-recorded_at", "-id")[:limit])
    return progress_of_all(rows)


def cases_of_person(by: Actor, person_ids: Iterable[UUID], *, limit: int = 50) -> tuple[Progress, ...]:
    """Give the cases about these profiles to their citizen, or to staff who reached the person through `people`."""
    ids = list(person_ids)
    if by.kind is Kind.CITIZEN and by.person_ids.isdisjoint(ids):
        return ()
    places = list(CaseByPerson.objects.filter(person_id__in=ids).order_by("-id")[:limit])
    if not places:
        return ()
    rows = Case.objects.filter(contact_key__in=[p.contact_key for p in places], id__in=[p.case_id for p in places])
    return progress_of_all(sorted(rows, key=lambda r: r.recorded_at, reverse=True))
