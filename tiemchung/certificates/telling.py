"""What holders of a passport are told by message: no name, no number, no vaccine."""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path

from tiemchung.core.clock import local
from tiemchung.core.outbox import put_message
from tiemchung.people.reads import Holder, language_of, reach_of

_FOLDER = Path(__file__).parent / "messages"
# Told four weeks ahead: a gateway that is down for a week costs nothing.
KEEP = dt.timedelta(days=7)


@cache
def _texts(language: str) -> dict[str, str]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def tell_holder(holder: Holder, code: str, *, ends_at: dt.datetime, at: dt.datetime) -> bool:
    """Put a message to the holder into the outbox, in the caller's transaction; tell whether there is a phone.

    `ends_at` is when the code ends, or ended where it was revoked.
    """
    phone = reach_of(holder.person_id)
    if not phone:
        return False
    text = _texts(language_of(phone, holder.nationality))[code].format(ends=f"{local(ends_at):%d/%m/%Y}")
    put_message(to=phone, text=text, kind=f"passport_{code.lower()}", at=at, expires_at=at + KEEP)
    return True
