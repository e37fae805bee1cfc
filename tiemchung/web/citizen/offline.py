"""What lets a card open without a network: service worker, manifest, and a page that lists what is on the phone."""

import json

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.service_worker import worker_answer
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
        "shell": reverse("citizen:kept"),
        "cards": "/so/the/",
        "passports": "^/so/ho-so/[0-9a-f-]{36}/ho-chieu$",
        "signOut": [reverse("citizen:sign_out"), reverse("citizen:sign_out_everywhere")],
        "files": staticfiles_storage.url(PARTS[0]).rpartition("/")[0] + "/",
    }
    return worker_answer(_WORKER, PARTS, called="TC_BOOK", scope="/so/", told=told)


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
