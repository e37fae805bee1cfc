"""How staff prove who they are: password, second factor, and the end of every sign-in."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tiemchung.access import factors, rules
from tiemchung.access.limits import Counted, give_back, take_or_refuse
from tiemchung.access.models import Staff, new_trace
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, refuse


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a new session of a member of staff holds."""

    staff_id: UUID
    auth_hash: str
    trace: str


def prove_password(*, at: dt.datetime, username: str, password: str, network: str) -> UUID:
    """Give the member of staff of this name and password.

    Raises Refused with SIGN_IN_FAILED alike for an unknown name, a wrong password and somebody dismissed, and
    with TOO_MANY_TRIES (fact `minutes`). The try is counted before it is judged.
    """
    counted = _password_counts(username, network)
    take_or_refuse(counted, at)
    staff = Staff.objects.filter(username=username, is_active=True).first()
    if staff is None:
        make_password(password)  # an unknown name takes as long as a known one
        raise Refused(refuse("SIGN_IN_FAILED"))
    if not staff.check_password(password):
        write_line(by=_self(staff), at=at, action="miss_password", subject_id=staff.id)
        raise Refused(refuse("SIGN_IN_FAILED"))
    _give_back(counted)
    return staff.id


def prove_factor(*, at: dt.datetime, staff_id: UUID, code: str) -> str:
    """Use a code from the app or a recovery code and say which it was: TOTP or RECOVERY.

    Raises Refused with FACTOR_WRONG, also for a code that has opened before, and TOO_MANY_TRIES.
    """
    counted = take_factor_try(at=at, staff_id=staff_id)
    how = ""
    if factors.use_totp(staff_id, code, at):
        how = "TOTP"
    elif factors.use_recovery_code(staff_id, code, at):
        how = "RECOVERY"
    if not how:
        write_line(by=_self(Staff.objects.get(id=staff_id)), at=at, action="miss_factor", subject_id=staff_id)
        raise Refused(refuse("FACTOR_WRONG"))
    _give_back(counted)
    return how


def take_factor_try(*, at: dt.datetime, staff_id: UUID) -> Counted:
    """Count one try at a second factor; raise Refused with TOO_MANY_TRIES past the limits."""
    counted = tuple((limit, str(staff_id)) for limit in rules.FACTOR_LIMITS)
    take_or_refuse(counted, at)
    return counted


def give_back_try(counted: Counted) -> None:
    """Take a counted try back: it was right, and only wrong ones use up the limits."""
    _give_back(counted)


def enrol_totp(*, at: dt.datetime, staff_id: UUID, secret: str, code: str) -> list[str]:
    """Keep the app's secret, once its code proves that the app has it, and give ten recovery codes.

    Raises Refused with FACTOR_WRONG, and FACTOR_KNOWN for somebody who has an app already.
    """
    step = factors.step_of(secret, code, at)
    if step is None:
        raise Refused(refuse("FACTOR_WRONG"))
    with transaction.atomic():
        staff = Staff.objects.select_for_update().get(id=staff_id)
        if factors.factors_of(staff_id).totp:
            raise Refused(refuse("FACTOR_KNOWN"))
        factors.put_totp(staff_id, secret, step, at)
        write_line(by=_self(staff), at=at, action="enrol_totp", subject_id=staff_id)
        return factors.make_recovery_codes(staff_id, at)


def renew_recovery_codes(*, by: Actor, at: dt.datetime, staff_id: UUID) -> list[str]:
    """Give ten new recovery codes; the old ones open nothing more."""
    with transaction.atomic():
        write_line(by=by, at=at, action="renew_recovery_codes", subject_id=staff_id)
        return factors.make_recovery_codes(staff_id, at)


