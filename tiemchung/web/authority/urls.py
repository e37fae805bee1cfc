"""Addresses of the authority's pages; no address holds anything that identifies a person but a random id."""

from django.urls import path

from tiemchung.web.authority import (
    alarm_list,
    auditor,
    doses,
    identities,
    keys,
    links,
    lots,
    passport_board,
    people,
    profiles,
    revocations,
    signing_runs,
    trail,
    trust_sources,
    watch,
)

app_name = "authority"
_PERSON, _DOSE = "nguoi/<uuid:person_id>", "nguoi/<uuid:person_id>/mui/<uuid:dose_id>"
urlpatterns = [
    path("nguoi", people.people, name="people"),
    path("muc-dich", people.purpose, name="purpose"),
    path("nhat-ky", auditor.find_staff, name="auditor"),
    path("nhat-ky/<uuid:staff_id>", auditor.looks_of, name="looks_of"),
    path("canh-bao", alarm_list.alarms_page, name="alarms"),
    path("canh-bao/<uuid:alarm_id>", alarm_list.see, name="see_alarm"),
    path("da-xem", trail.my_looks, name="my_looks"),
    path(_PERSON, people.person, name="person"),
    path(f"{_PERSON}/ai-da-xem", trail.trail, name="trail"),
    path(f"{_PERSON}/ghep", links.find_twin, name="find_twin"),
    path(f"{_PERSON}/ghep/<uuid:other_id>", links.compare, name="compare"),
    path(f"{_PERSON}/tach/<uuid:link_id>", links.undo, name="undo_link"),
    path(_DOSE, doses.dose, name="dose"),
    path(f"{_DOSE}/sua", doses.amend_dose, name="amend_dose"),
    path(f"{_DOSE}/huy", doses.void_dose, name="void_dose"),
    path(f"{_DOSE}/xac-minh", doses.verify_dose, name="verify_dose"),
    path("ho-so/<uuid:profile_id>/sua", profiles.amend_person, name="amend_person"),
    path("danh-tinh", identities.identity_board, name="identity_board"),
    path("danh-tinh/<uuid:province_id>", identities.identity_board, name="identity_board_of"),
    *keys.urlpatterns,
    *signing_runs.urlpatterns,
    *revocations.urlpatterns,
    *watch.urlpatterns,
    *trust_sources.urlpatterns,
    path("ho-chieu", passport_board.board, name="passports"),
    path("ho-chieu/<uuid:area_id>", passport_board.board, name="passports_of"),
    path("lo", lots.lots, name="lots"),
    path("lo/them", lots.new_lot, name="new_lot"),
    path("lo/<uuid:lot_id>", lots.lot, name="lot"),
]
