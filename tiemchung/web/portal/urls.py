"""Addresses of the public portal."""

from django.urls import path

from tiemchung.web.portal import (
    holder_lookup,
    holder_passport,
    home,
    issuance_log,
    not_me,
    revocation_lists,
    trust,
    verify,
)
from tiemchung.web.portal.feedback import urls as feedback

app_name = "portal"
urlpatterns = [
    path("", home.home_page, name="home"),
    path("diem-tiem", home.points_page, name="points"),
    *verify.urlpatterns,
    *trust.urlpatterns,
    *issuance_log.urlpatterns,
    *revocation_lists.urlpatterns,
    *feedback.urlpatterns,
    *holder_lookup.urlpatterns,
    *holder_passport.urlpatterns,
    *not_me.urlpatterns,
]
