"""A sign-in that is under way: which phone, which code, and whether the code was right."""

import base64
import datetime as dt
import secrets
from dataclasses import dataclass, replace

from django.contrib.sessions.backends.base import SessionBase

from tiemchung.core.sealing import SealBroken, seal, unseal

KEY = "citizen_sign_in"
SHARED = "citizen_shared_device"
_PHONE = "citizen_phone"
_SEAL = "citizen.phone"
# A right code waits this long for the matched fact; afterwards a new code is asked.
FACT_WITHIN = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Pending:
    """The phone (E.164) in whose name somebody signs in; `bound_to` is this browser session's own secret."""

    phone: str
    bound_to: str
    again_at: dt.datetime
    proved_at: dt.datetime | None = None

    def proved(self, at: dt.datetime) -> bool:
        """Tell whether the code was right, and not too long ago."""
        return self.proved_at is not None and at - self.proved_at <= FACT_WITHIN

    def wait_seconds(self, at: dt.datetime) -> int:
        """Give the seconds until the next code may be sent, 0 when it may."""
        return max(0, -int((at - self.again_at).total_seconds() // 1))

    def changed(self, **changes: object) -> "Pending":
        """Give the same sign-in with the named facts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def new_secret() -> str:
    """Give a secret that binds codes to one browser session."""
    return secrets.token_urlsafe(24)


def keep(session: SessionBase, pending: Pending) -> None:
    """Keep the sign-in in the session, the phone sealed to it."""
    session[KEY] = {
        "phone": _sealed(pending.phone, pending.bound_to),
        "bound_to": pending.bound_to,
        "again_at": pending.again_at.isoformat(),
        "proved_at": pending.proved_at.isoformat() if pending.proved_at else None,
    }


def pending_of(session: SessionBase) -> Pending | None:
    """Give the sign-in under way in this session, or None."""
    kept = session.get(KEY)
    if not kept:
        return None
    try:
        phone = unseal(_SEAL, base64.b64decode(kept["phone"]), kept["bound_to"])
    except SealBroken:
        return None
    proved_at = kept["proved_at"]
    return Pending(
        phone=phone,
        bound_to=kept["bound_to"],
        again_at=dt.datetime.fromisoformat(kept["again_at"]),
        proved_at=dt.datetime.fromisoformat(proved_at) if proved_at else None,
    )


def keep_phone(session: SessionBase, phone: str) -> None:
    """Keep the phone of a finished sign-in, sealed: limits on further claims are counted by it."""
    session[_PHONE] = _sealed(phone, session["citizen_contact"])


def phone_of(session: SessionBase) -> str | None:
    """Give the phone of the signed-in citizen, or None where the session does not hold it."""
    kept = session.get(_PHONE)
    try:
        return unseal(_SEAL, base64.b64decode(kept), session["citizen_contact"]) if kept else None
    except SealBroken:
        return None


def _sealed(phone: str, row: str) -> str:
    return base64.b64encode(seal(_SEAL, phone, row)).decode()
