"""A look-up that waits for a code: what was asked and whether the code was right, sealed in the browser's session."""

import base64
import datetime as dt
import json
import secrets
from dataclasses import dataclass, replace

from django.contrib.sessions.backends.base import SessionBase

from tiemchung.core.sealing import SealBroken, seal, unseal

_SEAL = "portal.pending_code"
# What a right code opened closes again after this long, also on a browser that was left alone.
OPEN_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PendingCode:
    """`about` is what was asked (a case's number, a person's id), `phone` (E.164) where the code goes.

    `number` names what a holder was asked by, for the device that proves the phone; empty for a case.
    """

    about: str
    phone: str
    bound_to: str
    again_at: dt.datetime | None = None
    proved_at: dt.datetime | None = None
    number: str = ""

    def open(self, at: dt.datetime) -> bool:
        """Tell whether the code was right, and not too long ago."""
        return self.proved_at is not None and at - self.proved_at <= OPEN_FOR

    def wait_seconds(self, at: dt.datetime) -> int:
        """Give the seconds until the next code may be sent, 0 when it may."""
        return max(0, -int((at - self.again_at).total_seconds() // 1)) if self.again_at else 0

    def changed(self, **changes: object) -> "PendingCode":
        """Give the same look-up with the named facts changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def begin(about: str, phone: str) -> PendingCode:
    """Begin a look-up under a secret of its own, to which its codes are bound."""
    return PendingCode(about, phone, secrets.token_urlsafe(24))


def keep(session: SessionBase, name: str, pending: PendingCode) -> None:
    """Keep the look-up in the session, sealed."""
    values = {
        "about": pending.about,
        "phone": pending.phone,
        "number": pending.number,
        "again_at": pending.again_at.isoformat() if pending.again_at else None,
        "proved_at": pending.proved_at.isoformat() if pending.proved_at else None,
    }
    sealed = base64.b64encode(seal(_SEAL, json.dumps(values), pending.bound_to)).decode()
    session[name] = {"bound_to": pending.bound_to, "sealed": sealed}


def pending_in(session: SessionBase, name: str) -> PendingCode | None:
    """Give the look-up of this session, or None."""
    kept = session.get(name)
    if not kept:
        return None
    try:
        values = json.loads(unseal(_SEAL, base64.b64decode(kept["sealed"]), kept["bound_to"]))
    except SealBroken:
        return None
    return PendingCode(
        about=values["about"],
        phone=values["phone"],
        bound_to=kept["bound_to"],
        again_at=_moment(values["again_at"]),
        proved_at=_moment(values["proved_at"]),
        number=values.get("number", ""),
    )


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
