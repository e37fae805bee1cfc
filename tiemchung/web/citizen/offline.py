"""What lets a card open without a network: service worker, manifest, and a page that lists what is on the phone."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.words import say

_WORKER = "tc/book-sw.js"
PARTS = (
    "tc/app.css",
    "tc/app.js",
    "tc/book.js",
    "tc/icon.svg",
    "tc/be-vietnam-pro-400.woff2",
    "tc/be-vietnam-pro-600.woff2",
)


@require_safe
@open_to_public
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, told which addresses make up this version of the book."""
    told = {
        "version": _version(),
        "shell": reverse("citizen:kept"),
        "cards": "/so/the/",
        "passports": "^/so/ho-so/[0-9a-f-]{36}/ho-chieu$",
        "signOut": [reverse("citizen:sign_out"), reverse("citizen:sign_out_everywhere")],
        "files": staticfiles_storage.url(PARTS[0]).rpartition("/")[0] + "/",
        "parts": [staticfiles_storage.url(name) for name in PARTS],
    }
    script = f"self.TC_BOOK={json.dumps(told)};\n{_built(_WORKER).decode()}"
    response = HttpResponse(script, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = "/so/"
    return response


@require_safe
@open_to_public
def manifest(request: HttpRequest) -> HttpResponse:
    """Give the manifest by which a phone installs the book."""
    body = {
        "name": say("citizen.manifest.name"),
        "short_name": say("citizen.manifest.short_name"),
        "lang": request.lang,  # type: ignore[attr-defined]
        "id": "/so/",
        "start_url": "/so/",
        "scope": "/so/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#00515e",
        "icons": [{"src": staticfiles_storage.url("tc/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/manifest+json")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
@open_to_public
def kept_page(request: HttpRequest) -> HttpResponse:
    """Give the page without anybody's data that lists, on the phone itself, the cards kept there."""
    return render(request, "citizen/kept.html", using="jinja2")


def _built(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"static/{name} is missing: run `make assets`")
    return Path(found).read_bytes()


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for name in (*PARTS, _WORKER):
        digest.update(_built(name))
    return digest.hexdigest()[:16]
