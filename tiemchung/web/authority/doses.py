"""One dose with its whole history, and its correction: amended, voided or verified, checked before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.certificates.reads import has_passport
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Reason, Refused, Verdict
from tiemchung.doses import actions, reads, rules
from tiemchung.doses.values import DoseView, EntryView
from tiemchung.people.actions import PersonView
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.authority.dose_facts import (
    DoseForm,
    compared,
    form_of,
    product_name,
    read_form,
    rebased,
)
from tiemchung.web.authority.dose_history import told_history
from tiemchung.web.authority.frame import (
    CORRECTORS,
    looks_at_person,
    open_to_correctors,
    open_to_seers,
    opened,
)
from tiemchung.web.shared.passport_hears import passport_hears
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.trying import Tried, rehearse, told_as_warnings
from tiemchung.web.shared.typed import key_in, number_in, text_in
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import say_reason

STEPS = {"void": rules.EntryKind.VOIDED, "verify": rules.EntryKind.VERIFIED, "amend": rules.EntryKind.AMENDED}


@dataclass(frozen=True, slots=True)
class Shown:
    """One dose of one person, opened for this page."""

    person: PersonView
    dose: DoseView
    entries: tuple[EntryView, ...]

    @property
    def versions(self) -> list[EntryView]:
        """Give the entry that made each version; a signature and its fall change no fact, so they make none."""
        return [one for one in self.entries if one.kind not in rules.OF_SIGNING]


@open_to_seers
@require_GET
@looks_at_person
def dose(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Show a dose: what is true of it now, everything that happened to it, and what may be done."""
    shown, by = _shown(request, person_id, dose_id), actor_of(request)
    may = {name: may_correct(by, shown.dose, kind, shown.person.main.area_id) for name, kind in STEPS.items()}
    nowhere = shown.dose.facts.facility_id is None
    return staff_page(
        request,
        "authority/dose.html",
        **_facts(request, shown),
        history=told_history(shown.entries),
        may=may,
        places=nowhere and may["amend"].allowed and by.role in rules.AREA_CORRECTORS,
        corrects=by.role in CORRECTORS,
    )


