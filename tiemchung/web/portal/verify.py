"""The public verifier: checks a certificate on the reader's own device, also without a network."""

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from tiemchung.certificates.actions.publishing import documents_signer, proof_of_list
from tiemchung.certificates.formats import list_proof
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import trusted
from tiemchung.certificates.reads.kept_lists import last_keys, last_signed
from tiemchung.core import clock
from tiemchung.web.portal.trust import not_signed
from tiemchung.web.shared import words
from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.language import spoken_language
from tiemchung.web.shared.service_worker import worker_answer

RESULTS = ("VALID", "INVALID", "UNKNOWN")
# The server's reader and the browser's name the same reasons; the last four are the page's own.
REASONS = (
    "GENUINE",
    "NOT_OURS",
    "INCOMPLETE",
    "UNKNOWN_KEY",
    "UNSUPPORTED_SIGNATURE",
    "UNSUPPORTED_CONTENT",
    "LINK_NOT_FOLLOWED",
    "TOO_LONG",
    "DAMAGED",
    "MALFORMED_HEADER",
    "UNSUPPORTED_ALGORITHM",
    "BAD_SIGNATURE",
    "KEY_EXPIRED",
    "SCHEMA",
    "COUNTRY_MISMATCH",
    "WRONG_KEY_USAGE",
    "REVOKED",
    "NOT_YET_VALID",
    "EXPIRED",
    "TEST_POSITIVE",
    "REPLACED",
    "NOT_ISSUED",
    "LIST_MISSING",
    "LIST_TOO_OLD",
)
_SENTENCES = {
    "fact": ("dose", "dose_of", "dose_plain", "tested", "tested_positive", "recovered", "issuer", "until"),
    "kind": ("CARD", "PASSPORT"),
    "checked": ("register", "register_refuses", "lists", "listed", "old_lists", "by_source", "by_old_source"),
    "clock": ("days", "hours", "minutes"),
    "elsewhere": ("todo", "old_list", "old_list_todo"),
    "holder": ("proven", "unproven", "born", "born_unknown"),
    "list": ("FRESH", "KEYS", "OLD", "TOO_OLD", "NONE", "REFUSED"),
    "offline": ("waiting", "ready", "never"),
    "problem": ("camera_refused", "camera_none", "no_code", "no_image", "no_text"),
}
# All that the page needs on the device before the network may go away.
PARTS = (
    "tc/app.css",
    "tc/app.js",
    "tc/verify.js",
    "tc/zxing.js",
    "tc/zxing_reader.wasm",
    "tc/icon.svg",
    "tc/verify-192.png",
    "tc/verify-512.png",
    "tc/verify-maskable-512.png",
    "tc/be-vietnam-pro-400.woff2",
    "tc/be-vietnam-pro-600.woff2",
)
ICONS = (
    ("verify-192.png", "192x192", "any"), ("verify-512.png", "512x512", "any"),
    ("verify-maskable-512.png", "512x512", "maskable"),
)  # fmt: skip
_WORKER = "tc/verify-sw.js"
# The QR reader is compiled from wasm; nothing else about the policy is loosened.
_RULES: dict[str, list[str]] = dict(settings.SECURE_CSP)  # type: ignore[arg-type]
_POLICY = {**_RULES, "script-src": [*_RULES["script-src"], CSP.WASM_UNSAFE_EVAL]}


@require_safe
@open_to_public
@csp_override(_POLICY)
def verify_page(request: HttpRequest) -> HttpResponse:
    """Show the verifier; the answer is found in the browser, so the server learns of no certificate."""
    facts = {
        "trust": reverse(_named(request, "verify_trust")),
        "foreign": reverse(_named(request, "verify_foreign")),
        "manifest": reverse(_named(request, "verify_manifest")),
        "lists": reverse(_named(request, "revocation_lists")),
        "state": reverse(_named(request, "number_state")),
        "unknown": reverse(_named(request, "unknown_code")),
        "worker": reverse(_named(request, "verify_worker")),
        "scope": request.path,
        "roots": trusted.own_roots(clock.now()),
        "words": page_words(),
    }
    response = render(request, "portal/verify.html", facts, using="jinja2")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@open_to_public
