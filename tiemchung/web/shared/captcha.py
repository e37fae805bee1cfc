"""The puzzle that stands in a captcha's place: handed out as JSON, and its solution judged in a form."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from tiemchung.access import actions as access
from tiemchung.core import clock
from tiemchung.core.verdict import Verdict, refuse
from tiemchung.web.shared.gate import network_address, open_to_public
from tiemchung.web.shared.typed import secret_in

_LONGEST = 4000


@require_GET
@open_to_public
def puzzle(request: HttpRequest) -> JsonResponse:
    """Hand out a new puzzle; `frontend/src/proof.js` solves it."""
    made = access.new_puzzle(at=clock.now(), network=network_address(request))
    return JsonResponse(made, headers={"Cache-Control": "no-store"})


def judged(request: HttpRequest, *, code_follows: bool = False) -> Verdict:
    """Use the proof that a posted form with `ui.captcha()` brought along.

    Ask it once a request, after the form's own mistakes and outside a transaction: a proof is good for one use.
    With `code_follows` a form without a proof passes too, as it comes from a browser without scripts, but only a few
    times an hour from one network; a one-time code must stand behind it.
    Refusals: CAPTCHA_WRONG, CAPTCHA_EXPIRED, CAPTCHA_SPENT, CAPTCHA_NO_SCRIPT (fact `minutes`).
    """
    payload = secret_in(request.POST, "captcha", _LONGEST)
    at = clock.now()
    if payload:
        return access.use_proof(at=at, payload=payload)
    if code_follows and request.POST.get("captcha_without") == "1":
        return access.pass_without_script(at=at, network=network_address(request))
    return refuse("CAPTCHA_WRONG")
