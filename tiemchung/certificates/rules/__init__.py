"""Decisions about certificates; no database, no clock."""

from tiemchung.certificates.rules.eligibility import TO_ISSUE, TO_SIGN, Gap, Lack
from tiemchung.certificates.rules.expiry import NOTICE, PUBLISH_AHEAD, ends_soon, expiry, key_wears_out
from tiemchung.certificates.rules.states import (
    PASSPORT_TRANSITIONS,
    TRANSITIONS,
    CertificateKind,
    CertificateState,
    KeyPurpose,
    OrderTarget,
    PassportState,
    PassportStep,
    RunKind,
    RunState,
    Step,
)

__all__ = [
    "NOTICE",
    "PASSPORT_TRANSITIONS",
    "PUBLISH_AHEAD",
    "TO_ISSUE",
    "TO_SIGN",
    "TRANSITIONS",
    "CertificateKind",
    "CertificateState",
    "Gap",
    "KeyPurpose",
    "Lack",
    "OrderTarget",
    "PassportState",
    "PassportStep",
    "RunKind",
    "RunState",
    "Step",
    "ends_soon",
    "expiry",
    "key_wears_out",
]
