"""What hides persons and numbers from whoever is not the partner, and the keys that sign."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from tiemchung.core.sealing import blind_index
from tiemchung.interop.signature import derived_key

REQUESTS = "requests"
NUMBERS = "numbers"
_TOKEN_CHARS = 40


def key_for(purpose: str, agreed: str = "") -> bytes:
    """Give the key for one purpose, derived from the one agreed with the partner; empty where none is agreed."""
    return derived_key(agreed or str(getattr(settings, "PC_COVID_KEY", "")), f"tiemchung.pc_covid.{purpose}")


def person_token(person_id: UUID) -> str:
    """Give the name under which the partner knows a person: the same for ever, and telling nothing.

    The key is this installation's own, so that agreeing on another key with the partner renames nobody.
    """
    return blind_index("pc_covid.person", str(person_id)).hex()[:_TOKEN_CHARS]


def dose_ref(dose_id: UUID) -> str:
    """Give the name under which the partner may point at a dose."""
    return blind_index("pc_covid.dose", str(dose_id)).hex()[:_TOKEN_CHARS]


def number_hash(system: str, number: str) -> str:
    """Give the keyed hash by which the partner recognises a number that it knows itself."""
    return hmac.new(key_for(NUMBERS), f"{system}:{number}".encode(), hashlib.sha256).hexdigest()
