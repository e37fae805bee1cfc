"""The front doors."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tiemchung.web.portal.urls")),
    path("so/", include("tiemchung.web.citizen.urls")),
    path("staff/", include("tiemchung.web.shared.urls_staff")),
    path("staff/", include("tiemchung.web.facility.urls")),
    path("authority/", include("tiemchung.web.authority.urls")),
    path("hooks/", include("tiemchung.interop.messages.urls")),
    path("", include("tiemchung.web.shared.urls")),
]

handler400 = "tiemchung.web.shared.errors.bad_request"
handler403 = "tiemchung.web.shared.errors.forbidden"
handler404 = "tiemchung.web.shared.errors.not_found"
handler500 = "tiemchung.web.shared.errors.broken"
