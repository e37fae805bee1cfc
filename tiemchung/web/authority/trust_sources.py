"""Whose lists of foreign signers we believe, how old they are, and taking in a newer one from its file."""

import datetime as dt
import re
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.certificates.actions.trust_import import drop_trust_source, import_trust
from tiemchung.certificates.reads.trusted import ListAge, TrustSource, trust_sources
from tiemchung.certificates.trust_import import ListRefused, parse_list
from tiemchung.certificates.trust_import.parsed import MAX_BYTES, PASSED_OVER
from tiemchung.core import clock
from tiemchung.core.verdict import refuse
from tiemchung.web.authority.keys import decide
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.formats import format_moment
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import KEY_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.typed import TypedDate, date_in, line_in
from tiemchung.web.shared.words import say, say_reason

_ANCHOR_CAP = 20_000  # bytes; one certificate
# The field that mends a refusal, by the refusal's code; every other is the file's own.
_MENDED_AT = {
    "SOURCE_MISSING": "source", "MADE_AT_MISSING": "made_on-day", "ISSUER_MISSING": "issuer",
    "ANCHOR_UNREADABLE": "anchor", "NOTHING_TO_CHECK": "anchor",
}  # fmt: skip
open_to_keepers = open_to_staff(*KEY_ROLES)


@open_to_keepers
@require_GET
def sources_page(request: HttpRequest) -> HttpResponse:
    """Show each list in force with its age, its keys and what was passed over."""
    found = trust_sources(clock.now())
    warned = [one for one in found if one.age is not ListAge.FRESH]
    return staff_page(request, "authority/trust_sources.html", sources=found, warned=warned, whys=_whys)


@open_to_keepers
@require_http_methods(["GET", "POST"])
@steps_up
def take_source(request: HttpRequest) -> HttpResponse:
    """Take a list in from its file; what is wrong with it is named with its line."""
    typed: dict[str, Any] = {name: line_in(request.POST, name, cap) for name, cap in (("source", 60), ("issuer", 200))}
    made_on = date_in(request.POST, "made_on")
    typed["made_on"] = made_on.parts
    if request.method == "GET":
        return _ask(request, typed)
    upload, anchor = request.FILES.get("file"), request.FILES.get("anchor")
    errors = _errors_of(typed, made_on, upload, anchor)
    if errors or upload is None:
        return _ask(request, typed, errors)
    made_at = _noon(made_on.day) if made_on.day else None
    data, at = upload.read(), clock.now()
    try:
        listed = parse_list(data, issuer=typed["issuer"], trust_anchor=anchor.read() if anchor else b"", at=at)
        done = import_trust(
            source=typed["source"], listed=listed, data=data, by=actor_of(request), at=at, made_at=made_at
        )
    except ListRefused as refused:
        return _ask(request, typed, _error_of(refused.code, _in_words(refused.where)))
    tell(request, "trust_sources.done", source=typed["source"], n=done.keys, passed=sum(done.passed_over.values()))
    return redirect("authority:trust_sources")


@open_to_keepers
@require_http_methods(["GET", "POST"])
@steps_up
def drop_source(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Ask why a list is believed no more, and let it go."""
    source = next((one.source for one in trust_sources(clock.now()) if one.id == import_id), None)
    if source is None:
        raise Http404

    def drop(because: str) -> None:
        drop_trust_source(import_id=import_id, by=actor_of(request), at=clock.now(), because=because)

    return decide(request, "drop_source", drop, back="authority:trust_sources", subject=source)


def _errors_of(
    typed: dict[str, Any], made_on: TypedDate, upload: UploadedFile | None, anchor: UploadedFile | None
) -> dict[str, str]:
    """Give what the form itself lacks, each under its field's id, in the order of the fields."""
    errors = {} if typed["source"] else _error_of("SOURCE_MISSING")
    if upload is None or (upload.size or 0) > MAX_BYTES:
        errors["file"] = say("trust_sources.file_missing")
    if made_on.day is None and any(made_on.parts.values()):
        errors["made_on-day"] = say("trust_sources.made_on_wrong")
    if anchor is not None and (anchor.size or 0) > _ANCHOR_CAP:
        errors |= _error_of("ANCHOR_UNREADABLE")
    return errors


def _error_of(code: str, where: str = "") -> dict[str, str]:
    """Give a refusal in words, under the id of the field that mends it."""
    return {_MENDED_AT.get(code, "file"): say_reason(refuse(f"LIST_{code}", where=where).refusals[0])}


def _whys(source: TrustSource) -> str:
    return ", ".join(
        f"{say(f'trust_sources.why.{code}')} ({count})" for code, count in sorted(source.passed_over.items())
    )


def _in_words(where: str) -> str:
    """Give a place in a file, and the codes that stand there, in the reader's language."""
    with suppress(ValueError):
        return format_moment(dt.datetime.fromisoformat(where))
    told = re.sub(
        r"\b(line|item|method|issuer|key)(?= \d)", lambda found: say(f"trust_sources.place.{found[1]}"), where
    )
    return re.sub(r"[A-Z]+(?:_[A-Z]+)+|TWICE", lambda found: _why(found[0]), told)


def _why(code: str) -> str:
    return say(f"trust_sources.why.{code}") if code in PASSED_OVER else code


def _noon(day: dt.date) -> dt.datetime:
    # A list that names a day alone was made some time on it; never later than now, which would be refused.
    return min(dt.datetime.combine(day, dt.time(12), clock.VIETNAM), clock.now())


def _ask(request: HttpRequest, typed: dict[str, Any], errors: dict[str, str] | None = None) -> HttpResponse:
    status = 422 if errors else 200
    return staff_page(request, "authority/trust_source.html", status, typed=typed, errors=errors or {})


urlpatterns = [
    path("khoa/nguon", sources_page, name="trust_sources"),
    path("khoa/nguon/nap", take_source, name="trust_source"),
    path("khoa/nguon/<uuid:import_id>/bo", drop_source, name="trust_source_drop"),
]
