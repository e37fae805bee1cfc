"""Counting what is asked and sent against the limits, each deed by the subjects that it is counted by."""

import datetime as dt
from contextlib import suppress

from tiemchung.access import rules
from tiemchung.access.codes import tally_hour
from tiemchung.access.limits import Counted, Exhausted, take, take_or_refuse
from tiemchung.access.rules import Limit
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.outbox import contact_key

_LOOKUPS = "lookup"  # stands among the tallies of number ranges, which all begin with +84


def take_fact_try(*, at: dt.datetime, phone: str) -> None:
    """Count one try at matching a fact for this phone; raise Refused with TOO_MANY_TRIES past the limits."""
    take_or_refuse(tuple((limit, contact_key(phone).hex()) for limit in rules.FACT_LIMITS), at)


def take_lookup(*, at: dt.datetime, about: str, network: str, device: str = "") -> None:
    """Count one look-up of a holder: `about` names what was asked for ("" for nothing), `device` one that is known.

    A known device (it has proved the holder's phone before) is counted by itself; anybody else by what they ask for
    from their network, and by the network. Raises Refused with TOO_MANY_TRIES (fact `minutes`), and then counts
    nothing. Very many questions about one number from everywhere put one alarm LOOKUP_FLOOD a day.
    """
    if device:
        take_or_refuse(((rules.LOOKUP_DEVICE, device),), at)
        return
    subject = contact_key(about).hex() if about else ""
    here = ((rules.LOOKUP_HERE, f"{subject}:{rules.network_of(network)}"),) if about else ()
    take_or_refuse(here + _of_network(rules.LOOKUP_NETWORK, network), at)
    if about:
        _watch_flood(subject, at)


def _watch_flood(subject: str, at: dt.datetime) -> None:
    try:
        take(rules.LOOKUP_FLOOD, subject, at)
    except Exhausted:
        with suppress(Exhausted):
            take(rules.LOOKUP_ALARM, subject, at)
            raise_alarm("LOOKUP_FLOOD", at=at, times=rules.LOOKUP_FLOOD.count)


def tally_lookup(*, at: dt.datetime, fits: bool) -> None:
    """Count one look-up of this hour, whether it fits somebody or nobody; a list being tried puts one alarm an hour."""
    asked, fitting = tally_hour(_LOOKUPS, at, sent=1, verified=int(fits))
    if rules.is_stuffing(asked, fitting):
        with suppress(Exhausted):
            take(rules.STUFFING_ALARM, _LOOKUPS, at)
            raise_alarm("LOOKUP_STUFFING", at=at, asked=asked, fitting=fitting)


def take_lookup_code(*, at: dt.datetime, phone: str) -> None:
    """Count one code that a look-up from an unknown device sends to a phone on file.

    Five a day leave its owner codes for everything else. Raises Refused with TOO_MANY_TRIES.
    """
    take_or_refuse(_of_phone(rules.LOOKUP_CODES, phone), at)


def take_status(*, at: dt.datetime, network: str) -> None:
    """Count one question about where a case stands from this address."""
    take_or_refuse(_of_network(rules.STATUS_NETWORK, network), at)


def take_report(*, at: dt.datetime, phone: str, network: str, proved: bool = False) -> None:
    """Count one report sent by this phone (E.164, "" for somebody without one) from this address.

    `proved` where the sender is the phone's holder for sure, or a device that was: theirs are counted by themselves.
    """
    limit = rules.REPORT_PROVED if proved else rules.REPORT_PHONE
    take_or_refuse(_of_phone(limit, phone) + _of_network(rules.REPORT_NETWORK, network), at)


def take_notice(*, at: dt.datetime, phone: str) -> None:
    """Count one message of a new dose to this phone (E.164); raises Refused with TOO_MANY_TRIES past the day's."""
    take_or_refuse(_of_phone(rules.NOTICE_PHONE, phone), at)


def take_draft(*, at: dt.datetime, network: str) -> None:
    """Count one report begun from this address; raises Refused with TOO_MANY_TRIES, and so does the next."""
    take_or_refuse(_of_network(rules.DRAFT_NETWORK, network), at)


def take_upload(*, at: dt.datetime, network: str) -> None:
    """Count one photo or file sent from this address by somebody who has proved nothing yet."""
    take_or_refuse(_of_network(rules.UPLOAD_NETWORK, network), at)


def take_unknown_code(*, at: dt.datetime, network: str) -> None:
    """Count one code sent from this address as ours though our register does not hold it."""
    take_or_refuse(_of_network(rules.UNKNOWN_CODE_NETWORK, network), at)


def _of_phone(limit: Limit, phone: str) -> Counted:
    return ((limit, contact_key(phone).hex()),) if phone else ()


def _of_network(limit: Limit, network: str) -> Counted:
    return ((limit, rules.network_of(network)),)
