"""The second factor given anew for one deed: a code typed into its form, or a passkey shown on that very page.

A view hands `factor_asked(request)` to its template as `factor`, the template shows `ui.second_factor(factor, errors)`
in its form, and the view does nothing unless `factor_wrong(request)` is empty.
"""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tiemchung.access import actions, factors
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.shared.sign_in import words_of
from tiemchung.web.shared.staff_page import actor_of
from tiemchung.web.shared.typed import secret_in
from tiemchung.web.shared.words import say

# From the passkey to the form that it is for: the page sends it at once.
FRESH = dt.timedelta(minutes=2)
_PROOF = "passkey_proof"


@dataclass(frozen=True, slots=True)
class FactorAsked:
    """What a page needs to ask: whose factor it is, and where a passkey is shown, empty for who has none.

    With `passkey_only` no code will do: a code can be read out over the telephone, a passkey answers this site alone.
    """

    name: str
    passkey_at: str
    passkey_only: bool = False


def factor_asked(request: HttpRequest, *, passkey_only: bool = False) -> FactorAsked:
    """Give what this page needs to ask for the second factor of who reads it."""
    by = actor_of(request)
    has_passkey = by.id is not None and bool(factors.factors_of(by.id).passkeys)
    at = f"{reverse('staff:prove_passkey')}?{urlencode({'for': request.path})}" if has_passkey else ""
    return FactorAsked(by.name, at, passkey_only)


def passkey_wrong(request: HttpRequest) -> dict[str, str]:
    """Check that a passkey was just shown on this page and use that up; give what is wrong, empty if nothing."""
    return {} if _use_proof(request) else {"passkey": say("staff.passkey.needed")}


def factor_wrong(request: HttpRequest) -> dict[str, str]:
    """Check the second factor that came with a form and use it up; give what is wrong by field, empty if nothing.

    A passkey counts once, for the page on which it was shown. A code that was typed is never passed over for it.
    """
    staff_id, code = actor_of(request).id, secret_in(request.POST, "code", 40)
    proven = _use_proof(request)
    if staff_id is None or (not code and not proven):
        return {"code": say("passports.sign.code_empty")}
    if not code:
        return {}
    try:
        actions.prove_factor(at=clock.now(), staff_id=staff_id, code=code)
    except Refused as refused:
        return {"code": words_of(refused)}
    return {}


def keep_proof(request: HttpRequest, page: str) -> None:
    """Note that a passkey of who is signed in was just shown on a page of ours."""
    request.session[_PROOF] = {"for": page, "at": clock.now().isoformat()}


def _use_proof(request: HttpRequest) -> bool:
    proof = request.session.pop(_PROOF, None)
    if not proof or proof["for"] != request.path:
        return False
    return clock.now() - dt.datetime.fromisoformat(proof["at"]) <= FRESH
