"""What a reader answers: one of three outcomes, a named reason, and what the code says."""

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Outcome(StrEnum):
    """The three answers a checkpoint can act on."""

    VALID = "VALID"
    INVALID = "INVALID"
    UNKNOWN = "UNKNOWN"


class Why(StrEnum):
    """The named reason behind an outcome; the words stand in the interface's word files."""

    GENUINE = "GENUINE"
    NOT_OURS = "NOT_OURS"
    TOO_LONG = "TOO_LONG"
    DAMAGED = "DAMAGED"
    INCOMPLETE = "INCOMPLETE"
    MALFORMED_HEADER = "MALFORMED_HEADER"
    UNSUPPORTED_ALGORITHM = "UNSUPPORTED_ALGORITHM"
    UNSUPPORTED_SIGNATURE = "UNSUPPORTED_SIGNATURE"
    UNSUPPORTED_CONTENT = "UNSUPPORTED_CONTENT"
    LINK_NOT_FOLLOWED = "LINK_NOT_FOLLOWED"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    KEY_EXPIRED = "KEY_EXPIRED"
    COUNTRY_MISMATCH = "COUNTRY_MISMATCH"
    WRONG_KEY_USAGE = "WRONG_KEY_USAGE"
    REVOKED = "REVOKED"
    SCHEMA = "SCHEMA"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    TEST_POSITIVE = "TEST_POSITIVE"


# A reason that says "this cannot be judged here" must never look like a forgery.
_CANNOT_CHECK = frozenset(
    {
        Why.NOT_OURS,
        Why.INCOMPLETE,
        Why.UNKNOWN_KEY,
        Why.UNSUPPORTED_SIGNATURE,
        Why.UNSUPPORTED_CONTENT,
        Why.LINK_NOT_FOLLOWED,
    }
)


def outcome_of(why: Why) -> Outcome:
    """Give the outcome that a reason stands for."""
    if why is Why.GENUINE:
        return Outcome.VALID
    return Outcome.UNKNOWN if why in _CANNOT_CHECK else Outcome.INVALID


class Fault(Exception):
    """Reading stopped at `layer` because of `why`; its text carries no personal data."""

    def __init__(self, why: Why, layer: str) -> None:
        super().__init__(f"{layer}: {why}")
        self.why = why
        self.layer = layer


class DoseLine(Struct, frozen=True):
    """One dose, test or recovery as the code states it; codes as written, empty when not stated."""

    kind: str = "vaccination"
    disease: str = ""
    vaccine: str = ""
    product: str = ""
    maker: str = ""
    number: int | None = None
    of: int | None = None
    given_on: str = ""
    country: str = ""
    issuer: str = ""
    lot: str = ""
    certificate_id: str = ""


class Reading(Struct, frozen=True):
    """The whole answer about one text: outcome, reason, and the content as far as it could be read.

    `holder_name`, `birth_date` and `doses` are untrusted unless `outcome` is VALID. Moments are Unix
    seconds. `layers` tells, in the order of reading, which layer held (True) or failed (False).
    """

    outcome: Outcome
    why: Why
    format: str = ""
    holder_name: str = ""
    holder_name_latin: str = ""
    birth_date: str = ""
    doses: tuple[DoseLine, ...] = ()
    issuer: str = ""
    issued_at: int | None = None
    expires_at: int | None = None
    kid: bytes = b""
    layers: tuple[tuple[str, bool], ...] = ()
    content: Any = None


class Content(Struct, frozen=True):
    """What a format unpacked, before anything was decided about it."""

    holder_name: str = ""
    holder_name_latin: str = ""
    birth_date: str = ""
    doses: tuple[DoseLine, ...] = ()
    issuer: str = ""
    issued_at: int | None = None
    expires_at: int | None = None


NO_CONTENT = Content()


def reading_of(
    why: Why,
    format_code: str,
    content: Content = NO_CONTENT,
    *,
    kid: bytes = b"",
    layers: tuple[tuple[str, bool], ...] = (),
    raw: Any = None,
) -> Reading:
    """Give the Reading of a reason; a forged or damaged code shows no holder."""
    shown = NO_CONTENT if why in (Why.BAD_SIGNATURE, Why.DAMAGED) else content
    return Reading(
        outcome_of(why),
        why,
        format_code,
        shown.holder_name,
        shown.holder_name_latin,
        shown.birth_date,
        shown.doses,
        shown.issuer,
        shown.issued_at,
        shown.expires_at,
        kid,
        layers,
        raw,
    )