def verify_trust(request: HttpRequest) -> HttpResponse:
    """Give our own keys as JSON, signed: what each is for, and from when on it is believed no more."""
    minute = this_minute()
    try:
        documents_signer(clock.now())  # a new installation makes its root at this: the list has to name it
        body = json.dumps(trusted.verifier_list(minute), separators=(",", ":")).encode()
        proof = proof_of_list(body, about=list_proof.KEYS, made_at=minute, at=clock.now())
    except KeyStoreError as problem:
        kept = last_keys(list_proof.KEYS, trusted.verifier_list(minute))
        if kept is None:
            return not_signed(problem)
        body, proof = kept.body, kept.proof
    response = HttpResponse(body, content_type="application/json")
    response.headers[list_proof.HEADER] = proof
    # A key that was given up must be known at once to everybody who has a network.
    response.headers["Cache-Control"] = "public, no-cache"
    return response


@require_safe
@open_to_public
def verify_foreign(request: HttpRequest) -> HttpResponse:
    """Give the keys of other countries as imported, signed by us; sent again only when something of it changed."""
    now = clock.now()
    try:
        # The signer is in the name: a device that kept the list gets it anew when another key signs.
        kid = documents_signer(now).kid.hex()
        etag = f'W/"{trusted.foreign_version()}-{kid}"'  # weak: the answer is compressed on its way
        known = request.headers.get("If-None-Match") == etag
        response = HttpResponse(status=304) if known else _foreign(now)
    except KeyStoreError as problem:
        kept = last_signed(list_proof.FOREIGN)
        if kept is None:
            return not_signed(problem)
        etag = f'W/"{hashlib.sha256(kept.body).hexdigest()[:32]}"'
        response = HttpResponse(kept.body, content_type="application/json")
        response.headers[list_proof.HEADER] = kept.proof
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _foreign(now: dt.datetime) -> HttpResponse:
    body = json.dumps(trusted.foreign_list(), separators=(",", ":")).encode()
    response = HttpResponse(body, content_type="application/json")
    response.headers[list_proof.HEADER] = proof_of_list(
        body, about=list_proof.FOREIGN, made_at=trusted.foreign_made_at(now), at=now
    )
    return response


def this_minute() -> dt.datetime:
    """Give the beginning of this minute: what is signed with it is signed once a minute, however many ask."""
    return clock.now().replace(second=0, microsecond=0)


@require_safe
@open_to_public
def verify_manifest(request: HttpRequest) -> HttpResponse:
    """Give what lets a phone put the verifier on its home screen."""
    lang = spoken_language()
    page = reverse(_named(request, "verify"))
    told = {
        "id": page,
        "name": words.sentence("verify.app.name", lang),
        "short_name": words.sentence("verify.app.short", lang),
        "lang": lang,
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#ffffff",
        "theme_color": "#00515e",
        "icons": [
            {"src": staticfiles_storage.url(f"tc/{name}"), "type": "image/png", "sizes": size, "purpose": purpose}
            for name, size, purpose in ICONS
        ],
    }
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@open_to_public
def verify_service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, told which addresses make up this version of the page."""
    page = reverse(_named(request, "verify"))
    told = {"page": page, "data": [reverse(_named(request, "verify_manifest"))]}
    return worker_answer(_WORKER, PARTS, called="TC_VERIFY", scope=page, told=told)


def page_words() -> dict[str, Any]:
    """Give the sentences that the page itself fills in, in its language, their places still open."""
    lang = spoken_language()

    def sentence(key: str) -> str:
        return words.sentence(f"verify.{key}", lang)

    told: dict[str, Any] = {
        group: {name: sentence(f"{group}.{name}") for name in names} for group, names in _SENTENCES.items()
    }
    told["lang"] = lang
    told["result"] = {name: sentence(f"result.{name}") for name in RESULTS}
    told["reason"] = {code: {part: sentence(f"reason.{code}.{part}") for part in ("what", "todo")} for code in REASONS}
    return told


def _named(request: HttpRequest, name: str) -> str:
    match = request.resolver_match
    return f"{match.view_name.rpartition(':')[0]}:{name}".lstrip(":") if match else name


urlpatterns = [
    path("verify", verify_page, name="verify"),
    path("verify/trust.json", verify_trust, name="verify_trust"),
    path("verify/foreign.json", verify_foreign, name="verify_foreign"),
    path("verify/app.webmanifest", verify_manifest, name="verify_manifest"),
    path("verify/sw.js", verify_service_worker, name="verify_worker"),
]
