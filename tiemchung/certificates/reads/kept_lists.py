"""What was signed last, for the time in which nothing can be signed: each with its own age."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max

from tiemchung.certificates.formats.list_proof import REVOCATIONS
from tiemchung.certificates.models import RevocationBatch, SignedList, SigningKey

ITEMS = "items"
BATCH = "batch:"  # of a message the proof is the id of the key that signed it, in hex


@dataclass(frozen=True, slots=True)
class KeptList:
    """The signed bytes, the proof beside them (empty where it is within), and when they were made."""

    body: bytes
    proof: str
    made_at: dt.datetime


def last_signed(name: str) -> KeptList | None:
    """Give what was signed last under a name, None where nothing was."""
    row = SignedList.objects.filter(name=name).first()
    return None if row is None else KeptList(bytes(row.body), row.proof, row.made_at)


def last_keys(name: str, now: dict[str, Any]) -> KeptList | None:
    """Give the last signed list of our own keys, unless it still believes a key that was given up since.

    `now` is the list of this moment, unsigned: what it says of keys given up must be in the kept one.
    """
    kept = last_signed(name)
    return kept if kept is not None and _given_up(now) <= _given_up(json.loads(kept.body)) else None


def last_document(name: str, now: dict[str, Any]) -> dict[str, Any] | None:
    """Give the last signed DID document, unless it names a key that we do not publish any more."""
    kept = last_signed(name)
    told: dict[str, Any] | None = None if kept is None else json.loads(kept.body)
    return told if told is not None and _methods(told) <= _methods(now) else None


def last_items(known: set[str]) -> list[dict[str, str]] | None:
    """Give the last signed items of the gateway's form, unless they name a key that is not among the `known` ids."""
    kept = last_signed(ITEMS)
    told: list[dict[str, str]] | None = None if kept is None else json.loads(kept.body)
    return told if told is not None and {item["kid"] for item in told} <= known else None


def batch_name(batch_id: UUID) -> str:
    """Give the name under which the signed message of a batch of revocations is kept."""
    return f"{BATCH}{batch_id}"


def last_message(batch_id: UUID) -> bytes | None:
    """Give the kept message (DER) of a batch, None where none is or the key that signed it was given up since."""
    kept = last_signed(batch_name(batch_id))
    if kept is None:
        return None
    fallen = SigningKey.objects.filter(kid=bytes.fromhex(kept.proof), compromised_since__isnull=False)
    return None if fallen.exists() else kept.body


def held_since() -> dt.datetime | None:
    """Give up to when the slices are complete where newer batches wait for a signature, None where none waits."""
    covers = SignedList.objects.filter(name=REVOCATIONS).values_list("covers_at", flat=True).first()
    newest = RevocationBatch.objects.aggregate(made=Max("made_at"))["made"] if covers is not None else None
    return covers if covers is not None and newest is not None and covers < newest else None


def _given_up(told: dict[str, Any]) -> set[str]:
    fallen = {key["kid"] for key in told.get("keys", ()) if key.get("compromised_since")}
    return fallen | set(told.get("given_up", ()))


def _methods(told: dict[str, Any]) -> set[str]:
    return {one["id"] for one in told.get("verificationMethod", ()) if isinstance(one, dict)}
