"""Messages that leave in the transaction of what they tell of, and are sent afterwards.

A message is claimed for a minute, sent outside any transaction, then settled. A sender that dies leaves the claim
to run out and the message goes again under the same id, so the gateway can drop the twin.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.models import OutboxMessage
from tiemchung.core.sealing import blind_index, seal, unseal

CLAIM = dt.timedelta(seconds=60)
MAX_TRIES = 12
_BACKLOG = "the sender claims what is due on its whole node"


@dataclass(frozen=True, slots=True)
class Handed:
    """The gateway took the message and calls it by this name."""

    provider_ref: str


class Temporary(Exception):
    """The gateway could not take the message now."""

    def __init__(self, reason: str, retry_after_s: float = 0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Permanent(Exception):
    """The gateway will never take this message."""


class SmsPort(Protocol):
    """What the outbox needs of a gateway; real backends and the stand-in pass the same tests."""

    def send(self, *, message_id: UUID, to: str, text: str) -> Handed:
        """Hand one text to an E.164 number; raise Temporary or Permanent."""
        ...


def contact_key(phone: str) -> bytes:
    """Give the blind index under which everything of one phone (E.164) is found."""
    return blind_index("phone", phone)


def put_message(
    *, to: str, text: str, kind: str, at: dt.datetime, expires_at: dt.datetime | None = None
) -> UUID:
    """Put a text for an E.164 number into the outbox, in the caller's transaction."""
    message = OutboxMessage(
        contact_key=contact_key(to), kind=kind, created_at=at, next_try_at=at, expires_at=expires_at
    )
    message.sealed_to = seal("outbox.to", to, str(message.id))
    message.sealed_text = seal("outbox.text", text, str(message.id))
    message.save(force_insert=True)
    return message.id


def claim_due(*, at: dt.datetime, limit: int = 50) -> list[OutboxMessage]:
    """Claim messages whose time has come; drop those that outlived their use, a one-time code above all."""
    waiting = OutboxMessage.State.WAITING
    with transaction.atomic(), allow_cross_shard(_BACKLOG):
        OutboxMessage.objects.filter(state=waiting, next_try_at__lte=at, expires_at__lte=at).update(
            state=OutboxMessage.State.EXPIRED, settled_at=at
        )
        due = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(state=waiting, next_try_at__lte=at)
            .order_by("next_try_at")[:limit]
        )
        OutboxMessage.objects.filter(id__in=[m.id for m in due]).update(
            tries=F("tries") + 1, next_try_at=at + CLAIM
        )
    return due


def send_due(port: SmsPort, *, at: dt.datetime, limit: int = 50) -> int:
    """Send what is due through the port; give how many the gateway took."""
    return sum(_send(port, message, at) for message in claim_due(at=at, limit=limit))


def _send(port: SmsPort, message: OutboxMessage, at: dt.datetime) -> int:
    row = str(message.id)
    try:
        handed = port.send(
            message_id=message.id,
            to=unseal("outbox.to", message.sealed_to, row),
            text=unseal("outbox.text", message.sealed_text, row),
        )
    except Temporary as error:
        _defer(message, at, error)
        return 0
    except Permanent as error:
        _settle(message, state=OutboxMessage.State.FAILED, settled_at=at, problem=str(error)[:80])
        return 0
    # A receipt can overtake this line; it then finds the message by id, and its later state stays.
    _settle(message, handed_at=at, provider_ref=handed.provider_ref)
    mine = OutboxMessage.objects.filter(contact_key=message.contact_key, id=message.id)
    mine.filter(state=OutboxMessage.State.WAITING).update(state=OutboxMessage.State.HANDED)
    return 1


def _defer(message: OutboxMessage, at: dt.datetime, error: Temporary) -> None:
    wait = max(error.retry_after_s, min(2.0 ** (message.tries + 1), 300.0))
    if message.tries + 1 >= MAX_TRIES:
        _settle(message, state=OutboxMessage.State.FAILED, settled_at=at, problem=str(error)[:80])
    else:
        _settle(message, next_try_at=at + dt.timedelta(seconds=wait), problem=str(error)[:80])


def _settle(message: OutboxMessage, **values: object) -> None:
    OutboxMessage.objects.filter(contact_key=message.contact_key, id=message.id).update(**values)


def note_receipt(*, provider_ref: str, delivered: bool, at: dt.datetime) -> bool:
    """Settle the message that the gateway calls `provider_ref`; tell whether there was one to settle.

    Receipts may come twice and in any order: the first settles, later ones change nothing.
    """
    state = OutboxMessage.State.DELIVERED if delivered else OutboxMessage.State.FAILED
    open_states = [OutboxMessage.State.WAITING, OutboxMessage.State.HANDED]
    with allow_cross_shard("a receipt names the message, not its phone"):
        found = OutboxMessage.objects.filter(provider_ref=provider_ref, state__in=open_states)
        return bool(found.update(state=state, settled_at=at))
