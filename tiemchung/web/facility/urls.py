"""Addresses of the desk, mounted at /staff/; no address holds anything that identifies a person but a random id."""

from django.urls import path

from tiemchung.web.facility import (
    api,
    desk,
    done,
    identities,
    passport_own_key,
    passport_paper,
    passport_people,
    passport_runs,
    passports,
    person,
    today,
)

app_name = "facility"
urlpatterns = [
    path("api/doses", api.doses, name="api_doses"),  # first: a thousand times a minute, and the rest is tried in turn
    path("ban-tiem", desk.desk, name="desk"),
    path("ban-tiem/vac-xin", desk.choose_day_page, name="choose_day"),
    path("ban-tiem/tim", desk.find, name="find"),
    path("ban-tiem/dang-ky", desk.register, name="register"),
    path("ban-tiem/nguoi/<uuid:person_id>", person.person, name="person"),
    path("ban-tiem/nguoi/<uuid:person_id>/ghi", person.inject, name="inject"),
    path("ban-tiem/nguoi/<uuid:person_id>/hoan", person.defer, name="defer"),
    path("ban-tiem/nguoi/<uuid:person_id>/ho-chieu", passport_paper.passport_paper, name="passport_paper"),
    path("ban-tiem/xong/<uuid:profile_id>/<uuid:visit_id>", done.done, name="done"),
    path("ban-tiem/xong/<uuid:profile_id>/<uuid:visit_id>/huy", done.undo, name="undo"),
    path("hom-nay", today.today, name="today"),
    path("hom-nay/<uuid:profile_id>/<uuid:visit_id>/het-theo-doi", today.finish, name="finish"),
    path("danh-tinh", identities.identities, name="identities"),
    path("danh-tinh/<uuid:person_id>", identities.identity, name="identity"),
    path("danh-tinh/<uuid:person_id>/xac-minh", identities.begin_identity_review, name="identity_review"),
    path("danh-tinh/<uuid:person_id>/xac-nhan", identities.confirm_identity, name="identity_confirm"),
    path("danh-tinh/<uuid:person_id>/khong-tim-thay", identities.nobody_found, name="identity_nobody"),
    path("danh-tinh/<uuid:person_id>/so-giay-to", identities.correct_number, name="identity_number"),
    path("ho-chieu", passports.passports, name="passports"),
    path("ho-chieu/viec/<slug:reason>", passports.work, name="passport_work"),
    path("ho-chieu/nguoi/<slug:reason>", passport_people.passport_people, name="passport_people"),
    path("ho-chieu/ky", passport_runs.sign, name="passport_sign"),
    path("ho-chieu/lan-ky/<uuid:run_id>", passport_runs.run, name="passport_run"),
    path("ho-chieu/lan-ky/<uuid:run_id>/dung", passport_runs.stop, name="passport_stop"),
    path("ho-chieu/chung-thu", passport_own_key.own_key, name="passport_own_key"),
    path("ho-chieu/chung-thu/mui-cho-ky", passport_own_key.statements, name="passport_statements"),
    path("ho-chieu/chung-thu/chu-ky", passport_own_key.signatures, name="passport_signatures"),
]
