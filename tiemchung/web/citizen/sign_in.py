"""Signing in: phone, one-time code, and one more matched fact. One question a page; the phone is in no address."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tiemchung.access.actions import send_code, use_code
from tiemchung.access.rules import Purpose
from tiemchung.core import clock
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Reason, Refused, Verdict
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.citizen import pending as under_way
from tiemchung.web.citizen.claims import claim_person, keep_proofs
from tiemchung.web.citizen.fact_form import FactForm, read_fact
from tiemchung.web.citizen.pending import Pending
from tiemchung.web.shared.chosen_language import agree_on, code_language
from tiemchung.web.shared.formats import mask_phone
from tiemchung.web.shared.gate import network_address, open_to_public, sign_in_citizen
from tiemchung.web.shared.known_device import device_in, keep_known
from tiemchung.web.shared.told_once import Told, tell_on, told_on
from tiemchung.web.shared.typed import code_in
from tiemchung.web.shared.words import say, say_reason, sentence

Errors = dict[str, str]


def refusal_words(verdict: Verdict) -> str:
    """Say to a citizen why a step was refused."""
    reason: Reason = verdict.refusals[0]
    key = f"citizen.refused.{reason.code}"
    return say(key, **dict(reason.facts)) if reason.code in _SAID_HERE else say_reason(reason)


_SAID_HERE = {"CODE_WRONG", "CODES_PAUSED", "TOO_MANY_CODES", "TOO_MANY_TRIES", "PHONE_NOT_MOBILE", "PROOF_FAILED",
              "PROOF_STAFF_REVIEW"}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def phone_page(request: HttpRequest) -> HttpResponse:
    """Ask for the phone; a good one gets a code, whether anybody is known under it or not."""
    if request.method != "POST":
        known = under_way.pending_of(request.session) if request.GET.get("change") else None
        return _phone_page(request, "0" + known.phone[3:] if known else "")
    typed = request.POST.get("phone", "")[:60].replace("\0", "")
    phone, why = normalise_phone(typed)
    if phone is None:
        return _phone_page(request, typed, {"phone": say_reason(why) if why else ""})
    request.session[under_way.SHARED] = request.POST.get("shared") == "1"
    before = under_way.pending_of(request.session)
    if before is not None and before.phone == phone and before.wait_seconds(clock.now()):
        return redirect("citizen:code")
    refused = _send(request, phone, before.bound_to if before else under_way.new_secret())
    if refused is not None:
        return _phone_page(request, typed, {"phone": refusal_words(refused)})
    return redirect("citizen:code")


def _phone_page(request: HttpRequest, typed: str, errors: Errors | None = None) -> HttpResponse:
    facts = {"typed": typed, "errors": errors or {}, "shared": bool(request.session.get(under_way.SHARED)),
             "asked_back": bool(request.session.get("next"))}
    return _page(request, "citizen/sign_in_phone.html", facts)


def _send(request: HttpRequest, phone: str, bound_to: str) -> Verdict | None:
    """Send a code and keep the sign-in; give why where no code may be sent now."""
    at = clock.now()
    try:
        sent = send_code(
            by=request.actor,  # type: ignore[attr-defined]
            at=at,
            phone=phone,
            purpose=Purpose.CITIZEN_SIGN_IN,
            bound_to=bound_to,
            network=network_address(request),
            text=sentence("citizen.sms.code", code_language(request, phone)),
            device=device_in(request).token,
        )
    except Refused as refused:
        return refused.verdict
    under_way.keep(request.session, Pending(phone, bound_to, sent.again_at))
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent, send another when asked."""
    known = under_way.pending_of(request.session)
    if known is None:
        return redirect("citizen:sign_in")
    if request.method != "POST":
        return _code_page(request, known)
    if request.POST.get("do") == "again":
        return tell_on(request, _sent_again(request, known))
    digits = code_in(request.POST)
    if not digits:
        return tell_on(request, Told({"code": say("citizen.code.six_digits")}))
    verdict = use_code(
        by=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
        phone=known.phone,
        purpose=Purpose.CITIZEN_SIGN_IN,
        bound_to=known.bound_to,
        code=digits,
        device=device_in(request).token,
    )
    if not verdict.allowed:
        return tell_on(request, Told({"code": refusal_words(verdict)}))
    request.session.cycle_key()
    under_way.keep(request.session, known.changed(proved_at=clock.now()))
    answer = redirect("citizen:fact")
    return answer if request.session.get(under_way.SHARED) else keep_known(request, answer, known.phone)


def _sent_again(request: HttpRequest, known: Pending) -> Told:
    """Send another code, and give what the page says of it."""
    seconds = known.wait_seconds(clock.now())
    if seconds:
        return Told({"again": say("citizen.code.wait", seconds=seconds)})
    refused = _send(request, known.phone, known.bound_to)
    return Told(sent_again=True) if refused is None else Told({"again": refusal_words(refused)})


def _code_page(request: HttpRequest, known: Pending) -> HttpResponse:
    told = told_on(request)
    facts = {
        "phone": mask_phone(known.phone),
        "errors": told.errors,
        "sent_again": told.sent_again,
        "wait": known.wait_seconds(clock.now()),
    }
    return _page(request, "citizen/sign_in_code.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def fact_page(request: HttpRequest) -> HttpResponse:
    """Ask for one fact of one person on this phone; only then does anything open."""
    known = under_way.pending_of(request.session)
    if known is None or not known.proved(clock.now()):
        return redirect("citizen:sign_in")
    if request.method != "POST":
        return _page(request, "citizen/sign_in_fact.html", {"form": FactForm(), "errors": {}})
    form = read_fact(request.POST, clock.today())
    errors, failed = dict(form.errors), False
    if not errors:
        verdict = claim_person(by=request.actor, at=clock.now(), phone=known.phone, form=form)  # type: ignore[attr-defined]
        if verdict.allowed:
            return _signed_in(request, known)
        failed = True
        errors["full_name" if form.how == "name" else "number"] = refusal_words(verdict)
    return _page(request, "citizen/sign_in_fact.html", {"form": form, "errors": errors, "failed": failed})


def _signed_in(request: HttpRequest, known: Pending) -> HttpResponse:
    shared, wanted = bool(request.session.get(under_way.SHARED)), str(request.session.get("next", ""))
    contact = contact_key(known.phone)
    keep_proofs(by=request.actor, at=clock.now(), contact=contact)  # type: ignore[attr-defined]
    sign_in_citizen(request, contact, secrets.token_hex(8))
    request.session[under_way.SHARED] = shared
    under_way.keep_phone(request.session, known.phone)
    answer = redirect(wanted if wanted.startswith("/so/") else "citizen:book")
    return answer if shared else agree_on(request, answer, contact)  # others chose the language of a shared machine


def _page(request: HttpRequest, template: str, facts: dict[str, object]) -> HttpResponse:
    response = render(request, template, facts, using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response
