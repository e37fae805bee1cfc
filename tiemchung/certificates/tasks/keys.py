"""What the clock triggers about keys: successors in time, facilities' keys renewed, an alarm where that cannot be."""

import datetime as dt
from typing import Any

from tiemchung.certificates.actions import central_key, keep_spare, make_facility_keys
from tiemchung.certificates.keys import signer_of, store_named
from tiemchung.certificates.keys.files import point_of_certificate
from tiemchung.certificates.ports import KeyMissing, KeyStoreError
from tiemchung.certificates.reads.keys import facilities_whose_key_ends, successors_missing
from tiemchung.certificates.rules import SPARED, KeyPurpose
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms, raise_alarm
from tiemchung.core.worker import Loop

BATCH = 200
_TRIAL = b"tiemchung trial of a key store\n"  # begins like nothing that anybody takes for signed by us


def look_after_central_keys(at: dt.datetime) -> int:
    """See to it that every purpose has a key that its store holds and signs with, its successor in time, and a spare.

    What people must do is an alarm: a store that does not answer or signs nonsense, a key that it lost, a successor
    from elsewhere. Always gives 0.
    """
    for purpose in KeyPurpose:
        try:
            key = central_key(purpose, by=SYSTEM, at=at)
            if not store_named(key.store).holds(point_of_certificate(bytes(key.certificate))):
                raise KeyMissing(bytes(key.kid).hex())
            signer_of(bytes(key.kid), key.store).sign(_TRIAL)
            if purpose in SPARED:
                keep_spare(purpose, by=SYSTEM, at=at)
        except KeyStoreError as problem:
            _alarm("KEY_STORE", at, why=problem.code, purpose=str(purpose))
    for purpose in successors_missing(at):
        _alarm("KEY_SUCCESSOR_DUE", at, purpose=str(purpose))
    return 0


def renew_facility_keys(at: dt.datetime) -> int:
    """Make the next key of facilities whose key ends within a month, some at a time; give how many were made."""
    ending = facilities_whose_key_ends(at)[:BATCH]
    if not ending:
        return 0
    try:
        return len(make_facility_keys(facility_ids=ending, at=at))
    except KeyStoreError as problem:
        _alarm("FACILITY_KEYS_END", at, why=problem.code, n=len(ending))
        return 0


def _alarm(code: str, at: dt.datetime, **facts: Any) -> None:
    """Raise an alarm that nobody has been shown yet; one that waits to be seen is not repeated."""
    if not any(a.code == code and dict(a.facts) == facts for a in alarms(unseen=True)):
        raise_alarm(code, at=at, **facts)


LOOPS = [
    Loop("certificates.central_keys", look_after_central_keys, every=300.0),
    Loop("certificates.facility_keys", renew_facility_keys, every=3600.0),
]
