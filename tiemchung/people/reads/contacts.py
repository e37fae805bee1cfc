"""The phones on record of a person, by their keys; for rules, and masked for showing."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.rows import rows
from tiemchung.people.models import ProfilePhone
from tiemchung.people.rules.phones import mask_phone


@dataclass(frozen=True, slots=True)
class PhoneOnRecord:
    """One phone of one profile: the key under which everything of it is found, and its last three digits."""

    contact_id: UUID
    profile_id: UUID
    contact_key: bytes
    shown: str


def phones_on_record(profile_ids: Iterable[UUID]) -> tuple[PhoneOnRecord, ...]:
    """Give the phones that stand on these profiles today, oldest first; one statement, unscoped and unlogged."""
    held = rows(ProfilePhone, "profile_id = ANY(%s) AND valid_to IS NULL ORDER BY valid_from, id", list(profile_ids))
    return tuple(PhoneOnRecord(r.contact_id, r.profile_id, bytes(r.phone_index), mask_phone(r.last3)) for r in held)
