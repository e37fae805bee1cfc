"""Addresses of the citizen's health book, all under /so/."""

from django.urls import path

from tiemchung.web.citizen import book, offline, passport, passport_forms, sign_in, who_saw
from tiemchung.web.citizen.reports import beginning, declared, following, sending

app_name = "citizen"
# Not under the/: what lies there is kept on the phone as a card.
_PERSON = "ho-so/<uuid:person_id>"
urlpatterns = [
    path("", book.book_page, name="book"),
    path("dang-nhap", sign_in.phone_page, name="sign_in"),
    path("ma-xac-thuc", sign_in.code_page, name="code"),
    path("xac-nhan", sign_in.fact_page, name="fact"),
    path("dang-xuat", book.sign_out, name="sign_out"),
    path("dang-xuat/moi-thiet-bi", book.sign_out_everywhere, name="sign_out_everywhere"),
    path("da-dang-xuat", book.signed_out, name="signed_out"),
    path("them-nguoi", book.add_person_page, name="add_person"),
    path("the/<uuid:person_id>", book.person_card, name="card"),
    path(f"{_PERSON}/ho-chieu", passport.show_passport, name="passport"),
    path(f"{_PERSON}/ho-chieu/ten", passport.confirm_passport_name, name="passport_name"),
    path(f"{_PERSON}/ho-chieu/giay", passport.passport_file, name="passport_file"),
    path(f"{_PERSON}/ho-chieu/dinh-dang", passport_forms.passport_form, name="passport_form"),
    path(f"{_PERSON}/ho-chieu/fhir", passport_forms.passport_document, name="passport_document"),
    path(f"{_PERSON}/ai-da-xem", who_saw.who_saw_page, name="who_saw"),
    path(f"{_PERSON}/thieu-mui", beginning.dose_missing, name="dose_missing"),
    path(f"{_PERSON}/thong-tin-sai", beginning.data_wrong, name="data_wrong"),
    path(f"{_PERSON}/mui/<uuid:dose_id>/dung", beginning.dose_right, name="dose_right"),
    path(f"{_PERSON}/mui/<uuid:dose_id>/sai", beginning.dose_wrong, name="dose_wrong"),
    path(f"{_PERSON}/mui/<uuid:dose_id>/tu-khai", declared.declared_page, name="declared"),
    path("phan-anh", following.reports_page, name="reports"),
    path("phan-anh/viet/noi-tiem", sending.place_page, name="report_place"),
    path("phan-anh/viet/gui", sending.send_page, name="report_send"),
    path("phan-anh/<str:ref>", following.report_page, name="report"),
    path("phan-anh/<str:ref>/viet-them", following.act_page, name="report_act"),
    path("phan-anh/<str:ref>/anh/<uuid:page_id>", following.report_photo, name="report_photo"),
    path("tren-may", offline.kept_page, name="kept"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("sw.js", offline.service_worker, name="worker"),
]
