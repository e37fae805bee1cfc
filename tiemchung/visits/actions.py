"""The only verbs that write visits. Each: lock the person, ask the rule, write, audit."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import FACILITY_ROLES, Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.rows import put_row, rows
from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.doses.actions import RecordedDose, record_dose, void_dose
from tiemchung.doses.reads import birth_of
from tiemchung.doses.reads import dose as dose_of
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import LockedPerson, lock_person
from tiemchung.people.actions.sighting import seen_person
from tiemchung.people.reads import NotFound
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts
from tiemchung.visits import reads
from tiemchung.visits.models import DayDefaults, Visit
from tiemchung.visits.rules import (
    OBSERVATION,
    OPEN,
    Form,
    Reaction,
    Screening,
    Step,
    VisitState,
    conclude,
    form_for,
    judge_screening,
    may_end_observation,
    may_work_at,
    state_after,
    step_of,
)

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Injection:
    """The answer to `inject`: the dose with all that follows, the visit, and the reasons of screening and stock."""

    recorded: RecordedDose
    visit: reads.VisitView
    screening: Verdict
    stock: Verdict = YES

    @property
    def verdict(self) -> Verdict:
        """Give every reason of all rules."""
        return self.screening + self.stock + self.recorded.verdict


def inject(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    screening: Screening,
    product: str,
    lot_id: UUID,
    because: str = "",
) -> Injection:
    """Put the dose that is given now on record and start the watch; asked twice with one key it is one dose.

    Raises people.reads.NotFound for a person whom the actor may not see, and Refused with FACILITY_NOT_OPEN,
    POINT_NOT_OPEN, LOT_NOT_IN_STOCK, LOT_USED_UP, the reasons of the screening or of the vaccine rules; `because`
    sets overridable ones aside. The person's lock orders two desks that act at the same instant: the second is refused
    with SAME_DAY.
    """
    _at_own_place(by)
    because = _reason(because)
    with transaction.atomic():
        person = _locked(by, at, profile_id)
        form = _form(person, at)
        screened = _screening_verdict(person, form, screening, product)
        visit, lot, stock = _visit(by, at, key, person), vaccines.lot(lot_id), YES
        if visit.dose_id is None:
            may_work_at(reads.posted_place(by).open_days, local(at).date()).or_raise()
            stock = reads.in_stock(visit.facility_id, lot, local(at).date()) if lot else YES
            (screened + stock).or_raise(because)
            visit.state = _on_the_way(visit, Step.SCREEN, Step.INJECT)
        recorded = record_dose(
            by=by,
            at=at,
            key=key,
            profile_id=profile_id,
            facts=_facts(by, _given_at(visit, at), product, lot_id, lot),
            source=DoseSource.DESK,
            because=because,
            held=person,
            lot=lot,
        )
        if visit.dose_id is None:
            _screened(visit, form, screening, product, by)
            visit.because, visit.dose_id, visit.product = because, recorded.dose.id, product
            visit.observed_until, visit.lot_unheld = at + OBSERVATION, not stock.allowed
            _save(visit, at)
            if visit.lot_unheld:
                _tell_unheld(by, at, person, visit, stock)
        return Injection(recorded, reads.view_of(visit), screened, stock)


def defer_visit(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    profile_id: UUID,
    outcome: VisitState,
    screening: Screening,
    product: str = "",
    because: str,
    come_again_on: dt.date | None = None,
) -> reads.VisitView:
    """End today's visit without an injection: deferred, contraindicated, referred or declined, with the reason.

    No dose comes of it and none is counted. Raises NotFound, and Refused with VISIT_REASON_MISSING,
    COME_AGAIN_IN_PAST or VISIT_STEP_NOT_POSSIBLE.
    """
    _at_own_place(by)
    because = _reason(because)
    if not because:
        raise Refused(refuse("VISIT_REASON_MISSING"))
    if come_again_on is not None and come_again_on <= local(at).date():
        raise Refused(refuse("COME_AGAIN_IN_PAST"))
    with transaction.atomic():
        person = _locked(by, at, profile_id)
        visit = _visit(by, at, key, person)
        if visit.state == outcome and visit.key == key:
            return reads.view_of(visit)
        visit.state = _on_the_way(visit, step_of(outcome))
        form = _form(person, at)
        if form is not None and screening.form == form.code:
            _screened(visit, form, screening, product, by)
        visit.because, visit.product, visit.come_again_on = because, product[:30], come_again_on
        _save(visit, at)
        write_line(
            by=by,
            at=at,
            action="defer_visit",
            subject_id=person.person_id,
            object_id=visit.id,
            because=because,
            facts={"outcome": str(outcome)},
        )
        return reads.view_of(visit)


def finish_observation(
    *, by: Actor, at: dt.datetime, profile_id: UUID, visit_id: UUID, reaction: Reaction, because: str = ""
) -> reads.VisitView:
    """End the watch after an injection with what was seen; asking again with the same reaction changes nothing.

    Raises NotFound, and Refused with OBSERVATION_RUNNING before its time, which a reason sets aside.
    """
    because = _reason(because)
    with transaction.atomic():
        person = _locked(by, at, profile_id)
        visit = _own_visit(by, profile_id, visit_id)
        if visit.state == VisitState.OBSERVED and visit.reaction == reaction:
            return reads.view_of(visit)
        visit.state = state_after(VisitState(visit.state), Step.END_OBSERVATION)
        verdict = may_end_observation(visit.observed_until or at, at, reaction).or_raise(because)
        visit.reaction = reaction
        _save(visit, at)
        write_line(
            by=by,
            at=at,
            action="finish_observation",
            subject_id=person.person_id,
            object_id=visit.id,
            because=because,
            verdict=verdict,
            facts={"reaction": str(reaction)},
        )
        return reads.view_of(visit)


def undo_injection(
    *, by: Actor, at: dt.datetime, key: str, profile_id: UUID, visit_id: UUID, because: str
) -> RecordedDose | None:
    """Void the dose of this visit, on the same day by who gave it; None where the visit is undone already.

    Raises NotFound, and Refused as `doses.void_dose` does. Both entries stay in the history.
    """
    because = _reason(because)
    with transaction.atomic():
        person = _locked(by, at, profile_id)
        visit = _own_visit(by, profile_id, visit_id)
        if visit.state == VisitState.UNDONE:
            return None
        dose = dose_of(person.profile_ids, visit.dose_id) if visit.dose_id else None
        if dose is None:
            raise Refused(refuse("NO_SUCH_DOSE"))
        visit.state = state_after(VisitState(visit.state), Step.UNDO)
        _save(visit, at)
        if dose.state is DoseState.VOIDED:
            return None
        return void_dose(
            by=by,
            at=at,
            key=key,
            profile_id=dose.profile_id,
            dose_id=dose.id,
            version=dose.version,
            because=because,
        )


def choose_day(*, by: Actor, at: dt.datetime, product: str, lot_id: UUID) -> reads.DayChoice:
    """Keep the vaccine and lot that this vaccinator works with until midnight, and warn where stock has none of it.

    Raises Refused with LOT_UNKNOWN, LOT_OF_OTHER_PRODUCT, LOT_EXPIRED or LOT_RECALLED.
    """
    staff_id, facility_id = _at_own_place(by)
    today = local(at).date()
    lot = vaccines.lot(lot_id)
    if lot is None:
        raise Refused(refuse("LOT_UNKNOWN"))
    if lot.product != product:
        raise Refused(refuse("LOT_OF_OTHER_PRODUCT", lot=lot.number, product=_label(lot.product)))
    if lot.recalled_at is not None:
        raise Refused(refuse("LOT_RECALLED", lot=lot.number, recalled_on=local(lot.recalled_at).date()))
    if lot.expires_on < today:
        raise Refused(refuse("LOT_EXPIRED", lot=lot.number, expires_on=lot.expires_on))
    DayDefaults.objects.update_or_create(
        staff_id=staff_id,
        facility_id=facility_id,
        on_day=today,
        defaults={"product": product, "lot_id": lot_id, "changed_at": at},
    )
    write_line(
        by=by,
        at=at,
        action="choose_day",
        subject_id=staff_id,
        object_id=lot_id,
        facts={"product": product},
    )
    return reads.DayChoice(product, lot, reads.in_stock(facility_id, lot, today))


def _label(product: str) -> str:
    known = vaccines.product(product)
    return known.label if known else product


def _at_own_place(by: Actor) -> tuple[UUID, UUID]:
    """Give who works and at which facility, or refuse whoever is posted to none."""
    if by.role not in FACILITY_ROLES or by.facility_id is None or by.id is None:
        raise Refused(refuse("NOT_YOUR_TASK"))
    return by.id, by.facility_id


def _reason(because: str) -> str:
    text = nfc(because)
    if len(text) > LONGEST_REASON:
        raise Refused(refuse("TEXT_TOO_LONG", field="because", limit=LONGEST_REASON))
    return text


def _locked(by: Actor, at: dt.datetime, profile_id: UUID) -> LockedPerson:
    """Lock the person if the actor may see it; the area that most people of a desk have costs no statement."""
    person = lock_person(profile_id)
    if person.area_id is None or person.area_id not in by.area_ids:
        seen_person(by, at, profile_id)
    return person


def _form(person: LockedPerson, at: dt.datetime) -> Form | None:
    return form_for(birth_of(person.birth_date, person.birth_precision), local(at).date())


def _screening_verdict(person: LockedPerson, form: Form | None, screening: Screening, product: str) -> Verdict:
    if person.died_on is not None:
        return refuse("PERSON_DIED")
    return judge_screening(form, screening, product) if form else refuse("SCREENING_NO_FORM")


def _facts(by: Actor, at: dt.datetime, product: str, lot_id: UUID, lot: LotFacts | None) -> DoseFacts:
    return DoseFacts(
        product=product,
        given_on=local(at).date(),
        given_at=at,
        lot_id=lot_id,
        lot_number=lot.number if lot else "",
        component=(lot.component or "") if lot else "",
        facility_id=by.facility_id,
        point_id=by.point_id,
        place_name=reads.posted_place(by).words,
        vaccinator_id=by.id,
    )


def _tell_unheld(by: Actor, at: dt.datetime, person: LockedPerson, visit: Visit, stock: Verdict) -> None:
    write_line(
        by=by,
        at=at,
        action="inject_unheld_lot",
        subject_id=person.person_id,
        object_id=visit.id,
        because=visit.because,
        verdict=stock,
    )


def _given_at(visit: Visit, at: dt.datetime) -> dt.datetime:
    """Give the moment of the injection; a retry tells the moment of the first asking, so its facts are equal."""
    return at if visit.observed_until is None else visit.observed_until - OBSERVATION


def _visit(by: Actor, at: dt.datetime, key: str, person: LockedPerson) -> Visit:
    """Give the visit that this key made, else today's open one here, else a new one that is not saved yet."""
    _, facility_id = _at_own_place(by)
    today = local(at).date()
    here = "profile_id = ANY(%s) AND on_day = %s AND facility_id = %s"
    known = rows(Visit, here, list(person.profile_ids), today, facility_id)
    for fits in (lambda v: v.key == key, lambda v: v.state in OPEN):
        for visit in filter(fits, known):
            return visit
    return Visit(
        profile_id=person.profile_ids[0],
        key=key,
        facility_id=facility_id,
        point_id=by.point_id,
        on_day=today,
        came_at=at,
        state="",
    )


def _on_the_way(visit: Visit, *steps: Step) -> VisitState:
    """Give the state after these steps; a visit that is not open yet arrives first."""
    if not visit.state:
        return state_after(None, Step.ARRIVE, *steps)
    return state_after(VisitState(visit.state), *steps)


def _screened(visit: Visit, form: Form | None, screening: Screening, product: str, by: Actor) -> None:
    if form is None:
        return
    visit.form, visit.true_items = form.code, sorted(screening.true_items)
    visit.vitals, visit.consented = screening.vitals.as_json(), screening.consented
    visit.outcome, visit.screener_id = conclude(form, screening, product), by.id


def _own_visit(by: Actor, profile_id: UUID, visit_id: UUID) -> Visit:
    _, facility_id = _at_own_place(by)
    row = Visit.objects.filter(profile_id=profile_id, id=visit_id, facility_id=facility_id).first()
    if row is None:
        raise NotFound
    return row


def _save(visit: Visit, at: dt.datetime) -> None:
    visit.changed_at = at
    if visit._state.adding:
        put_row(visit)
    else:
        visit.save(force_update=True)


__all__ = ["Injection", "choose_day", "defer_visit", "finish_observation", "inject", "undo_injection"]
