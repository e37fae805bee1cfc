"""The verbs of access: codes, devices, limits, proofs, sign-in, postings, roles, canaries; each is written beside."""

from tiemchung.access.canaries import put_canary, touch_canaries
from tiemchung.access.codes import CodeSent, send_code, use_code
from tiemchung.access.counting import (
    take_draft,
    take_fact_try,
    take_lookup,
    take_lookup_code,
    take_notice,
    take_report,
    take_status,
    take_unknown_code,
    take_upload,
    tally_lookup,
)
from tiemchung.access.devices import forget_devices, remember_device, sweep_devices
from tiemchung.access.limits import sweep_buckets, take_or_refuse
from tiemchung.access.postings import close_role, end_posting, hire_staff, open_role, post_staff
from tiemchung.access.proofs import new_puzzle, pass_without_script, sweep_proofs, use_proof
from tiemchung.access.seen import count_seen
from tiemchung.access.sign_ins import (
    SignedIn,
    change_password,
    end_sign_ins,
    enrol_totp,
    give_back_try,
    give_password,
    prove_factor,
    prove_password,
    renew_recovery_codes,
    reset_factors,
    sign_in_staff,
    take_factor_try,
)

__all__ = [
    "CodeSent",
    "SignedIn",
    "change_password",
    "close_role",
    "count_seen",
    "end_posting",
    "end_sign_ins",
    "enrol_totp",
    "forget_devices",
    "give_back_try",
    "give_password",
    "hire_staff",
    "new_puzzle",
    "open_role",
    "pass_without_script",
    "post_staff",
    "prove_factor",
    "prove_password",
    "put_canary",
    "remember_device",
    "renew_recovery_codes",
    "reset_factors",
    "send_code",
    "sign_in_staff",
    "sweep_buckets",
    "sweep_devices",
    "sweep_proofs",
    "take_draft",
    "take_fact_try",
    "take_factor_try",
    "take_lookup",
    "take_lookup_code",
    "take_notice",
    "take_or_refuse",
    "take_report",
    "take_status",
    "take_unknown_code",
    "take_upload",
    "tally_lookup",
    "touch_canaries",
    "use_code",
    "use_proof",
]
