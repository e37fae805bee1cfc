"""Revocation: one certificate by its number, keys by two people, and how far each order is."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.certificates import actions, reads
from tiemchung.certificates.formats.uvci import as_meant, checks
from tiemchung.certificates.reads import runs
from tiemchung.certificates.rules import (
    CertificateKind,
    Factor,
    FactorProof,
    KeyStanding,
    OrderTarget,
    may_decide_revocation,
    may_sign_centrally,
    needs_passkey,
)
from tiemchung.certificates.rules.keys import SHORTEST_REASON
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import looks_at
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.places import reads as places
from tiemchung.web.authority.keys import revoke_address
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.key_revocation import key_lines, since_in
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong, passkey_wrong
from tiemchung.web.shared.staff_page import REVOKER_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, secret_in, text_in
from tiemchung.web.shared.words import say, say_reason

open_to_revokers = open_to_staff(*REVOKER_ROLES)
open_to_officers = open_to_staff(Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER)
open_to_centre = open_to_staff(Role.MINISTRY_OFFICER, Role.ADMIN)
MOST_FOUND = 20
_NEW_CODE_WITHIN = dt.timedelta(minutes=1)


@open_to_revokers
@require_GET
def revocations(request: HttpRequest) -> HttpResponse:
    """List the orders, those that wait for a second person first, and the ways to a new one."""
    by, at = actor_of(request), clock.now()
    every = runs.orders(by)
    central = by.role in {Role.MINISTRY_OFFICER, Role.ADMIN}
    keys = [key for key in reads.central_keys(at) if key.standing is not KeyStanding.COMPROMISED] if central else []
    return staff_page(
        request,
        "authority/revocations.html",
        waiting=[_line(one) for one in every if one.decided_at is None],
        decided=[_line(one) for one in every if one.decided_at is not None],
        may_one=by.role is not Role.ADMIN,
        keys=[
            {
                "title": say("signing.revoke.key", purpose=say(f"trust.purpose.{key.purpose}"), kid=key.kid.hex()),
                "href": reverse("authority:revoke_central", kwargs={"kid": key.kid.hex()}),
                "tag_state": key.standing,
            }
            for key in keys
        ],
    )


@open_to_officers
@require_GET
def facility_keys(request: HttpRequest) -> HttpResponse:
    """Find a facility of one's area, and the way to give up one of its keys."""
    by, at, words = actor_of(request), clock.now(), line_in(request.GET, "q", 100)
    within = None if by.everywhere else by.area_ids
    hits = places.places_search(words, within=within, limit=MOST_FOUND) if words else ()
    found = places.facilities_by_id(dict.fromkeys(hit.facility_id for hit in hits))
    return staff_page(
        request,
        "authority/facility_keys.html",
        words=words,
        found=[(place, key_lines(by, place.id, at, revoke_address)) for place in found.values()],
    )


@open_to_officers
@require_http_methods(["GET", "POST"])
@steps_up
def revoke_one(request: HttpRequest) -> HttpResponse:
    """Find a certificate by its number, show what it is, and take it back once a reason is given."""
    number, because = line_in(request.POST, "number", 80), text_in(request.POST, "because")
    facts: dict[str, Any] = {"number": number, "because": because, "verdict": Verdict(), "found": None}
    if request.method == "GET":
        return staff_page(request, "authority/revoke_one.html", **facts)
    by, at = actor_of(request), clock.now()
    found = runs.certificate_to_revoke(by, number) if number else None
    if found is None:
        return staff_page(request, "authority/revoke_one.html", 422, errors={"number": _why_none(number)}, **facts)
    facts |= {"found": found, "facility": _facility_name(found.facility_id), "chosen": request.POST.get("then", "new")}
    if request.POST.get("step") != "revoke":
        return staff_page(request, "authority/revoke_one.html", **facts)
    try:
        order_id = actions.order_revocation(
            target=OrderTarget.CERTIFICATE, person_id=found.person_id, certificate_id=found.certificate_id, by=by,
            at=at, because=because, reissue=facts["chosen"] == "new",
        )  # fmt: skip
    except Refused as refused:
        facts["verdict"] = refused.verdict
        return staff_page(request, "authority/revoke_one.html", 422, **facts)
    tell(request, "signing.revoke.done_one")
    return redirect("authority:revocation", order_id=order_id)


