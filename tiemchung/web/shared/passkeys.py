"""Passkeys (WebAuthn) as a second factor: added on the account page, shown at the door; the checks are allauth's."""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tiemchung.access import actions
from tiemchung.core import clock
from tiemchung.core.audit import write_line
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.gate import open_to_public, open_to_staff
from tiemchung.web.shared.second_factor import keep_proof
from tiemchung.web.shared.sign_in import enter, half_way, words_of
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.typed import number_in
from tiemchung.web.shared.words import say

MOST = 5
LONGEST_ANSWER = 20_000
# Whatever the browser sends is read by a library of many shapes: anything that it cannot read is a wrong answer.
_UNREADABLE = (ValidationError, ValueError, TypeError, KeyError, AttributeError)


@open_to_public
@require_http_methods(["GET", "POST"])
def show_passkey(request: HttpRequest) -> HttpResponse:
    """Give the challenge for somebody half way in, and take the passkey's answer."""
    staff_id = half_way(request)
    if staff_id is None:
        return JsonResponse({"go": "/staff/sign-in"}, status=401)
    staff = _staff(staff_id)
    if request.method == "GET":
        return _plain(webauthn.begin_authentication(staff))
    try:
        actions.take_factor_try(at=clock.now(), staff_id=staff_id)
        webauthn.complete_authentication(staff, _answer(request)).record_usage()
    except Refused as refused:
        return JsonResponse({"problem": words_of(refused)}, status=422)
    except _UNREADABLE:
        return JsonResponse({"problem": say("staff.passkey.wrong")}, status=422)
    return JsonResponse({"go": enter(request, staff_id, "PASSKEY")["Location"]})


@open_to_staff()
@require_http_methods(["GET", "POST"])
def prove_passkey(request: HttpRequest) -> HttpResponse:
    """Give the challenge for a deed, and keep for its page, named by `for`, that a passkey answered it just now."""
    by = actor_of(request)
    assert by.id is not None
    staff = _staff(by.id)
    if request.method == "GET":
        return _plain(webauthn.begin_authentication(staff))
    try:
        counted = actions.take_factor_try(at=clock.now(), staff_id=by.id)
        webauthn.complete_authentication(staff, _answer(request)).record_usage()
    except Refused as refused:
        return JsonResponse({"problem": words_of(refused)}, status=422)
    except _UNREADABLE:
        write_line(by=by, at=clock.now(), action="miss_factor", subject_id=by.id)
        return JsonResponse({"problem": say("staff.passkey.wrong")}, status=422)
    actions.give_back_try(counted)
    keep_proof(request, request.GET.get("for", ""))
    return JsonResponse({"proven": True})


@open_to_staff()
@require_http_methods(["GET", "POST"])
@steps_up
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Give the challenge for a new passkey, and keep the passkey that answers it."""
    by = actor_of(request)
    staff = _staff(by.id)
    if request.method == "GET":
        return _plain(webauthn.begin_registration(staff, passwordless=False))
    if Authenticator.objects.filter(user=staff, type=Authenticator.Type.WEBAUTHN).count() >= MOST:
        return JsonResponse({"problem": say("staff.passkey.most", most=MOST)}, status=422)
    try:
        answer = _answer(request)
        webauthn.complete_registration(answer)
        name = nfc(str(answer.get("name", ""))[:60]) or say("staff.passkey.unnamed")
        webauthn.WebAuthn.add(staff, name, {k: v for k, v in answer.items() if k != "name"})
    except _UNREADABLE:
        return JsonResponse({"problem": say("staff.passkey.wrong")}, status=422)
    write_line(by=by, at=clock.now(), action="add_passkey", subject_id=staff.pk)
    tell(request, "staff.passkey.added", name=name)
    return JsonResponse({"go": "/staff/account"})


@open_to_staff()
@require_POST
@steps_up
def drop_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey away: it opens nothing more."""
    by = actor_of(request)
    rows = Authenticator.objects.filter(
        user_id=by.id, type=Authenticator.Type.WEBAUTHN, pk=number_in(request.POST, "passkey", 2**31 - 1)
    )
    if by.id is not None and rows.delete()[0]:
        write_line(by=by, at=clock.now(), action="drop_passkey", subject_id=by.id)
        tell(request, "staff.passkey.dropped")
    return redirect("staff:account")


def _staff(staff_id: Any) -> Any:
    return get_user_model().objects.get(pk=staff_id)


def _answer(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LONGEST_ANSWER or b"\\u0000" in request.body:  # PostgreSQL keeps no NUL
        raise ValueError
    answer = json.loads(request.body)
    if not isinstance(answer, dict):
        raise TypeError
    return answer


def _plain(options: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(options, default=dict), content_type="application/json")
