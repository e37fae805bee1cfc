"""The only verbs that sign, revoke and publish."""

from tiemchung.certificates.actions.cards import (
    CardChange,
    ensure_signing_key,
    refresh_card,
    refresh_cards,
)
from tiemchung.certificates.actions.central_signing import (
    count_ready,
    move_central_run,
    reissue_passport,
    start_central_run,
    work_central_batch,
)
from tiemchung.certificates.actions.emitting import EmissionView, emit_certificate
from tiemchung.certificates.actions.facility_keys import (
    make_facility_key,
    make_facility_keys,
    request_facility_key,
    retire_facility_key,
    take_facility_certificate,
)
from tiemchung.certificates.actions.facility_signing import (
    SignedBatch,
    ToSign,
    accept_signatures,
    start_facility_run,
    statements_to_sign,
    stop_facility_run,
    work_facility_batch,
)
from tiemchung.certificates.actions.keys import (
    central_key,
    keep_spare,
    request_central_key,
    retire_central_key,
    rotate_central_key,
    take_authority,
    take_central_certificate,
)
from tiemchung.certificates.actions.mailing import mail_passport
from tiemchung.certificates.actions.names import confirm_name
from tiemchung.certificates.actions.orders import decide_order, order_revocation
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.actions.retrying import order_retry, retry_passport
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.actions.watching import note_unknown, watch_batch
from tiemchung.certificates.log import publish_head as publish_log_head

__all__ = [
    "CardChange",
    "EmissionView",
    "SignedBatch",
    "ToSign",
    "accept_signatures",
    "central_key",
    "confirm_name",
    "count_ready",
    "decide_order",
    "emit_certificate",
    "ensure_signing_key",
    "keep_spare",
    "mail_passport",
    "make_facility_key",
    "make_facility_keys",
    "move_central_run",
    "note_unknown",
    "order_retry",
    "order_revocation",
    "publish_log_head",
    "refresh_card",
    "refresh_cards",
    "refresh_passports",
    "reissue_passport",
    "request_central_key",
    "request_facility_key",
    "retire_central_key",
    "retire_facility_key",
    "retry_passport",
    "revoke_certificates",
    "rotate_central_key",
    "start_central_run",
    "start_facility_run",
    "statements_to_sign",
    "stop_facility_run",
    "take_authority",
    "take_central_certificate",
    "take_facility_certificate",
    "watch_batch",
    "work_central_batch",
    "work_facility_batch",
]
