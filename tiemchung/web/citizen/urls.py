"""Addresses of the citizen's health book, all under /so/."""

from django.urls import path

from tiemchung.web.citizen import book, offline, sign_in

app_name = "citizen"
urlpatterns = [
    path("", book.book_page, name="book"),
    path("dang-nhap", sign_in.phone_page, name="sign_in"),
    path("ma-xac-thuc", sign_in.code_page, name="code"),
    path("xac-nhan", sign_in.fact_page, name="fact"),
    path("dang-xuat", book.sign_out, name="sign_out"),
    path("da-dang-xuat", book.signed_out, name="signed_out"),
    path("them-nguoi", book.add_person_page, name="add_person"),
    path("the/<uuid:person_id>", book.person_card, name="card"),
    path("tren-may", offline.kept_page, name="kept"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("sw.js", offline.service_worker, name="worker"),
]
