"""What a provider tells afterwards: whether the message reached the phone."""

import datetime as dt
import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tiemchung.core import clock, outbox

LONGEST_REF = 128
PATIENCE = dt.timedelta(minutes=2)  # longer than any sender needs to write down the reference it was given


class Outcome(StrEnum):
    """How far the message came; only the last two settle it."""

    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One provider's word on one message."""

    provider_ref: str
    outcome: Outcome
    at: dt.datetime


class BadReceipt(ValueError):
    """The receipt cannot be read; its text is a code."""


TakeReceipt = Callable[[Receipt], bool]

_SMPP_STATES = {2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 8: "REJECTD"}  # SMPP 3.4, 5.2.28
_SMPP_FAILED = frozenset({"EXPIRED", "DELETED", "UNDELIV", "REJECTD"})
_SMPP_TEXT_ID = re.compile(rb"\bid:([!-~]{1,128})")
_SMPP_TEXT_STATE = re.compile(rb"\bstat:([A-Z]{3,10})")


def take_receipt(receipt: Receipt) -> bool:
    """Settle the message in the outbox and tell whether the provider need not say it again.

    False: no open message has this reference *yet*, for a receipt can overtake its sender.
    """
    if receipt.outcome is Outcome.ON_THE_WAY:
        return True
    return outbox.note_receipt(
        provider_ref=receipt.provider_ref, delivered=receipt.outcome is Outcome.DELIVERED, at=receipt.at
    )


def read_json_receipt(body: bytes) -> Receipt:
    """Read `{"ref": "...", "state": "on_the_way|delivered|failed", "at": "<ISO 8601 with offset>"}`.

    Raises BadReceipt.
    """
    try:
        fields = json.loads(body)
        at = dt.datetime.fromisoformat(fields["at"])
        ref, outcome = fields["ref"], Outcome(fields["state"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadReceipt("not_understood") from None
    if at.tzinfo is None:
        raise BadReceipt("at_without_offset")
    if not isinstance(ref, str) or not (0 < len(ref) <= LONGEST_REF and ref.isascii() and ref.isprintable()):
        raise BadReceipt("bad_ref")
    try:
        return Receipt(ref, outcome, at.astimezone(dt.UTC))
    except OverflowError:
        raise BadReceipt("not_understood") from None


def read_smpp_receipt(
    text: bytes, *, receipted_id: bytes | None, message_state: int | None, at: dt.datetime
) -> Receipt:
    """Read a deliver_sm receipt: its optional parameters, or else the customary text of SMPP 3.4, appendix B.

    The provider's own dates carry no offset, so `at` is the moment of arrival. Raises BadReceipt.
    """
    found_id, found_state = _SMPP_TEXT_ID.search(text), _SMPP_TEXT_STATE.search(text)
    ref = receipted_id or (found_id and found_id[1])
    state = _SMPP_STATES.get(message_state or 0) or (found_state and found_state[1].decode())
    if not ref or len(ref) > LONGEST_REF or not ref.isascii():
        raise BadReceipt("bad_ref")
    return Receipt(ref.decode(), _outcome_of(state or ""), at)


def _outcome_of(state: str) -> Outcome:
    if state == "DELIVRD":
        return Outcome.DELIVERED
    return Outcome.FAILED if state in _SMPP_FAILED else Outcome.ON_THE_WAY


class Patience:
    """Remembers unknown references for a while: asked again for two minutes, then let go."""

    def __init__(self, most: int = 10_000, now: Callable[[], dt.datetime] = clock.now) -> None:
        self._most, self._now = most, now
        self._first_seen: OrderedDict[str, dt.datetime] = OrderedDict()

    def ask_again(self, ref: str) -> bool:
        """Tell whether the provider shall repeat what it says of this reference."""
        first = self._first_seen.setdefault(ref, self._now())
        while len(self._first_seen) > self._most:
            self._first_seen.popitem(last=False)
        return self._now() - first < PATIENCE
