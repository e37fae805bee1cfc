"""Messages that leave in the transaction of what they tell of, and are sent afterwards.

A message is claimed for a minute, sent outside any transaction, then settled. A sender that dies leaves the claim
to run out and the message goes again under the same id, so the gateway can drop the twin.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.models import OutboxMessage
from tiemchung.core.rows import put_row, rows
from tiemchung.core.sealing import blind_index, seal, unseal

CLAIM = dt.timedelta(seconds=60)
MAX_TRIES = 12
SENDERS = 8
NOT_ASKED = "circuit_open"
MAIL = "mail."  # the kinds that leave by e-mail begin so
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
    *,
    to: str,
    text: str,
    kind: str,
    at: dt.datetime,
    expires_at: dt.datetime | None = None,
    about: tuple[UUID, int] | None = None,
) -> UUID:
    """Put a text for an E.164 number into the outbox, in the caller's transaction.

    `about` names what it tells of, an id and a number of its steps, for who has to know whether it arrived.
    """
    message = OutboxMessage(
        contact_key=contact_key(to), kind=kind, created_at=at, next_try_at=at, expires_at=expires_at
    )
    message.about_id, message.about_step = about or (None, None)
    message.sealed_to = seal("outbox.to", to, str(message.id))
    message.sealed_text = seal("outbox.text", text, str(message.id))
    put_row(message)
    return message.id


def put_mail(
    *, to: str, letter: Mapping[str, str], kind: str, at: dt.datetime, expires_at: dt.datetime | None = None
) -> UUID:
    """Put an e-mail into the outbox, in the caller's transaction.

    `letter` says by plain values what to write about, ids above all; text and attachment are made when it is sent, so
    that nothing of them lies here.
    """
    index = blind_index("mail", to.lower())
    message = OutboxMessage(
        contact_key=index, kind=f"{MAIL}{kind}", created_at=at, next_try_at=at, expires_at=expires_at
    )
    message.sealed_to = seal("outbox.to", to, str(message.id))
    message.sealed_text = seal("outbox.text", json.dumps(dict(letter)), str(message.id))
    put_row(message)
    return message.id


def claim_due(*, at: dt.datetime, limit: int = 50, by_mail: bool = False) -> list[OutboxMessage]:
    """Claim messages whose time has come, texts or e-mails; drop those that outlived their use, codes above all."""
    waiting = OutboxMessage.State.WAITING
    way = models.Q(kind__startswith=MAIL)
    with transaction.atomic(), allow_cross_shard(_BACKLOG):
        OutboxMessage.objects.filter(state=waiting, next_try_at__lte=at, expires_at__lte=at).update(
            state=OutboxMessage.State.EXPIRED, settled_at=at
        )
        due = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(way if by_mail else ~way, state=waiting, next_try_at__lte=at)
            .order_by("next_try_at")[:limit]
        )
        OutboxMessage.objects.filter(id__in=[m.id for m in due]).update(
            tries=F("tries") + 1, next_try_at=at + CLAIM
        )
    return due


def send_due(port: SmsPort, *, at: dt.datetime, limit: int = 40) -> int:
    """Send what is due through the port, SENDERS at a time; give how many the gateway took.

    The network is waited for in threads, the database is written here: a claim of 40 with a gateway that takes
    its full three seconds is settled in 15 s, well inside CLAIM.
    """
    due = claim_due(at=at, limit=limit)
    if not due:
        return 0
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(lambda message: _hand_over(port, message), due))
    return sum(_note_answer(message, answer, at) for message, answer in zip(due, answers, strict=True))


def send_mail_due(port: SmsPort, *, at: dt.datetime, limit: int = 4) -> int:
    """Send the e-mails that are due, one after the other; give how many the server took.

    A letter is written here, from the database: four of them with a server that takes its full ten seconds are
    settled inside CLAIM.
    """
    due = claim_due(at=at, limit=limit, by_mail=True)
    return sum(_note_answer(message, _hand_over(port, message), at) for message in due)


def _hand_over(port: SmsPort, message: OutboxMessage) -> Handed | Temporary | Permanent:
    row = str(message.id)
    try:
        return port.send(
            message_id=message.id,
            to=unseal("outbox.to", message.sealed_to, row),
            text=unseal("outbox.text", message.sealed_text, row),
        )
    except (Temporary, Permanent) as problem:
        return problem


def _note_answer(message: OutboxMessage, answer: Handed | Temporary | Permanent, at: dt.datetime) -> int:
    if isinstance(answer, Temporary):
        _defer(message, at, answer)
        return 0
    if isinstance(answer, Permanent):
        _settle(message, state=OutboxMessage.State.FAILED, settled_at=at, problem=str(answer)[:80])
        return 0
    # A receipt may have come first; then the message is settled already and keeps that state.
    _settle(message, handed_at=at, provider_ref=answer.provider_ref)
    mine = OutboxMessage.objects.filter(contact_key=message.contact_key, id=message.id)
    mine.filter(state=OutboxMessage.State.WAITING).update(state=OutboxMessage.State.HANDED)
    return 1


def _defer(message: OutboxMessage, at: dt.datetime, problem: Temporary) -> None:
    wait = dt.timedelta(seconds=max(problem.retry_after_s, min(2.0 ** (message.tries + 1), 300.0)))
    if str(problem) == NOT_ASKED:
        # The gateway was known to be down and not asked: that is no try of this message.
        _settle(message, next_try_at=at + wait, tries=message.tries, problem=NOT_ASKED)
    elif message.tries + 1 >= MAX_TRIES:
        _settle(message, state=OutboxMessage.State.FAILED, settled_at=at, problem=str(problem)[:80])
    else:
        _settle(message, next_try_at=at + wait, problem=str(problem)[:80])


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


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message without its text and number: what it tells of and how far it came, since when."""

    id: UUID
    contact_key: bytes
    kind: str
    about_id: UUID
    about_step: int
    state: str
    since: dt.datetime

    @property
    def lost(self) -> bool:
        """Tell whether it will never arrive."""
        return self.state in _LOST


