"""Second factors on the tables and checks of allauth's mfa: secrets lie sealed, no code opens twice."""

import base64
import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.crypto import constant_time_compare

from tiemchung.core.sealing import SealBroken, seal, unseal

STEP_S = 30
TOLERANCE = 1  # steps of clock drift either way
_SEAL = "access.second_factor"
Kind = Authenticator.Type


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One passkey as the account page lists it."""

    id: int
    name: str
    made_at: dt.datetime
    used_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody can prove themselves with beside the password."""

    totp: bool
    recovery_left: int
    passkeys: tuple[PasskeyView, ...]


def factors_of(staff_id: UUID) -> Factors:
    """Give the second factors of a member of staff."""
    rows = list(Authenticator.objects.filter(user_id=staff_id).order_by("created_at"))
    codes = next((row for row in rows if row.type == Kind.RECOVERY_CODES), None)
    keys = [row for row in rows if row.type == Kind.WEBAUTHN]
    return Factors(
        totp=any(row.type == Kind.TOTP for row in rows),
        recovery_left=sum(1 for _ in _unused(codes)) if codes else 0,
        passkeys=tuple(PasskeyView(k.pk, k.data.get("name", ""), k.created_at, k.last_used_at) for k in keys),
    )


def new_secret() -> str:
    """Give a new TOTP secret in base32."""
    return generate_totp_secret()


def otpauth_address(secret: str, username: str, issuer: str) -> str:
    """Give the text of the QR code that an authenticator app reads."""
    asked = urlencode({"secret": secret, "issuer": issuer, "digits": 6, "period": STEP_S}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{asked}"


def step_of(secret: str, code: str, at: dt.datetime) -> int | None:
    """Give the time step whose code this is, or None; every step is compared, so that time tells nothing."""
    typed, now, found = "".join(code.split()), int(at.timestamp()) // STEP_S, None
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if constant_time_compare(typed, format_hotp_value(hotp_value(secret, step))):
            found = step
    return found


def code_at(secret: str, at: dt.datetime) -> str:
    """Give the code that an authenticator app shows at that moment."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // STEP_S))


def put_totp(staff_id: UUID, secret: str, step: int, at: dt.datetime) -> None:
    """Keep a secret whose code was just typed; that code opens nothing more."""
    data = {"secret": sealed(secret, staff_id), "last_step": step}
    Authenticator.objects.create(user_id=staff_id, type=Kind.TOTP, data=data, created_at=at, last_used_at=at)


@transaction.atomic
def reset_totp(staff_id: UUID, secret: str, at: dt.datetime) -> bool:
    """Make this the account's secret where it is not so already, for an operator; tell whether it changed."""
    row = Authenticator.objects.select_for_update().filter(user_id=staff_id, type=Kind.TOTP).first()
    if row is not None:
        try:
            if constant_time_compare(unsealed(row.data["secret"], staff_id), secret):
                return False
        except SealBroken:  # sealed with keys that this installation no longer has
            pass
        row.delete()
    put_totp(staff_id, secret, 0, at)
    return True


@transaction.atomic
def use_totp(staff_id: UUID, code: str, at: dt.datetime) -> bool:
    """Use a TOTP code; of many parallel calls with one code, one is told yes."""
    row = Authenticator.objects.select_for_update().filter(user_id=staff_id, type=Kind.TOTP).first()
    if row is None:
        return False
    step = step_of(unsealed(row.data["secret"], staff_id), code, at)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"], row.last_used_at = step, at
    row.save(update_fields=["data", "last_used_at"])
    return True


@transaction.atomic
def make_recovery_codes(staff_id: UUID, at: dt.datetime) -> list[str]:
    """Make ten new recovery codes and give them, once; the old ones open nothing more."""
    seed = RecoveryCodes.generate_seed()
    data = {"seed": sealed(seed, staff_id), "used_mask": 0}
    facts = {"data": data, "created_at": at, "last_used_at": None}
    row, _ = Authenticator.objects.update_or_create(user_id=staff_id, type=Kind.RECOVERY_CODES, defaults=facts)
    return _codes(row)


@transaction.atomic
def use_recovery_code(staff_id: UUID, code: str, at: dt.datetime) -> bool:
    """Use a recovery code; each opens once."""
    row = Authenticator.objects.select_for_update().filter(user_id=staff_id, type=Kind.RECOVERY_CODES).first()
    if row is None:
        return False
    typed, found = "".join(c for c in code if c.isalnum()), None
    for index in _unused(row):
        if constant_time_compare(typed, _codes(row)[index]):
            found = index
    if found is None:
        return False
    row.data["used_mask"] |= 1 << found
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    return True


def drop_factors(staff_id: UUID) -> int:
    """Forget app, recovery codes and passkeys of a member of staff, and give how many were forgotten."""
    return Authenticator.objects.filter(user_id=staff_id).delete()[0]


def sealed(secret: str, staff_id: UUID) -> str:
    """Seal a secret to its owner, as text for a JSON column."""
    return base64.b64encode(seal(_SEAL, secret, f"mfa:{staff_id}")).decode()


def unsealed(text: str, staff_id: UUID) -> str:
    """Open what `sealed` made for this owner; SealBroken for anybody else's."""
    return unseal(_SEAL, base64.b64decode(text), f"mfa:{staff_id}")


def _codes(row: Authenticator) -> list[str]:
    """Derive the codes as allauth does, from the opened seed."""
    seed = unsealed(row.data["seed"], row.user_id)
    return RecoveryCodes(Authenticator(data={"seed": seed})).generate_codes()


def _unused(row: Authenticator) -> list[int]:
    return [i for i in range(len(_codes(row))) if not row.data["used_mask"] & (1 << i)]
