"""Hiring, posting and dismissing staff, roles that are switched on, and the limits that others take from."""

import datetime as dt
from contextlib import suppress
from uuid import UUID

from django.db import transaction

from tiemchung.access import rules
from tiemchung.access.canaries import put_canary, touch_canaries
from tiemchung.access.codes import CodeSent, send_code, tally_hour, use_code
from tiemchung.access.devices import forget_devices, remember_device, sweep_devices
from tiemchung.access.limits import Counted, Exhausted, sweep_buckets, take, take_or_refuse
from tiemchung.access.models import Posting, RoleOpening, Staff
from tiemchung.access.proofs import new_puzzle, pass_without_script, sweep_proofs, use_proof
from tiemchung.access.reads import role_is_open
from tiemchung.access.rules import Limit, may_post
from tiemchung.access.seen import count_seen
from tiemchung.access.sign_ins import (
    SignedIn,
    change_password,
    end_sign_ins,
    enrol_totp,
    give_back_try,
    give_password,
    prove_factor,
    prove_password,
    renew_recovery_codes,
    reset_factors,
    sign_in_staff,
    take_factor_try,
)
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.outbox import contact_key
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused, refuse

_LOOKUPS = "lookup"  # stands among the tallies of number ranges, which all begin with +84
_HIRING = frozenset({Role.ADMIN, Role.MINISTRY_OFFICER})


def hire_staff(*, by: Actor, at: dt.datetime, username: str, full_name: str, password: str) -> UUID:
    """Make an account for a member of staff, or give the one of that username."""
    _may_hire(by)
    with transaction.atomic():
        known = Staff.objects.filter(username=username).first()
        if known is not None:
            return known.id
        staff = Staff(username=username, full_name=nfc(full_name), hired_at=at)
        staff.set_password(password)
        staff.save(force_insert=True)
        write_line(by=by, at=at, action="hire_staff", subject_id=staff.id)
    return staff.id


def post_staff(
    *,
    by: Actor,
    at: dt.datetime,
    staff_id: UUID,
    role: Role,
    valid_from: dt.date,
    facility_id: UUID | None = None,
    point_id: UUID | None = None,
    area_id: UUID | None = None,
) -> UUID:
    """Post a member of staff to a place, once: the same posting asked for twice is one.

    Raises Refused with what `rules.may_post` says, ROLE_NOT_OPEN_THERE among it: that role has no day of opening
    at or before `valid_from` in this area or one above it.
    """
    _may_hire(by)
    open_there = area_id is None or role_is_open(role, area_id, valid_from)
    may_post(role, facility=facility_id is not None, area=area_id is not None, open_there=open_there).or_raise()
    place = {"facility_id": facility_id, "point_id": point_id, "area_id": area_id}
    with transaction.atomic():
        posting, made = Posting.objects.get_or_create(
            staff_id=staff_id, role=role, valid_to=None, **place, defaults={"valid_from": valid_from}
        )
        if made:
            write_line(by=by, at=at, action="post_staff", subject_id=staff_id, object_id=posting.id)
    return posting.id


def end_posting(*, by: Actor, at: dt.datetime, posting_id: UUID, on: dt.date, because: str) -> None:
    """End a posting on a day: from that day on it opens nothing.

    Raises Refused with NOT_YOUR_ROLE (also for one's own posting), REASON_MISSING and what `may_end_posting` says.
    """
    _may_hire(by)
    rules.must_say_why(because).or_raise()
    with transaction.atomic():
        posting = Posting.objects.select_for_update().get(id=posting_id)
        if by.id is not None and by.id == posting.staff_id:
            raise Refused(refuse("NOT_YOUR_ROLE"))
        rules.may_end_posting(posting.valid_to, on, local(at).date()).or_raise()
        posting.valid_to = on
        posting.save(update_fields=["valid_to"])
        write_line(
            by=by,
            at=at,
            action="end_posting",
            subject_id=posting.staff_id,
            object_id=posting.id,
            because=because,
            facts={"on": on.isoformat()},
        )


def open_role(
    *, by: Actor, at: dt.datetime, role: Role, area_id: UUID, valid_from: dt.date, because: str = ""
) -> UUID:
    """Let a role exist in an area and all that lies under it from a day on; where it is open already, nothing changes.

    Staff say why. Raises Refused with NOT_YOUR_ROLE, REASON_MISSING, ROLE_OPEN_EVERYWHERE for a role that needs no
    opening, and ROLE_OPENED_THEN where it was opened on that very day and closed since.
    """
    _may_hire(by)
    rules.may_open_role(role).or_raise()
    if by.kind is Kind.STAFF:
        rules.must_say_why(because).or_raise()
    with transaction.atomic():
        known = RoleOpening.objects.filter(role=role, area_id=area_id, valid_to=None, valid_from__lte=valid_from)
        opening = known.first() or RoleOpening(role=role, area_id=area_id, valid_from=valid_from)
        if opening._state.adding:
            if RoleOpening.objects.filter(role=role, area_id=area_id, valid_from=valid_from).exists():
                raise Refused(refuse("ROLE_OPENED_THEN"))
            opening.save(force_insert=True)
            write_line(
                by=by, at=at, action="open_role", subject_id=opening.id, object_id=area_id, because=because,
                facts={"role": role, "from": valid_from.isoformat()},
            )  # fmt: skip
    return opening.id


def close_role(*, by: Actor, at: dt.datetime, role: Role, area_id: UUID, on: dt.date, because: str) -> None:
    """Let nobody new be posted with a role in this area from a day on; postings made before go on until they end.

    Raises Refused with NOT_YOUR_ROLE, REASON_MISSING, and ROLE_CLOSE_PAST for a day before today.
    """
    _may_hire(by)
    rules.must_say_why(because).or_raise()
    rules.may_close_role(on, local(at).date()).or_raise()
    with transaction.atomic():
        for opening in RoleOpening.objects.select_for_update().filter(role=role, area_id=area_id, valid_to=None):
            opening.valid_to = on
            opening.save(update_fields=["valid_to"])
            write_line(
                by=by, at=at, action="close_role", subject_id=opening.id, object_id=area_id, because=because,
                facts={"role": role, "on": on.isoformat()},
            )  # fmt: skip


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


def _may_hire(by: Actor) -> None:
    if by.kind is not Kind.SYSTEM and by.role not in _HIRING:
        raise Refused(refuse("NOT_YOUR_ROLE"))


__all__ = [
    "CodeSent",
    "SignedIn",
    "change_password",
    "close_role",
    "count_seen",
    "end_posting",
    "end_sign_ins",
    "enrol_totp",
    "forget_devices",
    "give_back_try",
    "give_password",
    "hire_staff",
    "new_puzzle",
    "open_role",
    "pass_without_script",
    "post_staff",
    "prove_factor",
    "prove_password",
    "put_canary",
    "remember_device",
    "renew_recovery_codes",
    "reset_factors",
    "send_code",
    "sign_in_staff",
    "sweep_buckets",
    "sweep_devices",
    "sweep_proofs",
    "take_draft",
    "take_fact_try",
    "take_factor_try",
    "take_lookup",
    "take_lookup_code",
    "take_notice",
    "take_report",
    "take_status",
    "take_upload",
    "tally_lookup",
    "touch_canaries",
    "use_code",
    "use_proof",
]
