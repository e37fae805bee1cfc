"""Addresses of the staff accounts, mounted at /staff/nhan-vien; no name stands in any of them."""

from django.urls import path

from tiemchung.web.authority import accounts, canaries, role_openings

app_name = "accounts"
_ONE = "/<uuid:staff_id>"
urlpatterns = [
    path("", accounts.find, name="find"),
    path("/vai-tro", role_openings.roles, name="roles"),
    path("/vai-tro/mo", role_openings.open_role, name="open_role"),
    path("/vai-tro/<uuid:opening_id>/dong", role_openings.close_role, name="close_role"),
    path("/ho-so-bay", canaries.canary, name="canary"),
    path(_ONE, accounts.account, name="account"),
    path(f"{_ONE}/lop-bao-ve", accounts.reset_factors, name="reset_factors"),
    path(f"{_ONE}/dang-xuat", accounts.end_sign_ins, name="end_sign_ins"),
    path(f"{_ONE}/phan-cong/<uuid:posting_id>", accounts.end_posting, name="end_posting"),
]
