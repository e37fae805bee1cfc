"""The front doors."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/", include("tiemchung.web.facility.urls")),
    path("staff/", include("tiemchung.web.shared.urls_staff")),
    path("so/", include("tiemchung.web.citizen.urls")),
    path("staff/phan-anh", include("tiemchung.web.cases.urls")),
    path("staff/tong-dai", include("tiemchung.web.hotline.urls")),
    path("staff/nhan-vien", include("tiemchung.web.authority.urls_accounts")),
    path("authority/", include("tiemchung.web.authority.urls")),
    path("hooks/", include("tiemchung.interop.messages.urls")),
    path("interop/pc-covid/", include("tiemchung.interop.pc_covid.urls")),
    path("interop/fhir/", include("tiemchung.interop.fhir.urls")),
    path("", include("tiemchung.web.portal.urls")),
    path("", include("tiemchung.web.shared.urls")),
]

handler400 = "tiemchung.web.shared.errors.bad_request"
handler403 = "tiemchung.web.shared.errors.forbidden"
handler404 = "tiemchung.web.shared.errors.not_found"
handler500 = "tiemchung.web.shared.errors.broken"
