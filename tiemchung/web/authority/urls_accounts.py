"""Addresses of the staff accounts, mounted at /staff/nhan-vien; no name stands in any of them."""

from django.urls import path

from tiemchung.web.authority import accounts

app_name = "accounts"
_ONE = "/<uuid:staff_id>"
urlpatterns = [
    path("", accounts.find, name="find"),
    path(_ONE, accounts.account, name="account"),
    path(f"{_ONE}/lop-bao-ve", accounts.reset_factors, name="reset_factors"),
    path(f"{_ONE}/dang-xuat", accounts.end_sign_ins, name="end_sign_ins"),
    path(f"{_ONE}/phan-cong/<uuid:posting_id>", accounts.end_posting, name="end_posting"),
]
