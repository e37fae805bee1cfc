"""The holder's look-up of a certificate: five facts, a code to the number on file, and one answer for all else.

Nobody learns here whether a person, a number or a certificate exists (threats I1, I2): every question leads to the
same page after the same time, and only the phone of the one whom all facts fit hears of it.
"""

import datetime as dt
import time
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from tiemchung.access.actions import send_code, take_lookup, take_lookup_code, tally_lookup, use_code
from tiemchung.access.reads import known_device
from tiemchung.access.rules import Purpose
from tiemchung.certificates.reads import card_of_person, passport_of
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Actor, Kind
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.doses.reads import birth_of, record_of
from tiemchung.people.reads import NotFound, holder_of, person_of, reach_of
from tiemchung.people.rules.births import birth_text
from tiemchung.people.rules.identifiers import mask
from tiemchung.vaccines.rules import the_book
from tiemchung.web.portal.feedback.frame import Errors, first_words, private_page
from tiemchung.web.portal.holder_facts import HolderFacts, person_meant, read_facts
from tiemchung.web.portal.pending_code import PendingCode, begin, keep, pending_in
from tiemchung.web.shared.captcha import judged
from tiemchung.web.shared.chosen_language import code_language
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.known_device import device_in, keep_known
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.passport_page import passport_page
from tiemchung.web.shared.qr import qr_of
from tiemchung.web.shared.told_once import Told, tell_on, told_on
from tiemchung.web.shared.typed import code_in
from tiemchung.web.shared.words import say, sentence

KEPT = "holder_lookup"
# Matching and sending take 20 to 60 ms more than finding nobody; both answer this long after the question.
ANSWER_AFTER_S = 0.6
# A number of the range that no operator gives out stands where nobody was meant; nothing is ever sent to it.
NOBODY = "+84900000000"
_SIGNS = {"GREEN": "yes", "YELLOW": "wait", "NONE": "none"}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def ask_page(request: HttpRequest) -> HttpResponse:
    """Ask for the five facts; whatever they are, the next page asks for a code."""
    if request.method != "POST":
        return private_page(request, "portal/holder_ask.html", {"form": {}, "errors": {}})
    begun, facts = time.monotonic(), read_facts(request.POST)
    proof = judged(request, code_follows=True)
    if not proof.allowed:
        return _ask_again(request, {"captcha": first_words(proof)})
    device = device_in(request)
    known = device.token if device.knows(facts.budget) else ""
    try:
        take_lookup(at=clock.now(), about=facts.budget, network=network_address(request), device=known)
    except Refused as refused:
        return _ask_again(request, {"": first_words(refused.verdict)})
    keep(request.session, KEPT, _asked(request, facts, device.token))
    _wait_until(begun + ANSWER_AFTER_S)
    return redirect("portal:holder_code")


def _asked(request: HttpRequest, facts: HolderFacts, device: str) -> PendingCode:
    """Send a code to the phone on file of whom the facts mean; without such a phone everything looks the same."""
    at = clock.now()
    person_id = person_meant(facts, at)
    tally_lookup(at=at, fits=person_id is not None)
    phone = reach_of(person_id) if person_id else None
    if person_id is None or phone is None:
        return begin("", NOBODY)
    pending = replace(begin(str(person_id), phone), number=facts.budget)
    try:
        if known_device(phone, device, at) is None:
            take_lookup_code(at=at, phone=phone)
        send_code(
            by=PUBLIC, at=at, phone=phone, purpose=Purpose.HOLDER_LOOKUP, bound_to=pending.bound_to,
            network=network_address(request), text=sentence("lookup.sms.code", code_language(request, phone)),
            device=device,
        )  # fmt: skip
    except Refused:  # too many codes for this phone: the asker must not hear that there is one
        before = pending_in(request.session, KEPT)
        # Who asks twice in a minute still has the first code.
        return before if before is not None and before.about == pending.about else begin("", NOBODY)
    return pending


