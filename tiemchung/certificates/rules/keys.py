"""When a central key may sign, when its successor is due, and who may decide about keys. Pure."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from tiemchung.certificates.rules.expiry import PUBLISH_AHEAD, key_wears_out
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse

# hcert 1.1.1: the authority four years, a signer two, for certificates of one year.
AUTHORITY_LIFE = dt.timedelta(days=4 * 365)
SIGNER_LIFE = dt.timedelta(days=2 * 365)
FACILITY_LIFE = dt.timedelta(days=2 * 365)
# A facility's key is renewed so long before its end.
FACILITY_NOTICE = dt.timedelta(days=30)


SHORTEST_REASON = 10  # characters, as for every correction of the house


class AuthorityKind(StrEnum):
    """Whom an authority stands above: the centre's signers, or the facilities' keys."""

    CSCA = "CSCA"
    FACILITY = "FACILITY"


class KeyStanding(StrEnum):
    """What a key is good for at a moment; read off its dates, stored nowhere."""

    WAITING = "WAITING"
    SIGNING = "SIGNING"
    RETIRED = "RETIRED"
    ENDED = "ENDED"
    COMPROMISED = "COMPROMISED"


class KeyDates(Protocol):
    """The dates of a central key."""

    valid_from: dt.datetime
    valid_to: dt.datetime
    usable_from: dt.datetime | None
    retired_at: dt.datetime | None
    compromised_since: dt.datetime | None


def usable_since(key: KeyDates) -> dt.datetime:
    """Give from when a key may sign; keys of the first version have no such date and signed from their first day."""
    return key.usable_from or key.valid_from


def standing_alone(key: KeyDates, at: dt.datetime) -> KeyStanding:
    """Give what a key is good for, whatever other keys there are."""
    if key.compromised_since is not None:
        return KeyStanding.COMPROMISED
    if key.valid_to <= at:
        return KeyStanding.ENDED
    if key.retired_at is not None and key.retired_at <= at:
        return KeyStanding.RETIRED
    return KeyStanding.WAITING if usable_since(key) > at else KeyStanding.SIGNING


def signing_now[K: KeyDates](keys: Iterable[K], at: dt.datetime) -> K | None:
    """Give the key that signs: of all that may, the one whose turn came last; None where none may."""
    ready = [key for key in keys if standing_alone(key, at) is KeyStanding.SIGNING]
    return max(ready, key=usable_since, default=None)


def standings[K: KeyDates](keys: Iterable[K], at: dt.datetime) -> list[tuple[K, KeyStanding]]:
    """Give each key with its standing: of those that may sign one does, and the others are retired."""
    every = list(keys)
    signing = signing_now(every, at)
    told = [(key, standing_alone(key, at)) for key in every]
    return [
        (key, KeyStanding.RETIRED if how is KeyStanding.SIGNING and key is not signing else how) for key, how in told
    ]


def successor_due(keys: Iterable[KeyDates], at: dt.datetime) -> bool:
    """Tell whether a next key has to be published: the last one's years wear out within the notice, or none is left."""
    good = [k for k in keys if standing_alone(k, at) in {KeyStanding.SIGNING, KeyStanding.WAITING}]
    return all(key_wears_out(key.valid_to, at + PUBLISH_AHEAD) for key in good)


def may_keep_keys(by: Actor) -> Verdict:
    """Say whether the actor may make, take, rotate and retire keys: the administrator and the ministry."""
    if by.kind is Kind.SYSTEM or by.role in {Role.ADMIN, Role.MINISTRY_OFFICER}:
        return YES
    return refuse("KEYS_NOT_YOURS")


def may_turn_keys(by: Actor, because: str) -> Verdict:
    """Say whether the actor may change which key signs: who keeps keys, and with a reason that can be read later."""
    return may_keep_keys(by) + (YES if len(because.strip()) >= SHORTEST_REASON else refuse("REASON_MISSING"))
