"""Which facility signatures are believed: a row of the database alone makes none (I15).

A key counts where its certificate stands below a root of facilities that lies beside the keys (`keys.roots`), bears its
own id and belongs to the facility that is named. A signature that this house verified when it was made bears a seal, a
keyed hash of its whole row: looking at it costs a twentieth of verifying, and nobody makes one without the secrets.
"""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID

from tiemchung.certificates.keys import config, kid_of, verifies, x509s
from tiemchung.certificates.keys.roots import pinned_roots
from tiemchung.certificates.models import Authority, FacilityKey
from tiemchung.certificates.ports import FacilityRootMissing
from tiemchung.certificates.rules import AuthorityKind
from tiemchung.core.kept import Kept
from tiemchung.core.sealing import blind_index

_PURPOSE, _LENGTH = "certificates.dose_signature", 16  # octets: nobody guesses 128 bits
_Days = tuple[dt.datetime, dt.datetime]
NOT_SIGNED = "DOSE_SIGNATURE"  # a row says that a facility signed, and its key did not
NO_KEY = "DOSE_KEY"  # nobody below our roots has such a key at that facility
NOT_ITS_DAYS = "DOSE_KEY_DAYS"  # stated outside the days of the key's certificate
FORGED = frozenset({NOT_SIGNED, NO_KEY, NOT_ITS_DAYS})
_roots: Kept[str, tuple[bytes, ...]] = Kept(60.0, most=8)  # by the folder of keys


class BelievedKey(NamedTuple):
    """A facility's key whose certificate a root of ours signed; the moments are the certificate's own, both within."""

    facility_id: UUID
    certificate: bytes
    valid_from: dt.datetime
    valid_to: dt.datetime


class Proof(NamedTuple):
    """What a facility signed of one dose in one version, as its row has it, and the moment that is stated, if any."""

    profile_id: UUID
    dose_id: UUID
    version: int
    kid: bytes
    statement: bytes
    signature: bytes
    facility_id: UUID
    signed_at: dt.datetime
    stated: dt.datetime | None

    @property
    def moment(self) -> dt.datetime:
        """Give when it was made: what is signed counts, not the column beside it."""
        return self.stated or self.signed_at


def seal_of(profile: UUID, dose: UUID, version: int, kid: bytes, statement: bytes, signature: bytes) -> bytes:
    """Give the seal of a signature that was just verified here; 16 octets."""
    row = f"{profile.hex} {dose.hex} {version} {kid.hex()} {signature.hex()} "
    return blind_index(_PURPOSE, row + statement.decode("latin-1"))[:_LENGTH]


def is_sealed(proof: Proof, seal: bytes | memoryview | None) -> bool:
    """Tell whether this house verified the signature when it was made, and nothing of its row was changed since."""
    return seal is not None and compare_digest(bytes(seal), seal_of(*proof[:6]))


def believed_keys(kids: Iterable[bytes]) -> dict[bytes, BelievedKey]:
    """Give the facilities' keys by id that are believed, whatever became of them since; in one statement."""
    rows = FacilityKey.objects.filter(kid__in=set(kids)).values_list("kid", "facility_id", "certificate")
    found = {}
    for kid, facility_id, certificate in rows:
        days = _days_of(bytes(kid), bytes(certificate))
        if days is not None:
            found[bytes(kid)] = BelievedKey(facility_id, bytes(certificate), *days)
    return found


def is_believed(kid: bytes) -> bool:
    """Tell whether a facility's key with this id is believed."""
    return kid in believed_keys([kid])


def need_roots(strange: Iterable[bytes] = ()) -> None:
    """Raise FacilityRootMissing where no root of facilities lies beside the keys, or not that of these keys (ids).

    A machine that lacks the file of a root on record cannot judge; no signature may fall for it.
    """
    strange = set(strange)
    missing = not _known_roots()
    if strange and not missing:
        here = pinned_roots(AuthorityKind.FACILITY)
        kept = Authority.objects.filter(kind=AuthorityKind.FACILITY).values_list("certificate", flat=True)
        elsewhere = [root for root in map(bytes, kept) if root not in here]
        found = FacilityKey.objects.filter(kid__in=strange).values_list("certificate", flat=True)
        missing = any(x509s.is_below(bytes(certificate), root) for certificate in found for root in elsewhere)
    if missing:
        raise FacilityRootMissing


def fault_of(proof: Proof, key: BelievedKey | None, *, verify: bool = True) -> str:
    """Give the code of why a facility's signature is not believed, empty where it is.

    Without `verify` (its seal is right) only the key is looked at.
    """
    if key is None or key.facility_id != proof.facility_id:
        return NO_KEY
    if not key.valid_from <= proof.moment <= key.valid_to:
        return NOT_ITS_DAYS
    made = not verify or verifies(key.certificate, proof.statement, proof.signature)
    return "" if made else NOT_SIGNED


def _known_roots() -> tuple[bytes, ...]:
    """Give the roots, read each minute: the folder holds a file for each key, and to list it takes milliseconds."""
    return _roots.of(str(config.folder()), lambda: pinned_roots(AuthorityKind.FACILITY), worth=bool)


def _days_of(kid: bytes, certificate: bytes) -> _Days | None:
    known = _days_below(kid, certificate, _known_roots())
    # A root that came within the minute, with the key below it, is no stranger.
    return known or _days_below(kid, certificate, pinned_roots(AuthorityKind.FACILITY))


@lru_cache(maxsize=16_384)
def _days_below(kid: bytes, certificate: bytes, roots: tuple[bytes, ...]) -> _Days | None:
    """Give from when to when a key's certificate holds, None where it is not the key's or stands below no root."""
    if kid_of(certificate) != kid or not any(x509s.is_below(certificate, root) for root in roots):
        return None
    return x509s.days_of(certificate)
