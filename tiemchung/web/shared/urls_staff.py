"""Addresses of the staff's way in, home and account, mounted at /staff/ before the desk."""

from django.urls import path

from tiemchung.web.shared import account, passkeys, sign_in, sign_in_enrol, staff_home

app_name = "staff"
urlpatterns = [
    path("", staff_home.home, name="home"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/code", sign_in.code, name="sign_in_code"),
    path("sign-in/passkey", passkeys.show_passkey, name="sign_in_passkey"),
    path("sign-in/enrol", sign_in_enrol.enrol, name="sign_in_enrol"),
    path("sign-in/recovery-codes", sign_in_enrol.recovery_codes, name="recovery_codes"),
    path("sign-in/posting", sign_in.choose_posting, name="sign_in_posting"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("account", account.account, name="account"),
    path("account/step-up", account.step_up, name="step_up"),
    path("account/recovery-codes", account.renew_codes, name="renew_codes"),
    path("account/step-up/passkey", passkeys.prove_passkey, name="prove_passkey"),
    path("account/passkeys", passkeys.add_passkey, name="add_passkey"),
    path("account/passkeys/drop", passkeys.drop_passkey, name="drop_passkey"),
    path("account/password", account.new_password, name="new_password"),
    path("account/everywhere", account.everywhere, name="everywhere"),
]
