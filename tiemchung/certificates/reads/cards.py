"""What others may ask about a person's card."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from tiemchung.certificates.content import mark_of
from tiemchung.certificates.models import Card, CardByToken, Certificate
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.showing import verified_only
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.distribution import column_of
from tiemchung.core.sealing import unseal
from tiemchung.people.reads import NotFound, person_of

CARD_TABLE = CardByToken._meta.db_table
CARD_COLUMNS = tuple(column_of(CardByToken, name) for name in ("token_hash", "payload", "etag"))


@dataclass(frozen=True, slots=True)
class CardView:
    """A person's card: its secret address, and the signed text where one is in force.

    `withheld`: there is a text, but its signature does not verify; nothing of it is told, and somebody looks at it.
    `waits_since`: from then on a newer code is due and cannot be signed; a text shown meanwhile is as true as before.
    """

    person_id: UUID
    token: str
    colour: str
    changed_at: dt.datetime
    number: str = ""
    hc1: str = ""
    issued_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    withheld: bool = False
    waits_since: dt.datetime | None = None

    @property
    def made_at(self) -> str:
        """The moment of this state as the bytes behind the address write it."""
        return mark_of(self.changed_at)


def card_of_person(by: Actor, person_id: UUID, at: dt.datetime) -> CardView | None:
    """Give the card of a person, None where none was made yet.

    A citizen gets the cards of persons proven to be theirs; staff reach a person through `people` first.
    Raises NotFound for anybody else.
    """
    root = person_of(person_id)
    if by.kind not in {Kind.STAFF, Kind.SYSTEM} and root not in by.person_ids:
        raise NotFound
    card = Card.objects.filter(person_id=root).first()
    if card is None:
        return None
    rows = list(Certificate.objects.filter(person_id=root, kind=CertificateKind.CARD, state=CertificateState.ISSUED))
    token = unseal("certificates.token", card.sealed_token, str(card.person_id))
    live = next(iter(verified_only(rows, at)), None)
    view = CardView(root, token, card.colour, card.changed_at, waits_since=card.waits_since)
    if live is None:
        return replace(view, withheld=bool(rows))
    return replace(view, number=live.uvci, hc1=live.hc1, issued_at=live.issued_at, expires_at=live.expires_at)
