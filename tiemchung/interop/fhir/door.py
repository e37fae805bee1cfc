"""The read-only FHIR addresses: what we can do, and the health certificate of a code that the asker was shown."""

import re
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from tiemchung.certificates.formats.trust import b64url
from tiemchung.certificates.reads import fhir_document_of
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import note_look
from tiemchung.interop.fhir.capability import capability_statement
from tiemchung.interop.signature import HEADER, derived_key, read_signature
from tiemchung.people.reads import NotFound

_TYPE = "application/fhir+json"
_HASH = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
PURPOSE = "shown certificate"


class _View(Protocol):
    def __call__(self, request: HttpRequest) -> HttpResponse: ...


def request_key() -> bytes:
    """Give the key that signs partners' requests; empty while none is agreed, and then nobody is let in."""
    return derived_key(settings.FHIR_KEY, "tiemchung.fhir.requests")


def signed_target(request: HttpRequest) -> bytes:
    """Give the bytes that a partner signs: the method and the whole address below the host."""
    return f"{request.method} {request.get_full_path()}".encode()


def signed_only(view: _View) -> _View:
    """Open to requests that were signed just now with the agreed key; everybody else gets an empty 403.

    The same request may be made again within five minutes: it reads, and reads the same.
    """

    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        header = request.headers.get(HEADER, "")
        now = int(clock.now().timestamp())
        if read_signature(request_key(), signed_target(request), header, unix_s=now) is None:
            return HttpResponse(status=403)
        return view(request)

    return checked


@signed_only
@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """Give the capability statement."""
    return _answer(capability_statement(settings.PUBLIC_ADDRESS, clock.now()))


@signed_only
@require_GET
def generate_health_certificate(request: HttpRequest) -> HttpResponse:
    """Give the DDCC document of the passport whose number has the hash `id`: base64url of 16 bytes.

    404 for a number that is unknown, revoked, expired or no card of the passport kind: the asker learns no more.
    """
    asked = request.GET.get("id", "")
    if _HASH.fullmatch(asked) is None:
        return _outcome(400, "invalid", "id is base64url of the first 16 bytes of SHA-256 of the number")
    now = clock.now()
    try:
        person_id, document = fhir_document_of(b64url(asked), now)
    except NotFound:
        return _outcome(404, "not-found", "no such certificate in force")
    except ValueError:
        return _outcome(400, "invalid", "id is no canonical base64url")
    by = Actor(kind=Kind.SYSTEM, name="FHIR")
    note_look(by=by, at=now, action="fhir.health_certificate", subject_ids=[person_id], purpose=PURPOSE)
    return _answer(document)


def _outcome(status: int, code: str, words: str) -> HttpResponse:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return _answer({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def _answer(resource: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = JsonResponse(resource, status=status, content_type=_TYPE, json_dumps_params={"ensure_ascii": False})
    answer.headers["Cache-Control"] = "no-store"
    return answer
