"""The health book: the people proven to be the reader's, one more of them, and the way out."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tiemchung.cases.reads import cases_listed, open_about
from tiemchung.cases.rules import CaseState
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.doses.reads import birth_of, record_of
from tiemchung.people.actions import end_citizen_sign_ins, open_person
from tiemchung.people.reads import Holder, NotFound, holders_of, person_of
from tiemchung.people.rules.births import birth_text
from tiemchung.people.rules.proofs import MAX_PERSONS_SELF_SERVICE
from tiemchung.web.citizen import pending as under_way
from tiemchung.web.citizen.card_facts import card_page, sign_of
from tiemchung.web.citizen.claims import claim_person, keep_proofs
from tiemchung.web.citizen.fact_form import FactForm, read_fact
from tiemchung.web.citizen.reports.beginning import confirmed_in
from tiemchung.web.citizen.reports.frame import contact_in
from tiemchung.web.citizen.sign_in import refusal_words
from tiemchung.web.shared.claim_places import units_named
from tiemchung.web.shared.formats import mask_phone
from tiemchung.web.shared.gate import open_to_citizen, open_to_public
from tiemchung.web.shared.words import say

ADDED = "citizen_added"


def frame(request: HttpRequest) -> dict[str, object]:
    """Give what every page of the book needs: the way out, and whether the card may stay on this device."""
    return {"sign_out": "/so/dang-xuat", "keep": not request.session.get(under_way.SHARED, False)}


@require_safe
@open_to_citizen
def book_page(request: HttpRequest) -> HttpResponse:
    """Show each person that is the reader's, with colour, words and count."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    at = clock.now()
    holders = holders_of(by.person_ids)
    note_look(by=by, at=at, action="citizen.list_persons", subject_ids=holders, purpose="health book")
    kin = kin_of(by, list(holders)) if len(holders) > 1 else {}
    people = [_tile(holder, kin) for holder in sorted(holders.values(), key=lambda h: (h.birth_date, h.person_id))]
    phone = under_way.phone_of(request.session)
    facts = {
        "people": people,
        "phone": mask_phone(phone) if phone else "",
        "asked": _is_asked(request, by, holders.values()),
        "added": request.session.pop(ADDED, ""),
        **frame(request),
    }
    return render(request, "citizen/book.html", facts, using="jinja2")


def _is_asked(request: HttpRequest, by: Actor, holders: Iterable[Holder]) -> bool:
    """Tell whether a desk waits for this reader's answer to any report."""
    profiles = [profile for holder in holders for profile in holder.profile_ids]
    listed = cases_listed(by, contact_in(request), profiles)
    return any(case.state is CaseState.NEED_MORE_INFO for case in listed)


def _tile(holder: Holder, kin: Mapping[UUID, list[tuple[str, str]]]) -> dict[str, object]:
    birth = birth_of(holder.birth_date, holder.birth_precision)
    card = record_of(holder.profile_ids, birth=birth, on=clock.today()).card
    return {
        "person_id": holder.person_id,
        "name": holder.full_name,
        "birth": birth_text(holder.birth_date, holder.birth_precision),
        "card": card,
        "sign": sign_of(card),
        "kin": kin.get(holder.person_id, []),
    }


def kin_of(by: Actor, person_ids: list[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Give for each person the (relation, name) of the guardians who are in this book too."""
    found = {}
    for person_id in person_ids:
        view = open_person(by=by, at=clock.now(), person_id=person_id, purpose="health book: who answers for whom")
        found[person_id] = [(g.relation, g.full_name) for g in view.guardians if g.person_id in by.person_ids]
    return found


@require_safe
@open_to_citizen
def person_card(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person's card; of a person that is not the reader's, nothing, as of one that does not exist."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    at = clock.now()
    try:
        root = person_of(person_id)
        if root != person_id and root in by.person_ids:
            return redirect("citizen:card", person_id=root)
        page = card_page(by, root, at)
    except NotFound as unknown:
        raise Http404 from unknown
    note_look(by=by, at=at, action="citizen.view_card", subject_ids=[root], purpose="health book")
    about = open_about(by, page.profile_ids)
    facts = {
        "page": page,
        "shown_at": at,
        "about": {case.dose_id: case for case in reversed(about)},
        "units": units_named(case.desk for case in about),
        "confirmed": confirmed_in(page.profile_ids),
        **frame(request),
    }
    return render(request, "citizen/card.html", facts, using="jinja2")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_citizen
def add_person_page(request: HttpRequest) -> HttpResponse:
    """Add another person of the same phone, by a fact about that person."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    phone = under_way.phone_of(request.session)
    if phone is None:
        return redirect("citizen:sign_in")
    if request.method != "POST":
        return _add_page(request, FactForm())
    form = read_fact(request.POST, clock.today())
    if form.errors:
        return _add_page(request, form, errors=form.errors)
    verdict = claim_person(by=by, at=clock.now(), phone=phone, form=form)
    if not verdict.allowed:
        field = "full_name" if form.how == "name" else "number"
        return _add_page(request, form, errors={field: refusal_words(verdict)}, failed=True)
    contact = bytes.fromhex(request.session["citizen_contact"])
    new = set(keep_proofs(by=by, at=clock.now(), contact=contact)) - by.person_ids
    request.session[ADDED] = say("citizen.add.done" if new else "citizen.add.known")
    return redirect("citizen:book")


def _add_page(
    request: HttpRequest, form: FactForm, *, errors: dict[str, str] | None = None, failed: bool = False
) -> HttpResponse:
    facts = {"form": form, "errors": errors or {}, "failed": failed, "most": MAX_PERSONS_SELF_SERVICE, **frame(request)}
    return render(request, "citizen/add_person.html", facts, using="jinja2")


@require_POST
@open_to_public
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; the page that follows takes the cards off the device."""
    request.session.flush()
    return redirect("citizen:signed_out")


@require_POST
@open_to_citizen
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this phone, on every device, this one first."""
    contact = bytes.fromhex(request.session["citizen_contact"])
    end_citizen_sign_ins(by=request.actor, at=clock.now(), contact_key=contact)  # type: ignore[attr-defined]
    request.session.flush()
    return redirect("citizen:signed_out")


@require_safe
@open_to_public
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that the way out is done, and take what was kept off the device."""
    response = render(request, "citizen/signed_out.html", using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response
