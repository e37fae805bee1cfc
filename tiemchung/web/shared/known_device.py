"""A browser that has given a code of a phone back: what it asks about that phone is counted by itself.

What it holds opens nothing and shows nothing; it only keeps a stranger's many questions and codes from shutting the
phone's holder out. For codes `access` knows the device itself and forgets it when the holder says so; for questions
about a number, asked before anybody knows whose phone it is, the browser carries the numbers that it has proved.
"""

import base64
import json
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tiemchung.access.actions import remember_device
from tiemchung.access.rules import DEVICE_LIFE
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC
from tiemchung.core.sealing import SealBroken, blind_index, seal, unseal

MOST = 8  # a household's numbers; the oldest is forgotten first
_SEAL = "web.known_device"


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """One browser: the token that `access` knows it by, and keyed hashes of the numbers whose phone it has proved."""

    token: str
    subjects: tuple[str, ...] = ()

    def knows(self, about: str) -> bool:
        """Tell whether it has proved the phone of whom this number belongs to."""
        return bool(about) and _hash(about) in self.subjects


def cookie_name() -> str:
    """Give the cookie's name; over https it is bound to this very host, so that no other one can set it."""
    return "__Host-known" if settings.SESSION_COOKIE_SECURE else "known"


def device_in(request: HttpRequest) -> KnownDevice:
    """Give the browser as it is known; one without a good cookie knows nothing."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), "")[:2000])
        kept = json.loads(unseal(_SEAL, sealed, _SEAL))
        return KnownDevice(str(kept["token"]), tuple(kept["subjects"]))
    except (SealBroken, ValueError):
        return KnownDevice("")


def keep_known(request: HttpRequest, response: HttpResponse, phone: str, *, about: str = "") -> HttpResponse:
    """Know this browser from now on: a code of this phone (E.164) was right in it just now.

    `about` is the number that the phone was found by, where somebody asked by one.
    """
    before = device_in(request)
    token = remember_device(by=PUBLIC, at=clock.now(), phone=phone, token=before.token)
    subjects = dict.fromkeys((*([_hash(about)] if about else []), *before.subjects))
    kept = json.dumps({"token": token, "subjects": list(subjects)[:MOST]})
    response.set_cookie(
        cookie_name(),
        base64.urlsafe_b64encode(seal(_SEAL, kept, _SEAL)).decode(),
        max_age=int(DEVICE_LIFE.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _hash(about: str) -> str:
    return blind_index(_SEAL, about).hex()[:32]
