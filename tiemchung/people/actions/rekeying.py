"""Sealing old rows anew with the newest key, and writing search keys that are missing, while the platform runs."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q

from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.sealing import seal, sealed_version, unseal
from tiemchung.people.actions.naming import missing_name_keys
from tiemchung.people.models import ContactPhone, Identifier, Profile
from tiemchung.people.reads import PHONE_SEAL, phone_row
from tiemchung.people.reads.numbers import SEAL, identifier_row

_WALK = "re-keying walks the whole table"


def rekey_identifiers(newest: int, batch: int = 500) -> Iterator[int]:
    """Seal numbers that an older key sealed; yield how many after each batch."""
    return _rekey(Identifier, "profile_id", "sealed_value", SEAL, identifier_row, newest, batch)


def rekey_phones(newest: int, batch: int = 500) -> Iterator[int]:
    """Seal phones that an older key sealed; yield how many after each batch."""
    return _rekey(ContactPhone, "phone_index", "sealed_phone", PHONE_SEAL, phone_row, newest, batch)


def rekey_names(batch: int = 500) -> Iterator[int]:
    """Write the keys of name and birth date that are missing; yield how many after each batch.

    Needed after the rule that makes a name's key changed: the keys of the old rule stay and find nothing wrong, since
    what they find is compared with the profile.
    """
    after = UUID(int=0)
    while profiles := _profiles_after(after, batch):
        yield sum(missing_name_keys(profile) for profile in profiles)
        after = profiles[-1].id


def _profiles_after(after: UUID, batch: int) -> list[Profile]:
    with allow_cross_shard(_WALK):
        return list(Profile.objects.filter(id__gt=after).order_by("id")[:batch])


def _rekey(model: Any, key: str, field: str, purpose: str, row_name: Any, newest: int, batch: int) -> Iterator[int]:
    """Walk the table by its physical key; each row changes only if it is still what was read."""
    after: tuple[Any, Any] | None = None
    while rows := _next(model, key, field, after, batch):
        done = 0
        for row in rows:
            blob = bytes(getattr(row, field))
            if sealed_version(blob) < newest:
                text = unseal(purpose, blob, row_name(row.id))
                same = model.objects.filter(**{key: getattr(row, key), "id": row.id, field: blob})
                done += same.update(**{field: seal(purpose, text, row_name(row.id))})
        yield done
        after = (getattr(rows[-1], key), rows[-1].id)


def _next(model: Any, key: str, field: str, after: tuple[Any, Any] | None, batch: int) -> list[Any]:
    rows = model.objects.only("id", key, field).order_by(key, "id")
    if after is not None:
        later = Q(**{f"{key}__gt": after[0]}) | Q(**{key: after[0], "id__gt": after[1]})
        rows = rows.filter(later, **{f"{key}__gte": after[0]})
    with allow_cross_shard(_WALK):
        return list(rows[:batch])
