"""Addresses of the public portal."""

from django.urls import path

from tiemchung.web.portal import home, verify

app_name = "portal"
urlpatterns = [
    path("", home.home_page, name="home"),
    path("diem-tiem", home.points_page, name="points"),
    *verify.urlpatterns,
]
