"""Addresses of the desk, mounted at /staff/; no address holds anything that identifies a person but a random id."""

from django.urls import path

from tiemchung.web.facility import api, desk, done, person, today

app_name = "facility"
urlpatterns = [
    path("ban-tiem", desk.desk, name="desk"),
    path("ban-tiem/vac-xin", desk.choose_day_page, name="choose_day"),
    path("ban-tiem/tim", desk.find, name="find"),
    path("ban-tiem/dang-ky", desk.register, name="register"),
    path("ban-tiem/nguoi/<uuid:person_id>", person.person, name="person"),
    path("ban-tiem/nguoi/<uuid:person_id>/ghi", person.inject, name="inject"),
    path("ban-tiem/nguoi/<uuid:person_id>/hoan", person.defer, name="defer"),
    path("ban-tiem/xong/<uuid:profile_id>/<uuid:visit_id>", done.done, name="done"),
    path("ban-tiem/xong/<uuid:profile_id>/<uuid:visit_id>/huy", done.undo, name="undo"),
    path("hom-nay", today.today, name="today"),
    path("hom-nay/<uuid:profile_id>/<uuid:visit_id>/het-theo-doi", today.finish, name="finish"),
    path("api/doses", api.doses, name="api_doses"),
]
