"""Addresses of the shared pages; the kit is there only while developing."""

from django.conf import settings
from django.urls import path

from tiemchung.web.shared import captcha, views

app_name = "shared"
urlpatterns = [
    path("captcha", captcha.puzzle, name="captcha"),
    path("lang", views.choose_language, name="language"),
    path("offline", views.offline, name="offline"),
]
if settings.DEBUG:
    urlpatterns.append(path("kit", views.kit, name="kit"))
