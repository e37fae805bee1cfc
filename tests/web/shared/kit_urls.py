"""The shared pages alone, with the developers' page and a page that scans, for tests that need no database."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from tiemchung.web.shared import views
from tiemchung.web.shared.scanning import allow_wasm

SCAN_PAGE = """{% extends "citizen.html" %}{% block head %}{{ ui.scanner_assets() }}{% endblock %}
{% block main %}<h1>Quét</h1><video id="video"></video>{% endblock %}"""


@allow_wasm
def scan_page(request: HttpRequest) -> HttpResponse:
    """Show a page that has the scanner's files at hand."""
    return HttpResponse(engines["jinja2"].from_string(SCAN_PAGE).render({}, request))


urlpatterns = [
    path("kit", views.kit),
    path("scan", scan_page),
    path("", include(([path("lang", views.choose_language, name="language")], "shared"))),
]
