"""Where the partner posts what citizens propose in its app."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tiemchung.cases.rules import shown_ref
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.pc_covid.name_question import names_asked
from tiemchung.interop.pc_covid.nonces import let_in
from tiemchung.interop.pc_covid.proposal import BadProposal, read_proposal
from tiemchung.interop.pc_covid.taking import Taken, take_proposal
from tiemchung.interop.pc_covid.words import words_of
from tiemchung.interop.signature import HEADER, read_signature

LONGEST_BODY = 32_768
_STATUS = {"NOT_JSON": 400, "TOO_LONG": 413, "REPLAYED": 409, "KEY_REUSED": 409, "TOO_MANY_TRIES": 429}


@csrf_exempt  # a machine calls; the signature stands in the token's place
@require_POST
def receive_proposal(request: HttpRequest) -> HttpResponse:
    """Take one signed proposal: 202 with the case's number, 200 when the dose is on record already.

    Not signed: 403 and nothing else. Anything wrong: a problem document (RFC 9457) with a code and its sentence, in
    the language of `Accept-Language`; the proposal's id makes a repetition harmless. Names that may have lost their
    accents are asked about first (NAME_DOUBT), and nothing is kept until they were confirmed or written again.
    """
    body = request.read(LONGEST_BODY + 1)
    if len(body) > LONGEST_BODY:
        return _problem(request, "TOO_LONG")
    now = clock.now()
    header = request.headers.get(HEADER, "")
    signed = read_signature(key_for(REQUESTS), body, header, unix_s=int(now.timestamp()))
    if signed is None:
        return HttpResponse(status=403)
    if not let_in(signed, now):
        return _problem(request, "REPLAYED")
    try:
        proposal = read_proposal(body)
        asked = names_asked(proposal, _language(request))
        if asked:
            return _problem(request, "NAME_DOUBT", asked=asked)
        taken = take_proposal(proposal, at=now)
    except BadProposal as bad:
        return _problem(request, bad.code, **bad.facts)
    except Refused as refused:
        return _problem(request, refused.verdict.refusals[0].code)
    return _answer(taken)


def _answer(taken: Taken) -> JsonResponse:
    if taken.on_record:
        return JsonResponse({"on_record": True, "stale": taken.stale})
    said = {"ref": taken.ref, "shown_ref": shown_ref(taken.ref), "due_at": taken.due_at}
    return JsonResponse(said | {"declared": taken.declared, "stale": taken.stale}, status=202)


def _problem(request: HttpRequest, code: str, **facts: Any) -> JsonResponse:
    status, lang = _STATUS.get(code, 422), _language(request)
    body = {"type": "about:blank", "status": status, "code": code, "title": words_of(code, lang, **facts), **facts}
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    answer["Content-Language"] = lang
    return answer


def _language(request: HttpRequest) -> str:
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "vi"