_LOST = frozenset({OutboxMessage.State.FAILED, OutboxMessage.State.EXPIRED})


def messages_about(contact_keys: Sequence[bytes], about_ids: Sequence[UUID]) -> tuple[MessageView, ...]:
    """Give the messages to these contacts that tell of these things, oldest first; one statement."""
    found = rows(
        OutboxMessage,
        "contact_key = ANY(%s) AND about_id = ANY(%s) ORDER BY created_at, id",
        list(contact_keys),
        list(about_ids),
    )
    return tuple(_view(row) for row in found)


def states_to(contact: bytes, *, since: dt.datetime, limit: int = 20) -> tuple[OutboxMessage.State, ...]:
    """Give how far the messages to this contact since then have come, the newest first; one statement."""
    found = rows(
        OutboxMessage,
        "contact_key = %s AND created_at >= %s ORDER BY created_at DESC, id DESC LIMIT %s",
        contact,
        since,
        limit,
    )
    return tuple(OutboxMessage.State(row.state) for row in found)


def lost_messages(limit: int = 200) -> tuple[MessageView, ...]:
    """Give the messages that will never arrive and that nobody has noted yet, the first that was lost first."""
    with allow_cross_shard("what is lost on the whole node; the index holds only what nobody has noted"):
        found = OutboxMessage.objects.filter(state__in=_LOST, about_id__isnull=False, noted_at__isnull=True)
        return tuple(_view(row) for row in found.order_by("settled_at")[:limit])


def note_lost(message: MessageView, *, at: dt.datetime) -> bool:
    """Keep that whoever has to know of a lost message does, once; tell whether this was the first time."""
    mine = OutboxMessage.objects.filter(contact_key=message.contact_key, id=message.id, noted_at__isnull=True)
    return bool(mine.update(noted_at=at))


def _view(row: OutboxMessage) -> MessageView:
    since = row.settled_at or row.handed_at or row.created_at
    assert row.about_id is not None
    return MessageView(
        row.id, bytes(row.contact_key), row.kind, row.about_id, row.about_step or 0, str(row.state), since
    )