def sign_in_staff(*, at: dt.datetime, staff_id: UUID, how: str) -> SignedIn:
    """Begin a sign-in after both factors are proven; `how` names the second one."""
    with transaction.atomic():
        staff = Staff.objects.get(id=staff_id)
        staff.last_login = at
        staff.save(update_fields=["last_login"])
        trace = new_trace()
        actor = Actor(kind=Kind.STAFF, id=staff.id, name=staff.full_name, trace=trace)
        write_line(by=actor, at=at, action="sign_in", subject_id=staff.id, facts={"how": how})
    return SignedIn(staff.id, staff.get_session_auth_hash(), trace)


def end_sign_ins(*, by: Actor, at: dt.datetime, staff_id: UUID, because: str = "") -> None:
    """End every sign-in of a member of staff, on every device.

    Anybody may end their own; an administrator ends another's with a reason. Raises Refused with NOT_YOUR_ROLE and
    REASON_MISSING.
    """
    if by.kind is not Kind.SYSTEM and by.id != staff_id:
        _only_admin(by, staff_id)
        rules.must_say_why(because).or_raise()
    with transaction.atomic():
        Staff.objects.filter(id=staff_id).update(sign_ins_from=at)
        write_line(by=by, at=at, action="end_sign_ins", subject_id=staff_id, because=because)


def change_password(*, by: Actor, at: dt.datetime, staff_id: UUID, old: str, new: str, network: str) -> None:
    """Change one's own password, which ends every sign-in.

    Raises Refused with SIGN_IN_FAILED, TOO_MANY_TRIES or PASSWORD_WEAK.
    """
    staff = Staff.objects.get(id=staff_id)
    prove_password(at=at, username=staff.username, password=old, network=network)
    try:
        validate_password(new, staff)
    except ValidationError:
        raise Refused(refuse("PASSWORD_WEAK")) from None
    with transaction.atomic():
        staff.set_password(new)
        staff.save(update_fields=["password"])
        write_line(by=by, at=at, action="change_password", subject_id=staff_id)


def give_password(*, by: Actor, at: dt.datetime, staff_id: UUID, password: str) -> None:
    """Give somebody a new password without the old one, which ends every sign-in of theirs.

    Raises Refused with NOT_YOUR_ROLE for anybody but an administrator or an operator's command.
    """
    _only_admin(by, staff_id)
    with transaction.atomic():
        staff = Staff.objects.select_for_update().get(id=staff_id)
        staff.set_password(password)
        staff.save(update_fields=["password"])
        write_line(by=by, at=at, action="give_password", subject_id=staff_id)


def reset_factors(*, by: Actor, at: dt.datetime, staff_id: UUID, because: str) -> None:
    """Forget somebody's lost second factors and end every sign-in; the next one enrols an app anew.

    Raises Refused with NOT_YOUR_ROLE for anybody but an administrator, who may not do it for themselves, and
    REASON_MISSING.
    """
    _only_admin(by, staff_id)
    rules.must_say_why(because).or_raise()
    with transaction.atomic():
        Staff.objects.select_for_update().get(id=staff_id)
        dropped = factors.drop_factors(staff_id)
        Staff.objects.filter(id=staff_id).update(sign_ins_from=at)
        write_line(
            by=by, at=at, action="reset_factors", subject_id=staff_id, because=because, facts={"dropped": dropped}
        )


def _only_admin(by: Actor, staff_id: UUID) -> None:
    if by.kind is not Kind.SYSTEM and (by.role is not Role.ADMIN or by.id == staff_id):
        raise Refused(refuse("NOT_YOUR_ROLE"))


def _self(staff: Staff) -> Actor:
    return Actor(kind=Kind.STAFF, id=staff.id, name=staff.full_name)


def _password_counts(username: str, network: str) -> Counted:
    # Names are kept hashed: what somebody types there by mistake may be a password.
    name, place = hashlib.sha256(username.casefold().encode()).hexdigest()[:32], rules.network_of(network)
    return (
        (rules.PASSWORD_HERE, f"{name}:{place}"),
        (rules.PASSWORD_ACCOUNT, name),
        (rules.PASSWORD_NETWORK, place),
    )


def _give_back(counted: Counted) -> None:
    for limit, subject in counted:
        give_back(limit, subject)
