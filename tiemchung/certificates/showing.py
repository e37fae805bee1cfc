"""Nothing of ours is shown before its signature was verified: a row of the database alone makes nothing valid (I15).

Our own keys stay in the process, since a key's id is the hash of its certificate: a look costs no statement more.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from tiemchung.certificates.formats import cose, hc1
from tiemchung.certificates.formats.reading import Fault
from tiemchung.certificates.formats.trust import key_of_certificate
from tiemchung.certificates.keys.roots import is_ours
from tiemchung.certificates.models import Certificate, SigningKey
from tiemchung.core.alarms import raise_daily

_ALARM = "CERTIFICATE_WRONG"


class OwnKey(NamedTuple):
    """A public key of ours, and the one kind of certificate that it may sign."""

    public_key: Any
    purpose: str


class Untrue(Exception):
    """A stored certificate is not what we signed; `why` is the code of what is wrong with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def own_key(row: SigningKey) -> OwnKey | None:
    """Give the key of a row of the register, None where no root of ours answers for it or its id is not its own."""
    if not is_ours(row.certificate, row.kid):
        return None
    return OwnKey(key_of_certificate(bytes(row.certificate)).public_key, row.purpose)


def signed_by_us(row: Certificate, key: OwnKey | None) -> cose.Sign1:
    """Give the signed message of a stored certificate; raises Untrue where it is not what its row says and we signed.

    The codes: KEY_UNKNOWN, DAMAGED, BAD_SIGNATURE, KEY_PURPOSE (a card's key under a passport), DAYS and CONTENT (the
    row names other days or another number than the signed text).
    """
    if key is None:
        raise Untrue("KEY_UNKNOWN")
    return _checked(row, _unpacked(row), key)


def signed_by_its_key(row: Certificate) -> None:
    """Check a text that lies apart from its row, by the key that it names itself; raises Untrue as `signed_by_us`."""
    code = _unpacked(row)
    key = key_of(code.message.kid)
    if key is None:
        raise Untrue("KEY_UNKNOWN")
    _checked(row, code, key)


def _unpacked(row: Certificate) -> hc1.Unpacked:
    try:
        return hc1.unpack(row.hc1)
    except Fault:
        raise Untrue("DAMAGED") from None


def _checked(row: Certificate, code: hc1.Unpacked, key: OwnKey) -> cose.Sign1:
    if not cose.verify(code.message, key.public_key):
        raise Untrue("BAD_SIGNATURE")
    if key.purpose != row.kind:
        raise Untrue("KEY_PURPOSE")
    stated = (int(row.issued_at.timestamp()), int(row.expires_at.timestamp()))
    if (code.content.issued_at, code.content.expires_at) != stated:
        raise Untrue("DAYS")
    number = next((line.certificate_id for line in code.content.doses), "")
    if number != row.uvci or not code.holds:
        raise Untrue("CONTENT")
    return code.message


def verified_only(rows: Iterable[Certificate], at: dt.datetime) -> list[Certificate]:
    """Give the certificates whose text verifies, in their order; each other one raises one alarm a day."""
    shown = []
    for row in rows:
        try:
            signed_by_us(row, key_of(bytes(row.kid)))
        except Untrue as problem:
            alarm_once(person_id=row.person_id, certificate_id=row.id, why=problem.why, at=at)
        else:
            shown.append(row)
    return shown


def alarm_once(*, person_id: UUID, certificate_id: UUID, why: str, at: dt.datetime) -> None:
    """Raise the alarm that a stored text is not what was signed, once a day however often it is looked at."""
    raise_daily(_ALARM, certificate_id, at=at, subject_id=person_id, why=why, certificate=str(certificate_id))


def key_of(kid: bytes) -> OwnKey | None:
    """Give our key with this id, None for an id that is none of ours."""
    try:
        return _known_key(kid)
    except SigningKey.DoesNotExist:
        return None


@lru_cache(maxsize=256)
def _known_key(kid: bytes) -> OwnKey:
    """Give a key by its id; one that is not there is asked for again at the next look."""
    found = own_key(SigningKey.objects.get(kid=kid))
    if found is None:
        raise SigningKey.DoesNotExist
    return found
