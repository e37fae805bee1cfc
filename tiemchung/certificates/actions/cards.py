"""Cards and their certificates, brought up to date with the ledger."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.refreshed_rows import write_batch
from tiemchung.certificates.refreshing import CardChange, decide_batch, open_batch
from tiemchung.certificates.signing import ensure_signing_key
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.audit import write_lines


def refresh_card(*, person_id: UUID, at: dt.datetime, by: Actor = SYSTEM) -> CardChange:
    """Make one person's certificate and card say what the ledger says now; see `refresh_cards`."""
    return refresh_cards(person_ids=[person_id], at=at, by=by)[person_id]


def refresh_cards(*, person_ids: Iterable[UUID], at: dt.datetime, by: Actor = SYSTEM) -> dict[UUID, CardChange]:
    """Make certificates and cards say what the ledger says now; give for each id asked what happened to its person.

    Nothing is signed when nothing changed, and what no longer holds is revoked in the same transaction in which its
    successor is issued. Where nothing can be signed now, it is revoked all the same, and the card waits for its new
    code (`CardChange.waits`, `sign_waiting_cards`); a code that is still true stays meanwhile. A person that was joined
    into another keeps its card's address, which from then on shows the kept person's card. The statements are the same
    few for many persons as for one, and each that changed has its own audit line. Raises NotFound where one of the ids
    is unknown, and then changes nothing.
    """
    with transaction.atomic():
        batch = open_batch(person_ids, at)
        decide_batch(batch)
        write_batch(batch)
        write_lines(
            by=by,
            at=at,
            action="refresh_certificate",
            about=[
                (
                    root,
                    batch.live[root].id if root in batch.live else None,
                    {"issued": change.issued, "revoked": change.revoked},
                )
                for root, change in batch.changes.items()
                if change.issued or change.revoked
            ],
        )
    return {asked: batch.changes[root] for asked, root in batch.roots.items()}


__all__ = ["CardChange", "ensure_signing_key", "refresh_card", "refresh_cards"]
