"""What verifiers of other forms need of us: the web keys and the revoked cards of health cards, and the forms."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from tiemchung.certificates.emitters import emitters
from tiemchung.certificates.emitters.shc import jwk_of, rid_of
from tiemchung.certificates.keys.roots import ours
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.keyed import keyed_statements

DOCUMENT = "fhir"  # in the list of forms like the others, but no code: a document that its holder downloads


def emitted_forms() -> tuple[str, ...]:
    """Give the codes of the forms that are switched on, in order."""
    return tuple(code for code in sorted(emitters()) if code in settings.EMITTERS)


def gives_documents() -> bool:
    """Tell whether holders may download their passport as a FHIR document."""
    return DOCUMENT in settings.EMITTERS


def health_card_keys(at: dt.datetime) -> tuple[dict[str, Any], ...]:
    """Give the web keys under which our health cards are looked up, named by thumbprint; none while they are off.

    They belong into `/.well-known/jwks.json` beside the others; a compromised key is gone at once.
    """
    return tuple(jwk_of(bytes(key.certificate)) for key in _card_signers(at))


@dataclass(frozen=True, slots=True)
class CardRevocations:
    """The health cards of one web key that were revoked: their ids, and how often the list has changed."""

    kid: str
    count: int
    rids: tuple[str, ...]


def card_revocations(at: dt.datetime) -> tuple[CardRevocations, ...]:
    """Give the revoked health cards of each web key that is published; none while the form is off.

    What was revoked stays in the list for the life of the key, so `count` grows with each card and never falls. A card
    falls with its passport; a key that was given up has no list, since nothing of it is believed. Read once a minute.
    """
    return tuple(_revoked_cards(key, at) for key in _card_signers(at))


# As many rows are read as the list has lines: `emission_fallen` knows no others.
FALLEN = """
SELECT c.uvci FROM certificates_emission e
JOIN certificates_certificate c ON c.person_id = e.person_id AND c.id = e.certificate_id
WHERE e.kid = %s AND e.form = 'shc' AND e.revoked_at IS NOT NULL ORDER BY e.revoked_at, c.uvci
"""
OF_ONE_KEY = "the health cards of one key, of whoever they are"
_LASTS = dt.timedelta(minutes=1)
# Everybody may ask, and the list only grows.
_read: dict[bytes, tuple[dt.datetime, CardRevocations]] = {}


def _revoked_cards(key: SigningKey, at: dt.datetime) -> CardRevocations:
    kid = bytes(key.kid)
    kept = _read.get(kid)
    if kept is not None and dt.timedelta(0) <= at - kept[0] < _LASTS:
        return kept[1]
    with keyed_statements(), allow_cross_shard(OF_ONE_KEY), connection.cursor() as cursor:
        cursor.execute(FALLEN, [kid])
        rids = tuple(rid_of(number) for (number,) in cursor.fetchall())
    found = CardRevocations(jwk_of(bytes(key.certificate))["kid"], 1 + len(rids), rids)
    _read[kid] = (at, found)
    return found


def _card_signers(at: dt.datetime) -> list[SigningKey]:
    if "shc" not in settings.EMITTERS:
        return []
    keys = SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT, valid_to__gt=at, compromised_since=None)
    return ours(keys.order_by("valid_from", "id"))
