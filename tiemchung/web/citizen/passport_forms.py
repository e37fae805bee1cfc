"""The passport in other forms, where they are switched on: codes for other countries' readers, and a FHIR document."""

import json
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tiemchung.certificates.actions import emit_certificate
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import fhir_document, gives_documents
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused
from tiemchung.people.reads import NotFound, holder_of, person_of
from tiemchung.web.citizen.book import frame
from tiemchung.web.citizen.passport import TOLD
from tiemchung.web.shared.gate import open_to_citizen
from tiemchung.web.shared.qr import qr_of
from tiemchung.web.shared.words import say, say_reason

FILE = "ho-chieu-vac-xin.fhir.json"
_PURPOSE = "health book: passport"


@require_POST
@open_to_citizen
def passport_form(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show the passport as a code of another form, signed at the first asking; what it lacks is said on its page."""
    by, at, form = _reader(request), clock.now(), request.POST.get("form", "")
    try:
        made = emit_certificate(by=by, person_id=person_id, form=form, at=at)
        holder = holder_of(person_id)
    except NotFound as unknown:
        raise Http404 from unknown
    except Refused as refused:
        return _told(request, person_id, say_reason(refused.verdict.refusals[0]))
    except KeyStoreError:
        return _told(request, person_id, say("passport.other.later"))
    note_look(by=by, at=at, action="citizen.view_passport_form", subject_ids=[holder.person_id], purpose=_PURPOSE)
    facts = {"made": made, "qr": qr_of(made.text), "holder": holder, **frame(request)}
    response = render(request, "citizen/passport_form.html", facts, using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@open_to_citizen
def passport_document(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give the passport as a FHIR document to keep; without one in force the passport's page says why."""
    if not gives_documents():
        raise Http404
    by, at = _reader(request), clock.now()
    try:
        root = person_of(person_id)
    except NotFound as unknown:
        raise Http404 from unknown
    if root not in by.person_ids:
        raise Http404
    try:
        document = fhir_document(by, root, at)
    except NotFound:
        return redirect("citizen:passport", person_id=root)
    note_look(by=by, at=at, action="citizen.download_passport", subject_ids=[root], purpose=_PURPOSE)
    response = HttpResponse(json.dumps(document, ensure_ascii=False), content_type="application/fhir+json")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(FILE)}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _reader(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _told(request: HttpRequest, person_id: UUID, words: str) -> HttpResponse:
    request.session[TOLD] = (words, False)
    return redirect("citizen:passport", person_id=person_id)
