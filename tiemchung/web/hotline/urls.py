"""Addresses of the response centre; the call lies in the agent's session, so no address names anybody."""

from django.urls import path

from tiemchung.web.hotline import answers, call, call_backs, case_form, console, ending, wall

app_name = "hotline"
urlpatterns = [
    path("", console.console, name="console"),
    path("/bat-dau", console.begin, name="begin"),
    path("/cuoc-goi", call.call, name="call"),
    path("/cuoc-goi/tim", call.search, name="search"),
    path("/cuoc-goi/hoi", call.prove, name="prove"),
    path("/cuoc-goi/ma", call.code, name="code"),
    path("/cuoc-goi/ghi-them", call.add, name="add"),
    path("/cuoc-goi/phan-anh/<slug:kind>", case_form.case_form, name="case_form"),
    path("/cuoc-goi/ket-thuc", ending.end, name="end"),
    path("/tra-loi", answers.answers, name="answers"),
    path("/goi-lai", call_backs.call_backs, name="call_backs"),
    path("/goi-lai/<uuid:call_back_id>", call_backs.call_back, name="call_back"),
    path("/goi-lai/<uuid:call_back_id>/nhan", call_backs.claim, name="claim_back"),
    path("/goi-lai/<uuid:call_back_id>/xong", call_backs.finish, name="finish_back"),
    path("/bang", wall.wall, name="wall"),
]
