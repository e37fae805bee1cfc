"""The first sign-in: an authenticator app is set up, and ten recovery codes are shown once."""

import base64

import zxingcpp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.access import actions, factors, reads
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.sign_in import enter, half_way, page, proven_account, words_of
from tiemchung.web.shared.typed import secret_in

ISSUER = "Tiêm Chủng"


@open_to_public
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the secret as QR and text, and keep it once a code proves that the app has it."""
    staff_id = half_way(request)
    if staff_id is None:
        return redirect("staff:sign_in")
    if factors.factors_of(staff_id).totp:
        return redirect("staff:sign_in_code")
    if "fresh_secret" not in request.session:
        request.session["fresh_secret"] = factors.sealed(factors.new_secret(), staff_id)
    secret = factors.unsealed(request.session["fresh_secret"], staff_id)
    errors = {}
    if request.method == "POST":
        try:
            typed = secret_in(request.POST, "code", 40)
            codes = actions.enrol_totp(at=clock.now(), staff_id=staff_id, secret=secret, code=typed)
        except Refused as refused:
            errors = {"code": words_of(refused)}
        else:
            response = enter(request, staff_id, "TOTP", to="staff:recovery_codes")
            keep_fresh_codes(request, codes)
            return response
    account = reads.staff_account(staff_id)
    address = factors.otpauth_address(secret, account.username if account else "", ISSUER)
    grouped = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return page(request, "enrol", 422 if errors else 200, qr=qr_image(address), secret=grouped, errors=errors)


@open_to_public
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show fresh recovery codes until they are said to be kept, then never again."""
    account = proven_account(request)
    if account is None:
        return redirect("staff:sign_in")
    if request.method == "POST" or "fresh_codes" not in request.session:
        request.session.pop("fresh_codes", None)
        return redirect("staff:home" if request.session.get("posting_id") else "staff:sign_in_posting")
    codes = factors.unsealed(request.session["fresh_codes"], account.id).split()
    return page(request, "recovery_codes", codes=[f"{c[:4]} {c[4:]}" for c in codes])


def keep_fresh_codes(request: HttpRequest, codes: list[str]) -> None:
    """Keep codes sealed in the session until they were seen."""
    account = proven_account(request)
    if account is not None:
        request.session["fresh_codes"] = factors.sealed(" ".join(codes), account.id)


def qr_image(text: str) -> str:
    """Give a QR code as an image's address, drawn here: nothing is asked of anybody else."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg = zxingcpp.write_barcode_to_svg(code)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
