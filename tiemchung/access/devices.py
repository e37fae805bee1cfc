"""Browsers that gave a code of a phone back: codes that they ask for are counted apart from every stranger's.

What such a browser holds opens nothing; whoever steals it can have codes sent to a phone that they do not have.
"""

import datetime as dt
import secrets
from uuid import UUID

from django.db import connection, transaction

from tiemchung.access.models import KnownDevice
from tiemchung.access.rules import DEVICE_LIFE, MOST_DEVICES
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.ids import new_id
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import blind_index

_KEEP = """
INSERT INTO access_knowndevice (id, contact_key, token_hash, expires_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (contact_key, token_hash) DO UPDATE SET expires_at = excluded.expires_at
RETURNING id
"""
_FORGET_OLDEST = """
DELETE FROM access_knowndevice WHERE contact_key = %s AND id IN (
    SELECT id FROM access_knowndevice WHERE contact_key = %s ORDER BY expires_at DESC, id DESC OFFSET %s)
"""


def known_device(phone: str, token: str, at: dt.datetime) -> UUID | None:
    """Give the device of this phone (E.164) that holds `token`, or None for every other one and once it is over."""
    if not token:
        return None
    found = KnownDevice.objects.filter(
        contact_key=contact_key(phone), token_hash=_hash(token), expires_at__gt=at
    ).values_list("id", flat=True)
    return found.first()


@transaction.atomic
def remember_device(*, by: Actor, at: dt.datetime, phone: str, token: str = "") -> str:
    """Know a browser that has just given a code of this phone (E.164) back, for DEVICE_LIFE from now on.

    `token` is what the browser holds already, for another phone of the household or from before. Gives what it is to
    hold from now on. Of more than MOST_DEVICES the one used least lately is forgotten.
    """
    key, token = contact_key(phone), token or secrets.token_hex(16)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, (new_id(), key, _hash(token), at + DEVICE_LIFE))
        (device_id,) = cursor.fetchone()
        cursor.execute(_FORGET_OLDEST, (key, key, MOST_DEVICES))
    write_line(by=by, at=at, action="remember_device", subject_id=device_id)
    return token


@transaction.atomic
def forget_devices(*, by: Actor, at: dt.datetime, contact_key: bytes) -> int:
    """Know no device of this phone any more and give how many it had: its holder signs out everywhere, or changes."""
    many, _ = KnownDevice.objects.filter(contact_key=contact_key).delete()
    if many:
        # A phone is named by the first half of its blind index, as in `people`.
        subject = UUID(bytes=bytes(contact_key)[:16])
        write_line(by=by, at=at, action="forget_devices", subject_id=subject, facts={"devices": many})
    return many


def sweep_devices(at: dt.datetime) -> int:
    """Delete the devices whose time is over, and give how many."""
    with allow_cross_shard("devices end on every shard; an index of each answers"):
        many, _ = KnownDevice.objects.filter(expires_at__lte=at).delete()
    return many


def _hash(token: str) -> bytes:
    return blind_index("access.device", token)
