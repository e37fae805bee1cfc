"""The signer's own certificate: their computer signs what the server shows it, and the server checks every signature.

The page asks a small program on that computer (docs/how-to/facility-signing.md). The private key never comes here.
"""

import base64
import binascii
import datetime as dt
import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST

from tiemchung.certificates import actions, reads
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused
from tiemchung.web.facility.passport_runs import open_to_lead
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.sign_in import words_of
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.words import say

AGENT = "http://127.0.0.1:17817"
LONGEST = 200_000  # bytes of an answer with two hundred signatures, with room
SIGNATURE_BYTES = 64
_POLICY: dict[str, Any] = {**settings.SECURE_CSP, "connect-src": [CSP.SELF, AGENT]}


@open_to_lead
@require_GET
@csp_override(_POLICY)
@steps_up
def own_key(request: HttpRequest) -> HttpResponse:
    """Show how many doses wait, and let the browser ask the program that holds the key."""
    by, at = actor_of(request), clock.now()
    key = reads.agent_key_of(by.id, by.facility_id, at) if by.id and by.facility_id else None
    return staff_page(
        request,
        "facility/passport_own_key.html",
        key=key,
        ready=reads.counts_of_facility(by).number("TO_SIGN"),
        agent=AGENT,
    )


@open_to_lead
@require_GET
@steps_up
def statements(request: HttpRequest) -> HttpResponse:
    """Give the next statements to be signed, base64, by dose, and the moment that they state."""
    by, at = actor_of(request), clock.now()
    try:
        found = actions.statements_to_sign(by=by, at=at, facility_id=_facility(by))
    except Refused as refused:
        return _problem(words_of(refused))
    told = [{"dose": str(s.dose_id), "statement": base64.b64encode(s.statement).decode()} for s in found]
    return JsonResponse({"statements": told, "kid": _kid(by), "signed_at": at.isoformat()})


@open_to_lead
@require_POST
@steps_up
def signatures(request: HttpRequest) -> HttpResponse:
    """Take the signatures that the program made; give how many doses are signed now, and how many were refused.

    The moment that the statements stated comes back with them: one that was not signed does not verify.
    """
    by = actor_of(request)
    try:
        signed_at, sent = _signatures_in(request)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        return _problem(say("passports.own.unreadable"))
    try:
        done = actions.accept_signatures(
            by=by, at=clock.now(), signed_at=signed_at, facility_id=_facility(by), signatures=sent
        )
    except Refused as refused:
        return _problem(words_of(refused))
    return JsonResponse({"signed": done.signed, "refused": done.refused})


def _signatures_in(request: HttpRequest) -> tuple[dt.datetime, dict[UUID, bytes]]:
    if len(request.body) > LONGEST:
        raise ValueError
    sent: Any = json.loads(request.body)
    found = {UUID(one["dose"]): base64.b64decode(one["signature"], validate=True) for one in sent["signatures"]}
    if any(len(signature) != SIGNATURE_BYTES for signature in found.values()):
        raise ValueError
    signed_at = dt.datetime.fromisoformat(sent["signed_at"])
    if signed_at.tzinfo is None:
        raise ValueError
    return signed_at, found


def _facility(by: Actor) -> UUID:
    if by.facility_id is None:
        raise ValueError
    return by.facility_id


def _kid(by: Actor) -> str:
    key = reads.agent_key_of(by.id, by.facility_id, clock.now()) if by.id and by.facility_id else None
    return key.kid.hex() if key else ""


def _problem(words: str) -> HttpResponse:
    return JsonResponse({"problem": words}, status=422)
