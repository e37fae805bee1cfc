"""When a central key may sign, when its successor is due, and who may decide about keys. Pure."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from tiemchung.certificates.rules.expiry import PUBLISH_AHEAD, key_wears_out
from tiemchung.certificates.rules.states import KeyPurpose
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse

# hcert 1.1.1: the authority four years, a signer two, for certificates of one year.
AUTHORITY_LIFE = dt.timedelta(days=4 * 365)
SIGNER_LIFE = dt.timedelta(days=2 * 365)
FACILITY_LIFE = dt.timedelta(days=2 * 365)
# A facility's key is renewed so long before its end.
FACILITY_NOTICE = dt.timedelta(days=30)


# Whose codes are read offline and abroad, where a new key is known only with the next list.
SPARED = frozenset({KeyPurpose.PASSPORT})
SHORTEST_REASON = 10  # characters, as for every correction of the house


class AuthorityKind(StrEnum):
    """Whom an authority stands above: the centre's signers, or the facilities' keys."""

    CSCA = "CSCA"
    FACILITY = "FACILITY"


class KeyStanding(StrEnum):
    """What a key is good for at a moment; read off its dates, stored nowhere.

    A spare is published like one that waits, but its turn comes only when no other key may sign any more.
    """

    WAITING = "WAITING"
    SPARE = "SPARE"
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


class PublishedKey(KeyDates, Protocol):
    """The dates of a central key, and when it was published."""

    published_at: dt.datetime | None


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
    if usable_since(key) >= key.valid_to:
        return KeyStanding.SPARE
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


def spare_due(keys: Iterable[KeyDates], at: dt.datetime) -> bool:
    """Tell whether a spare has to be published: none lasts until verifiers would have its follower."""
    spares = [k for k in keys if standing_alone(k, at) is KeyStanding.SPARE]
    return all(key_wears_out(k.valid_to, at + PUBLISH_AHEAD) for k in spares)


def first_in_need[K: PublishedKey](keys: Iterable[K], at: dt.datetime) -> K | None:
    """Give the key that signs when none may: of those that verifiers have by now the one that lasts longest.

    Where none was published long enough ago it is the one published first; None where none stands ready.
    """
    ready = [k for k in keys if standing_alone(k, at) in {KeyStanding.WAITING, KeyStanding.SPARE}]
    known = [k for k in ready if published_since(k) + PUBLISH_AHEAD <= at]
    return max(known, key=lambda k: k.valid_to) if known else min(ready, key=published_since, default=None)


def published_since(key: PublishedKey) -> dt.datetime:
    """Give from when verifiers are given a key."""
    return key.published_at or key.valid_from


def may_keep_keys(by: Actor) -> Verdict:
    """Say whether the actor may make, take, rotate and retire keys: the administrator and the ministry."""
    if by.kind is Kind.SYSTEM or by.role in {Role.ADMIN, Role.MINISTRY_OFFICER}:
        return YES
    return refuse("KEYS_NOT_YOURS")


def may_turn_keys(by: Actor, because: str) -> Verdict:
    """Say whether the actor may change which key signs: who keeps keys, and with a reason that can be read later."""
    return may_keep_keys(by) + (YES if len(because.strip()) >= SHORTEST_REASON else refuse("REASON_MISSING"))
