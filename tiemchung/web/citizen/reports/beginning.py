"""Beside each dose: right, wrong; under the list: missing, personal data wrong. Each begins one report."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tiemchung.cases.actions.noticing import claimed_dose
from tiemchung.cases.reads import open_about
from tiemchung.cases.rules import ClaimedDose
from tiemchung.core import clock
from tiemchung.core.audit import looks_at, write_line
from tiemchung.doses import reads as doses
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import Holder
from tiemchung.people.rules.births import birth_text
from tiemchung.web.citizen.card_facts import product_name
from tiemchung.web.citizen.reports import draft as drafts
from tiemchung.web.citizen.reports.dose_form import DoseForm, form_of, read_dose
from tiemchung.web.citizen.reports.frame import Errors, book_page, holder_in, reader, standing_dose
from tiemchung.web.citizen.reports.wanted_form import read_wanted
from tiemchung.web.shared.claim_places import product_choices
from tiemchung.web.shared.gate import open_to_citizen
from tiemchung.web.shared.name_doubts import NameAsked
from tiemchung.web.shared.words import say

CONFIRMED = "citizen.confirm_dose"


@require_POST
@open_to_citizen
def dose_right(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Keep the citizen's word that a dose is right as it stands, once, and say thanks."""
    holder = holder_in(request, person_id)
    dose = standing_dose(holder, dose_id)
    if confirmed_in(holder.profile_ids).get(dose.id) != dose.version:
        write_line(
            by=reader(request), at=clock.now(), action=CONFIRMED, subject_id=dose.profile_id, object_id=dose.id,
            facts={"version": dose.version},
        )  # fmt: skip
    card = reverse("citizen:card", kwargs={"person_id": holder.person_id})
    return redirect(f"{card}#dose-{dose.id}")


def confirmed_in(profile_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Give the doses that a citizen called right, each with the version that was meant."""
    lines = looks_at(profile_ids, actions=(CONFIRMED,))
    return {line.object_id: int(line.facts["version"]) for line in reversed(lines) if line.object_id}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def dose_wrong(request: HttpRequest, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Ask what is wrong with a dose: it was never given, or its facts should be others."""
    holder = holder_in(request, person_id)
    dose = standing_dose(holder, dose_id)
    recorded = claimed_dose(dose)
    if request.method != "POST":
        return _wrong_page(request, holder, dose, DoseForm(form_of(recorded), recorded, {}))
    what = request.POST.get("what", "")
    if what == "never":
        return _begun(request, drafts.begin(drafts.NEVER, holder.person_id, dose_id=dose.id, dose=recorded))
    form = read_dose(request.POST, recorded, born=holder.birth_date, taken=())
    place_too = request.POST.get("place_wrong") == "1"
    errors = {"what": say("book_report.wrong.choose")} if what != "facts" else form.errors
    if not errors and form.dose == recorded and not place_too:
        errors = {"product": say("book_report.wrong.nothing")}
    if errors:
        return _wrong_page(request, holder, dose, form, errors, what, place_too=place_too)
    draft = drafts.begin(drafts.WRONG, holder.person_id, dose_id=dose.id, dose=form.dose, placed=not place_too)
    return _begun(request, draft)


def _begun(request: HttpRequest, draft: drafts.ReportDraft) -> HttpResponse:
    drafts.keep(request.session, draft)
    return redirect("citizen:report_send" if draft.placed else "citizen:report_place")


def _wrong_page(
    request: HttpRequest, holder: Holder, dose: DoseView, form: DoseForm, errors: Errors | None = None,
    what: str = "", *, place_too: bool = False,
) -> HttpResponse:  # fmt: skip
    about = open_about(reader(request), holder.profile_ids)
    facts = {
        "holder": holder,
        "product": product_name(dose.facts.product),
        "dose": dose,
        "form": form.typed,
        "what": what or None,
        "place_too": place_too,
        "products": product_choices(),
        "open": next((case for case in about if case.dose_id == dose.id), None),
    }
    return book_page(request, "wrong", facts, errors)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def dose_missing(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask for the facts of a dose that is not on record."""
    holder = holder_in(request, person_id)
    if request.method != "POST":
        return _missing_page(request, holder, DoseForm(form_of(None), ClaimedDose(1), {}))
    taken = {dose.facts.given_on for dose in doses.doses_of(holder.profile_ids)}
    form = read_dose(request.POST, ClaimedDose(1), born=holder.birth_date, taken=taken)
    if form.errors:
        return _missing_page(request, holder, form)
    return _begun(request, drafts.begin(drafts.DECLARED, holder.person_id, dose=form.dose, placed=False))


def _missing_page(request: HttpRequest, holder: Holder, form: DoseForm) -> HttpResponse:
    products = [("", say("book_report.dose.choose")), *product_choices()]
    return book_page(
        request, "missing", {"holder": holder, "form": form.typed, "products": products}, dict(form.errors)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def data_wrong(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask what the personal data should be."""
    holder = holder_in(request, person_id)
    birth = birth_text(holder.birth_date, holder.birth_precision)
    facts = {"holder": holder, "birth": birth, "form": {"name": NameAsked()}}
    if request.method != "POST":
        return book_page(request, "personal", facts)
    typed, wanted, errors = read_wanted(request.POST, clock.today())
    if errors:
        return book_page(request, "personal", facts | {"form": typed}, errors)
    return _begun(request, replace(drafts.begin(drafts.PERSONAL, holder.person_id), wanted=wanted))
