"""The desk and the shared pages, without the other audiences."""

from django.urls import include, path

urlpatterns = [
    path("staff/", include("tiemchung.web.facility.urls")),
    path("", include("tiemchung.web.shared.urls")),
]
handler404 = "tiemchung.web.shared.errors.not_found"