@open_to_correctors
@require_http_methods(["GET", "POST"])
@looks_at_person
def amend_dose(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Correct a dose: the form, then before and after to check, then the deed."""
    shown = _shown(request, person_id, dose_id)
    if request.method == "GET":
        return _amend_page(request, shown, form_of(shown.dose), version=shown.dose.version, key=str(uuid4()))
    form, key = read_form(request.POST, shown.dose), key_in(request.POST)

    def act() -> actions.RecordedDose:
        return actions.amend_dose(
            by=actor_of(request), at=clock.now(), key=key, profile_id=shown.dose.profile_id, dose_id=dose_id,
            version=form.version, changes=form.changes, because=form.because, evidence=form.evidence,
        )  # fmt: skip

    again: dict[str, Any] = {"version": form.version, "key": key, "because": form.because, "evidence": form.evidence}
    if form.errors:
        return _amend_page(request, shown, form.typed, 422, errors=form.errors, **again)
    answer, tried = _go(request, act)
    if answer is not None:
        passport_hears(person_id)
        tell(request, "authority.done.amended", name=shown.person.main.full_name)
        return redirect(way_back(request) or _address(shown))
    if not tried.possible or request.POST.get("step") == "back":
        return _refused_amendment(request, shown, form, tried.verdict, again)
    rows = compared(shown.dose.facts, shown.dose.facts.amended(form.changes))
    facts = {"rows": rows, "typed": form.typed, "verdict": told_as_warnings(tried.verdict), **again}
    facts["passport"] = has_passport(person_id, clock.now())
    return staff_page(request, "authority/amend_check.html", **_facts(request, shown), **facts)


@open_to_correctors
@require_http_methods(["GET", "POST"])
@looks_at_person
def void_dose(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Say that a dose never took place, with reason and evidence."""
    return _step(request, person_id, dose_id, "void", actions.void_dose)


@open_to_correctors
@require_http_methods(["GET", "POST"])
@looks_at_person
def verify_dose(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Confirm a declared dose on evidence."""
    return _step(request, person_id, dose_id, "verify", actions.verify_dose)


def may_correct(by: Actor, dose: DoseView, kind: rules.EntryKind, home: UUID | None) -> Verdict:
    """Say whether this actor may take this step with this dose, for the page's buttons; `home` is its person's area."""
    place = reads.place_of(by, dose.facts, home)
    may = rules.may_correct(by, place, clock.local(dose.recorded_at).date(), clock.today())
    return may + rules.may_follow(dose.state, kind)


def _step(
    request: HttpRequest, person_id: UUID, dose_id: UUID, name: str, action: Callable[..., actions.RecordedDose]
) -> HttpResponse:
    shown = _shown(request, person_id, dose_id)
    again: dict[str, Any] = {"version": shown.dose.version, "key": str(uuid4()), "because": "", "evidence": ""}
    facts = {**_facts(request, shown), "name": name, "verdict": Verdict(), "checked": False, "conflict": None}
    if request.method == "GET":
        return staff_page(request, "authority/dose_step.html", **facts, **again)
    again = {
        "version": number_in(request.POST, "version"),
        "key": key_in(request.POST),
        "because": text_in(request.POST, "because"),
        "evidence": text_in(request.POST, "evidence", 500),
    }

    def act() -> actions.RecordedDose:
        who = {"by": actor_of(request), "at": clock.now(), "profile_id": shown.dose.profile_id, "dose_id": dose_id}
        return action(**who, **again)

    answer, tried = _go(request, act)
    if answer is not None:
        passport_hears(person_id)
        tell(request, f"authority.done.{name}", name=shown.person.main.full_name)
        return redirect(way_back(request) or _address(shown))
    if not tried.possible:
        changed = _codes(tried.verdict) & {"CHANGED_MEANWHILE"}
        again |= {"version": shown.dose.version, "seen": again["version"]} if changed else {}
        facts |= {"verdict": tried.verdict, "conflict": _conflict(shown, again.get("seen", 0)) if changed else None}
        return staff_page(request, "authority/dose_step.html", 422, **facts, **again)
    facts |= {"verdict": told_as_warnings(tried.verdict), "checked": True}
    facts["passport"] = name == "void" and has_passport(person_id, clock.now())
    return staff_page(request, "authority/dose_step.html", **facts, **again)


def _go(request: HttpRequest, act: Callable[[], Any]) -> tuple[Any, Tried]:
    """Do it when the check page said so, else only try it."""
    if request.POST.get("step") == "do":
        try:
            return act(), Tried(None, Verdict())
        except Refused as refused:
            return None, Tried(None, refused.verdict)
    return None, rehearse(act)


def _shown(request: HttpRequest, person_id: UUID, dose_id: UUID) -> Shown:
    person = opened(request, person_id)
    ids = [profile.profile_id for profile in person.profiles]
    found = reads.dose(ids, dose_id)
    if found is None:
        raise Http404
    return Shown(person, found, reads.history_of(ids, dose_id))


def _address(shown: Shown) -> str:
    return reverse("authority:dose", kwargs={"person_id": shown.person.person_id, "dose_id": shown.dose.id})


def _facts(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    now, way = compared(shown.dose.facts, shown.dose.facts), way_back(request)
    told = {"person": shown.person, "dose": shown.dose, "now": now, "product_name": product_name}
    return {**told, "way": way, "back": leading_back(_address(shown), way)}


def _amend_page(
    request: HttpRequest, shown: Shown, typed: dict[str, Any], status: int = 200, **facts: Any
) -> HttpResponse:
    products = [(product.code, product.label) for product in vaccines.products(clock.today())]
    first = {"verdict": Verdict(), "because": "", "evidence": "", "conflict": None}
    facts = {**first, **_facts(request, shown), "typed": typed, "products": products, **facts}
    return staff_page(request, "authority/amend.html", status, **facts)


def _refused_amendment(
    request: HttpRequest, shown: Shown, form: DoseForm, verdict: Verdict, again: dict[str, Any]
) -> HttpResponse:
    """Show the form with all that was typed; after a conflict also what was seen, and what is true by now."""
    facts: dict[str, Any] = {"verdict": verdict}
    typed = form.typed
    if "CHANGED_MEANWHILE" in _codes(verdict):
        facts["conflict"] = _conflict(shown, form.version)
        if facts["conflict"]:
            typed = rebased(typed, shown.versions[form.version - 1].facts, shown.dose)
        again = {**again, "version": shown.dose.version}
    if "REASON_MISSING" in _codes(verdict):
        facts["errors"] = {"because": words_of_code(verdict, "REASON_MISSING")}
    return _amend_page(request, shown, typed, 422 if verdict.refusals else 200, **facts, **again)


def _conflict(shown: Shown, version: int) -> list[dict[str, Any]] | None:
    """Give the version that the corrector saw beside the present one."""
    if not 0 < version <= len(shown.versions):
        return None
    return compared(shown.versions[version - 1].facts, shown.dose.facts)


def _codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.refusals}


def words_of_code(verdict: Verdict, code: str) -> str:
    """Say one of a verdict's reasons."""
    found: Reason = next(reason for reason in verdict.reasons if reason.code == code)
    return say_reason(found)