def _ask_again(request: HttpRequest, errors: Errors) -> HttpResponse:
    names = ("full_name", "sex", "number")
    typed: dict[str, Any] = {name: request.POST.get(name, "")[:120].replace("\0", "") for name in names}
    for name in ("birth", "latest"):
        parts = ("day", "month", "year")
        typed[name] = {part: request.POST.get(f"{name}_{part}", "")[:4].replace("\0", "") for part in parts}
    return private_page(request, "portal/holder_ask.html", {"form": typed, "errors": errors})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the code that may have been sent; the right one shows the certificate."""
    pending = pending_in(request.session, KEPT)
    if pending is None:
        return redirect("portal:holder_ask")
    if request.method != "POST":
        return private_page(request, "portal/holder_code.html", {"errors": told_on(request).errors})
    begun = time.monotonic()
    digits = code_in(request.POST)
    if not digits:
        return tell_on(request, Told({"code": say("citizen.code.six_digits")}))
    verdict = _used(pending, digits, device_in(request).token)
    if verdict.allowed:
        keep(request.session, KEPT, pending.changed(proved_at=clock.now()))
    _wait_until(begun + ANSWER_AFTER_S)
    if not verdict.allowed:
        return tell_on(request, Told({"code": _why_not(verdict)}))
    return keep_known(request, redirect("portal:holder_certificate"), pending.phone, about=pending.number)


def _why_not(verdict: Verdict) -> str:
    """Say what to do: this page sends no second code by itself, since it knows of nobody to send it to."""
    return say("lookup.code.wrong") if verdict.refusals[0].code == "CODE_WRONG" else first_words(verdict)


def _used(pending: PendingCode, digits: str, device: str) -> Verdict:
    verdict = use_code(
        by=PUBLIC, at=clock.now(), phone=pending.phone, purpose=Purpose.HOLDER_LOOKUP, bound_to=pending.bound_to,
        code=digits, device=device,
    )  # fmt: skip
    return verdict if pending.about or not verdict.allowed else refuse("CODE_WRONG")


@require_safe
@open_to_public
def certificate_page(request: HttpRequest) -> HttpResponse:
    """Show the card and where the passport stands to whoever proved the phone on file, for a quarter of an hour."""
    person_id = proven_person(request)
    return redirect("portal:holder_ask") if person_id is None else result_page(request, person_id)


def proven_person(request: HttpRequest) -> UUID | None:
    """Give the person as it is now whose phone on file was proved in this browser, at most a quarter of an hour ago."""
    pending = pending_in(request.session, KEPT)
    if pending is None or not pending.open(clock.now()) or not pending.about:
        return None
    try:
        return person_of(UUID(pending.about))
    except NotFound:
        return None


def result_page(request: HttpRequest, person_id: UUID, *, errors: Errors | None = None, told: str = "") -> HttpResponse:
    """Show what was found, with the two ways to have the passport; `told` is what has just been done."""
    at, by = clock.now(), Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))
    facts = _certificate(person_id, by, at)
    note_look(by=by, at=at, action="portal.view_certificate", subject_ids=[person_id], purpose="holder look-up")
    chosen = {} if told else {name: request.POST.get(name, "")[:254] for name in ("how", "address")}
    form = {"how": chosen.get("how") or "screen", "address": chosen.get("address", "")}
    asked = {"errors": errors or {}, "told": told, "form": form, "by_mail": bool(settings.MAIL)}
    return private_page(request, "portal/holder_certificate.html", facts | asked | {"shown_at": at})


def _certificate(person_id: UUID, by: Actor, at: dt.datetime) -> dict[str, Any]:
    holder, signed = holder_of(person_id), card_of_person(by, person_id, at)
    birth = birth_of(holder.birth_date, holder.birth_precision)
    record = record_of(holder.profile_ids, birth=birth, on=clock.local(at).date())
    checking = signed is not None and signed.withheld
    ready = signed is not None and signed.hc1 and (signed.expires_at is None or signed.expires_at > at)
    return {
        "name": holder.full_name,
        "birth": birth_text(holder.birth_date, holder.birth_precision),
        "card": record.card,
        "checking": checking,
        "late": signed is not None and signed.waits_since is not None,
        "sign": "wait" if checking or record.card.reason == "BEING_VERIFIED" else _SIGNS[record.card.colour],
        "number": mask(signed.number) if signed and signed.number else "",
        "until": signed.expires_at if signed else None,
        "qr": qr_of(signed.hc1) if signed and ready else None,
        "doses": [_dose_line(line.number, line.dose) for line in record.course.doses if line.counted],
        "passport": passport_page(passport_of(by, person_id, at), at, spoken_language()),
    }


def _dose_line(number: int | None, dose: Any) -> dict[str, Any]:
    product = the_book().products.get(dose.product)
    return {"number": number, "product": product.label if product else dose.product, "given_on": dose.given_on}


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


urlpatterns = [
    path("tra-cuu", ask_page, name="holder_ask"),
    path("tra-cuu/ma", code_page, name="holder_code"),
    path("tra-cuu/chung-nhan", certificate_page, name="holder_certificate"),
]
