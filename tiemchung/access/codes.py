"""One-time codes: made, sent through the outbox, used once."""

import datetime as dt
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tiemchung.access import rules
from tiemchung.access.devices import known_device
from tiemchung.access.limits import Counted, Exhausted, is_full, minutes_of, take, take_country
from tiemchung.access.models import OneTimeCode, PrefixTally
from tiemchung.access.rules import Purpose, Trust
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import contact_key, put_message
from tiemchung.core.verdict import YES, Refused, Verdict, refuse


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way, or would be if the phone were allowed one; the page says the same in both cases."""

    expires_at: dt.datetime
    again_at: dt.datetime


def send_code(
    *,
    by: Actor,
    at: dt.datetime,
    phone: str,
    purpose: Purpose,
    bound_to: str,
    network: str,
    text: str,
    device: str = "",
) -> CodeSent:
    """Send a code to an E.164 number; `text` has `{code}` where the code goes.

    `device` is what the browser holds of `remember_device`. Raises Refused with PHONE_NOT_MOBILE or TOO_MANY_CODES
    (fact `minutes`), CODES_PAUSED when the country's budget says stop, and to strangers also when the failure breaker
    or the number's range does.
    """
    rules.may_receive_code(phone).or_raise()
    with transaction.atomic():
        _take_limits(_asker(by, phone, device, at), phone, network, at)
        code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
        row = OneTimeCode(
            contact_key=contact_key(phone),
            purpose=purpose,
            bound_to=bound_to,
            made_at=at,
            expires_at=at + rules.CODE_LIFE,
        )
        row.code_hash = _hash(row, code)
        row.save(force_insert=True)
        put_message(
            to=phone, text=text.replace("{code}", code), kind=purpose, at=at, expires_at=row.expires_at
        )
        _tally(phone, at, sent=1)
        write_line(by=by, at=at, action="send_code", subject_id=row.id, facts={"purpose": purpose})
    return CodeSent(row.expires_at, at + dt.timedelta(seconds=60))


def use_code(
    *, by: Actor, at: dt.datetime, phone: str, purpose: Purpose, bound_to: str, code: str, device: str = ""
) -> Verdict:
    """Use the latest code of this phone, session and purpose; of many parallel calls with the right code one wins.

    Each code has its own tries: nobody's guesses elsewhere spend it. Refusals: CODES_PAUSED (too many failures in the
    country; not to a `device` known for this phone, nor to staff), CODE_WRONG (wrong, expired, used, spent, never
    sent: all the same to the asker).
    """
    key = contact_key(phone)
    if _breaker_open(at) and _asker(by, phone, device, at).trust is Trust.STRANGER:
        return refuse("CODES_PAUSED")
    with transaction.atomic():
        row = (
            OneTimeCode.objects.select_for_update()
            .filter(contact_key=key, purpose=purpose, bound_to=bound_to)
            .order_by("-made_at")
            .first()
        )
        right = row is not None and _still_good(row, at) and _matches(row, code)
        if row is not None:
            changes = {"used_at": at} if right else {"tries": F("tries") + 1}
            OneTimeCode.objects.filter(contact_key=key, id=row.id).update(**changes)
            action = "use_code" if right else "miss_code"
            write_line(by=by, at=at, action=action, subject_id=row.id, facts={"purpose": purpose})
        if right:
            _tally(phone, at, verified=1)
            return YES
        _count_failure(at)
    return refuse("CODE_WRONG")


def _still_good(row: OneTimeCode, at: dt.datetime) -> bool:
    return row.used_at is None and at < row.expires_at and row.tries < rules.TRIES_PER_CODE


def _matches(row: OneTimeCode, code: str) -> bool:
    return hmac.compare_digest(bytes(row.code_hash), _hash(row, code.strip()))


def _hash(row: OneTimeCode, code: str) -> bytes:
    bound = f"{row.purpose}|{row.bound_to}|{row.id}|{code}".encode()
    return hmac.digest(settings.SECRETS.otp_key, bytes(row.contact_key) + bound, "sha256")


@dataclass(frozen=True, slots=True)
class _Asker:
    trust: Trust
    device: str = ""


def _asker(by: Actor, phone: str, device: str, at: dt.datetime) -> _Asker:
    if by.kind is Kind.STAFF:
        return _Asker(Trust.STAFF)
    known = known_device(phone, device, at)
    return _Asker(Trust.KNOWN, known.hex) if known else _Asker(Trust.STRANGER)


def _take_limits(asker: _Asker, phone: str, network: str, at: dt.datetime) -> None:
    if asker.trust is Trust.STRANGER and (_breaker_open(at) or _range_paused(phone, at)):
        raise Refused(refuse("CODES_PAUSED"))
    subject = contact_key(phone).hex()
    try:
        _take_all(rules.code_budget(asker.trust, phone=subject, device=asker.device, network=network), at)
        if asker.trust is Trust.STRANGER:
            with suppress(Exhausted):  # whoever had an ordinary code from here needs none of the reserve
                take(rules.RESERVE_HERE, rules.reserve_subject(subject, network), at)
    except Exhausted as full:
        if asker.trust is not Trust.STRANGER or not _take_reserve(full, subject, network, at):
            raise Refused(refuse("TOO_MANY_CODES", minutes=minutes_of(full))) from full
    if not _country_sends(asker.trust, at):
        raise Refused(refuse("CODES_PAUSED"))


def _take_all(counted: Counted, at: dt.datetime) -> None:
    """Count against each limit, or against none and raise Exhausted."""
    with transaction.atomic():
        for limit, name in counted:
            take(limit, name, at)


def _take_reserve(full: Exhausted, subject: str, network: str, at: dt.datetime) -> bool:
    """Count against the reserve of a phone whose ordinary codes of the hour or the day are used up; tell whether it
    had one.
    """
    if full.limit not in rules.PHONE_LIMITS[1:]:
        return False
    with suppress(Exhausted):
        _take_all(rules.reserve_budget(phone=subject, network=network), at)
        return True
    return False


def _country_sends(trust: Trust, at: dt.datetime) -> bool:
    reserve = () if trust is Trust.STRANGER else (rules.COUNTRY_RESERVE,)
    for limit in (rules.COUNTRY_SMS, *reserve):
        with suppress(Exhausted):
            take_country(limit, at)
            return True
    return False


def _breaker_open(at: dt.datetime) -> bool:
    return is_full(rules.COUNTRY_FAILURES, "country", at)


def _count_failure(at: dt.datetime) -> None:
    with suppress(Exhausted):
        take(rules.COUNTRY_FAILURES, "country", at)


def _hour(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _tally(phone: str, at: dt.datetime, *, sent: int = 0, verified: int = 0) -> None:
    tally_hour(rules.prefix_of(phone), at, sent=sent, verified=verified)


def tally_hour(prefix: str, at: dt.datetime, *, sent: int = 0, verified: int = 0) -> tuple[int, int]:
    """Add to what was sent and what came back in this hour; give both as they were before, with what is added."""
    hour = {"prefix": prefix, "hour": _hour(at)}
    row, made = PrefixTally.objects.get_or_create(**hour, defaults={"sent": sent, "verified": verified})
    if made:
        return sent, verified
    PrefixTally.objects.filter(pk=row.pk).update(sent=F("sent") + sent, verified=F("verified") + verified)
    return row.sent + sent, row.verified + verified


def _range_paused(phone: str, at: dt.datetime) -> bool:
    since = _hour(at) - dt.timedelta(hours=1)
    rows = PrefixTally.objects.filter(prefix=rules.prefix_of(phone), hour__gte=since)
    counts = [(row.sent, row.verified) for row in rows]
    return rules.prefix_paused(sum(s for s, _ in counts), sum(v for _, v in counts))
