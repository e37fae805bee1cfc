"""What the card's secret address gives: the stored bytes only after the certificate in them was verified.

Bytes that verified once are the same bytes as long as their SHA-256 is, so a process verifies each version of a card
once, and a look at one that it knows costs a hash. Written for the hot route, which asks no more of the database.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from tiemchung.certificates.models import CardByToken, Certificate
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.showing import Untrue, alarm_once, signed_by_its_key

MOST_KNOWN = 65_536  # some 8 MB a process
_known: dict[bytes, None] = {}
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


class CardShown(NamedTuple):
    """A card as it may be given; `whole` unless its certificate had to be left out."""

    payload: bytes
    whole: bool


def verified_before(payload: bytes) -> bool:
    """Tell whether this process has verified these very bytes."""
    return hashlib.sha256(payload).digest() in _known


def card_shown(token_hash: bytes, payload: bytes, at: dt.datetime) -> CardShown:
    """Give a card as it may be shown: as stored where its certificate verifies or it has none, else without it.

    A card whose certificate is not what we signed says `"withheld": true` in its place, and raises one alarm a day.
    Call it outside an event loop: it may ask the database.
    """
    why = _wrong_with(payload)
    if not why:
        _remember(payload)
        return CardShown(payload, whole=True)
    _alarm(token_hash, why, at)
    return CardShown(_without(payload), whole=False)


def _wrong_with(payload: bytes) -> str:
    """Give the code of what is wrong with the certificate in these bytes, empty where nothing is."""
    try:
        told = json.loads(payload)["certificate"]
        if told is None:
            return ""
        signed_by_its_key(_row_of(told))
    except Untrue as problem:
        return problem.why
    except _UNREADABLE:  # the bytes are no card of ours
        return "DAMAGED"
    return ""


def _row_of(told: Mapping[str, Any]) -> Certificate:
    issued_at, expires_at = (dt.datetime.fromisoformat(told[name]) for name in ("issued_at", "expires_at"))
    return Certificate(
        kind=CertificateKind.CARD, uvci=told["number"], hc1=told["hc1"], issued_at=issued_at, expires_at=expires_at
    )


def _without(payload: bytes) -> bytes:
    """Give the card without its certificate; of bytes that are no card nothing but that."""
    try:
        body = dict(json.loads(payload))
    except _UNREADABLE:
        body = {}
    told = body | {"certificate": None, "withheld": True}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _alarm(token_hash: bytes, why: str, at: dt.datetime) -> None:
    person_id = CardByToken.objects.filter(token_hash=token_hash).values_list("person_id", flat=True).first()
    if person_id is not None:
        alarm_once(person_id=person_id, certificate_id=_live_of(person_id) or person_id, why=why, at=at)


def _live_of(person_id: UUID) -> UUID | None:
    live = Certificate.objects.filter(person_id=person_id, kind=CertificateKind.CARD, state=CertificateState.ISSUED)
    return live.values_list("id", flat=True).first()


def _remember(payload: bytes) -> None:
    while len(_known) >= MOST_KNOWN:
        _known.pop(next(iter(_known)), None)  # the oldest
    _known[hashlib.sha256(payload).digest()] = None