def _why_none(number: str) -> str:
    if not number:
        return say("signing.revoke.number_empty")
    slip = checks(as_meant(number)) is False
    return say("signing.revoke.number_slip" if slip else "signing.revoke.number_unknown")


@open_to_centre
@require_http_methods(["GET", "POST"])
@steps_up
def revoke_central(request: HttpRequest, kid: str) -> HttpResponse:
    """Ask that a central key be believed no more; a second person decides."""
    key = next((one for one in reads.central_keys(clock.now()) if one.kid.hex() == kid), None)
    if key is None:
        raise Http404
    since, because = since_in(request.POST, sent=request.method == "POST"), text_in(request.POST, "because")
    verdict = Verdict()
    if since.moment is not None:
        try:
            order_id = actions.order_revocation(
                target=OrderTarget.CENTRAL_KEY, kid=key.kid, since=since.moment, by=actor_of(request), at=clock.now(),
                because=because,
            )  # fmt: skip
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, "signing.revoke.asked")
            return redirect("authority:revocation", order_id=order_id)
    facts = {"key": key, "since": since, "because": because, "verdict": verdict, "errors": since.errors}
    status = 422 if since.errors or verdict.refusals else 200
    return staff_page(request, "authority/revoke_central.html", status, **facts)


@open_to_revokers
@require_http_methods(["GET", "POST"])
def revocation(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show one order; another person than who asked decides it, with the second factor given anew.

    The end of a central key is agreed to by a passkey alone (threat M28): with a stolen code somebody could end every
    certificate. Whoever has a passkey agrees to a facility's by it too. Refusing takes a reason and either factor.
    """
    by = actor_of(request)
    found = runs.order(by, order_id)
    if found is None:
        raise Http404
    taken = runs.certificate_of_order(by, order_id)
    may = may_decide_revocation(by, found.target, found.asked_by)
    by_passkey = needs_passkey(found.target, has_passkey=bool(factor_asked(request).passkey_at))
    answer, because = request.POST.get("answer", ""), text_in(request.POST, "because")
    errors: dict[str, str] = {}
    if request.method == "POST" and may.allowed and found.decided_at is None:
        errors = _decision_wrong(request, answer, because, by_passkey=by_passkey)
        if not errors:
            at = clock.now()
            shown = (by_passkey and answer == "agree") or not secret_in(request.POST, "code", 40)
            proof = FactorProof(Factor.PASSKEY if shown else Factor.CODE, at)
            try:
                actions.decide_order(
                    order_id=order_id, agree=answer == "agree", by=by, at=at, proof=proof, because=because
                )
            except Refused as refused:  # somebody was as quick
                may = refused.verdict
            else:
                tell(request, f"signing.order.done.{answer}")
                return redirect("authority:revocation", order_id=order_id)
    return staff_page(
        request,
        "authority/revocation.html",
        422 if errors or (request.method == "POST" and may.refusals) else 200,
        order=found,
        line=_line(found),
        facts=_order_facts(found, taken),
        may=may,
        errors=errors,
        factor=factor_asked(request, passkey_only=by_passkey),
        plain_factor=factor_asked(request),
        reissue=_reissue(by, found, taken),
        falls=_falls(found) if may.allowed else "",
        answer=answer,
        because=because,
        moving=_moves_on(found, taken),
    )


def _decision_wrong(request: HttpRequest, answer: str, because: str, *, by_passkey: bool) -> dict[str, str]:
    """Give what a decision lacks, by field; the factor last, for it counts once."""
    if answer not in {"agree", "refuse"}:
        return {"answer": say("signing.order.choose")}
    if answer == "refuse" and len(because.strip()) < SHORTEST_REASON:
        return {"because": say_reason(refuse("REASON_MISSING").refusals[0])}
    return passkey_wrong(request) if by_passkey and answer == "agree" else factor_wrong(request)


def _moves_on(one: runs.OrderView, taken: runs.CertificateTaken | None) -> bool:
    """Tell whether the page says more in a moment: keys fall in batches, a new code is seconds behind the old."""
    if one.state == "RUNNING":
        return True
    return _follows_soon(one, taken)


def _follows_soon(one: runs.OrderView, taken: runs.CertificateTaken | None) -> bool:
    soon = one.decided_at is not None and clock.now() - one.decided_at < _NEW_CODE_WITHIN
    return soon and taken is not None and taken.reissue and not taken.follower


def _reissue(by: Actor, one: runs.OrderView, taken: runs.CertificateTaken | None) -> str | None:
    """Give the page where the passport that an order took away is given back, for who may; None once it is, or while it
    comes by itself.
    """
    open_still = taken is not None and taken.kind is CertificateKind.PASSPORT and not taken.follower
    done = open_still and not _follows_soon(one, taken) and one.state == "DONE" and one.person_id is not None
    may = done and may_sign_centrally(by).allowed
    return reverse("authority:reissue", kwargs={"person_id": one.person_id}) if may else None


def _falls(one: runs.OrderView) -> str:
    """Say what falls when a key's order is agreed to; empty once it is decided, and of a single certificate."""
    if one.decided_at is not None or one.target not in {OrderTarget.CENTRAL_KEY, OrderTarget.FACILITY_KEY}:
        return ""
    count, doses = runs.fall_of_order(one)
    return say(f"passport_falls.order.{one.target}", n=count, doses=doses)


def _line(one: runs.OrderView) -> dict[str, Any]:
    return {
        "title": say(f"signing.target.{one.target}"),
        "href": reverse("authority:revocation", kwargs={"order_id": one.id}),
        "state": one.state,
        "facts": [say("signing.order.asked", name=one.asked_name, at=one.asked_at), one.because],
    }


def _order_facts(one: runs.OrderView, taken: runs.CertificateTaken | None) -> list[dict[str, Any]]:
    told = _taken_facts(one, taken) if taken else []
    told.append(("because", one.because))
    if one.kid:
        told.append(("key", one.kid.hex()))
        told += [("facility", place) for place in [_facility_of_key(one.kid)] if place]
    if one.since is not None:
        told.append(("since", say("signing.order.since_at", at=one.since)))
    told.append(("asked", say("signing.order.by_at", name=one.asked_name, at=one.asked_at)))
    if one.decided_at is not None and one.decided_name:
        told.append(("decided", say("signing.order.by_at", name=one.decided_name, at=one.decided_at)))
    if one.refused:
        told += [("refused_because", line.because) for line in looks_at([one.id], actions=["refuse_revocation"])]
    else:
        told.append(("reached", say("signing.order.reached_n", n=one.reached)))
    return [{"key": say(f"signing.order.fact.{name}"), "value": value} for name, value in told]


def _taken_facts(one: runs.OrderView, taken: runs.CertificateTaken) -> list[tuple[str, str]]:
    """Give which certificate it is, and what became of its holder's passport since."""
    told = [("number", taken.number), ("kind", say(f"signing.kind.{taken.kind}"))]
    told += [("facility", place) for place in [_facility_name(taken.facility_id)] if place]
    if one.state == "DONE" and taken.kind is CertificateKind.PASSPORT:
        asked = "awaited" if taken.reissue else "none"
        follows = say("signing.order.follower", number=taken.follower) if taken.follower else ""
        told.append(("then", follows or say(f"signing.order.then_{asked}")))
    return told


def _facility_of_key(kid: bytes) -> str:
    key = reads.facility_keys_by_kid([kid]).get(kid)
    return _facility_name(key.facility_id) if key else ""


def _facility_name(facility_id: UUID | None) -> str:
    found = places.facilities_by_id([facility_id] if facility_id else [])
    return found[facility_id].name if facility_id in found else ""


urlpatterns = [
    path("ho-chieu/thu-hoi", revocations, name="revocations"),
    path("ho-chieu/thu-hoi/chung-nhan", revoke_one, name="revoke_one"),
    path("ho-chieu/thu-hoi/co-so", facility_keys, name="facility_keys"),
    path("ho-chieu/thu-hoi/khoa/<slug:kid>", revoke_central, name="revoke_central"),
    path("ho-chieu/thu-hoi/<uuid:order_id>", revocation, name="revocation"),
]
