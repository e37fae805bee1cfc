"""What a certificate, a passport and a signing run can be, and what may follow. Pure."""

from enum import StrEnum


class CertificateKind(StrEnum):
    """What a certificate is for: the card at home, or the passport with two signatures for every border."""

    CARD = "CARD"
    PASSPORT = "PASSPORT"


class CertificateState(StrEnum):
    """A certificate's life. Expiry is no state: it is read off the text itself by whoever verifies."""

    INTENT = "INTENT"
    ISSUED = "ISSUED"
    RENEWED = "RENEWED"
    REVOKED = "REVOKED"
    DROPPED = "DROPPED"


class Step(StrEnum):
    """What can happen to a certificate."""

    PREPARE = "PREPARE"
    SIGN = "SIGN"
    DROP = "DROP"
    ISSUE = "ISSUE"
    RENEW = "RENEW"
    REVOKE = "REVOKE"


# A card is issued in one step; a passport is first an intent. A renewed one stays valid to its own end.
TRANSITIONS: dict[tuple[CertificateState | None, Step], CertificateState] = {
    (None, Step.ISSUE): CertificateState.ISSUED,
    (None, Step.PREPARE): CertificateState.INTENT,
    (CertificateState.INTENT, Step.SIGN): CertificateState.ISSUED,
    (CertificateState.INTENT, Step.DROP): CertificateState.DROPPED,
    (CertificateState.ISSUED, Step.RENEW): CertificateState.RENEWED,
    (CertificateState.ISSUED, Step.REVOKE): CertificateState.REVOKED,
    (CertificateState.RENEWED, Step.REVOKE): CertificateState.REVOKED,
}


class PassportState(StrEnum):
    """Where a person's passport stands (QĐ 5772, vietnam.md 6.6); a renewed passport is an issued one again."""

    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    ELIGIBLE = "ELIGIBLE"
    FACILITY_SIGNED = "FACILITY_SIGNED"
    ISSUED = "ISSUED"
    EXPIRING = "EXPIRING"
    REVOKED = "REVOKED"


class PassportStep(StrEnum):
    """What moves a passport."""

    LACK = "LACK"
    REVIEW = "REVIEW"
    SIGN_DOSES = "SIGN_DOSES"
    ISSUE = "ISSUE"
    NEAR_END = "NEAR_END"
    RENEW = "RENEW"
    REVOKE = "REVOKE"
    GIVE_BACK = "GIVE_BACK"


_EARLY = (None, PassportState.NOT_ELIGIBLE, PassportState.ELIGIBLE, PassportState.FACILITY_SIGNED)
_OUT = (PassportState.ISSUED, PassportState.EXPIRING)

# What the ledger or the register of identities changes leads back from everywhere, except from what an officer took
# away: nothing but an officer's giving back leads out of REVOKED, no lack that comes and goes does.
PASSPORT_TRANSITIONS: dict[tuple[PassportState | None, PassportStep], PassportState] = (
    {(before, PassportStep.LACK): PassportState.NOT_ELIGIBLE for before in (*_EARLY, *_OUT)}
    | {(before, PassportStep.REVIEW): PassportState.ELIGIBLE for before in (*_EARLY, *_OUT)}
    | {(before, PassportStep.SIGN_DOSES): PassportState.FACILITY_SIGNED for before in (*_EARLY, *_OUT)}
    | {(before, PassportStep.REVOKE): PassportState.REVOKED for before in (*_EARLY[1:], *_OUT)}
    | {
        (PassportState.REVOKED, PassportStep.GIVE_BACK): PassportState.ELIGIBLE,
        (PassportState.FACILITY_SIGNED, PassportStep.ISSUE): PassportState.ISSUED,
        (PassportState.ISSUED, PassportStep.NEAR_END): PassportState.EXPIRING,
        (PassportState.EXPIRING, PassportStep.RENEW): PassportState.ISSUED,
    }
)


class SignatureFall(StrEnum):
    """Why a facility's signature of a dose holds no longer; the ledger keeps it as the reason."""

    DOSE_VOIDED = "DOSE_VOIDED"
    DOSE_CHANGED = "DOSE_CHANGED"
    IDENTITY_CHANGED = "IDENTITY_CHANGED"
    KEY_REVOKED = "KEY_REVOKED"
    NO_SIGNATURE = "NO_SIGNATURE"
    FORGED = "FORGED"


class RunKind(StrEnum):
    """Whose signature a run gives."""

    FACILITY = "FACILITY"
    CENTRAL = "CENTRAL"


class RunState(StrEnum):
    """How a signing run goes."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    DONE = "DONE"
    STOPPED = "STOPPED"


class KeyPurpose(StrEnum):
    """What a central key signs. The card's key is believed at home only; the passport's is published abroad."""

    CARD = "CARD"
    PASSPORT = "PASSPORT"
    LOG = "LOG"


class OrderTarget(StrEnum):
    """What an order of revocation is about."""

    CERTIFICATE = "CERTIFICATE"
    FACILITY_KEY = "FACILITY_KEY"
    CENTRAL_KEY = "CENTRAL_KEY"
