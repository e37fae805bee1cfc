"""A browser that has proved a holder's phone before: its questions about that number are counted by themselves.

It opens nothing and shows nothing; it only keeps a stranger's many questions from shutting the holder out.
"""

import base64
import datetime as dt
import json
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tiemchung.core.sealing import SealBroken, blind_index, seal, unseal

COOKIE, PATH = "known", "/tra-cuu"
LIFE = dt.timedelta(days=180)
MOST = 8  # a household's numbers; the oldest is forgotten first
_SEAL = "portal.known_device"


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """One browser, and for which numbers it has proved the phone on file: keyed hashes, of which none can be read."""

    id: str
    subjects: tuple[str, ...] = ()

    def knows(self, about: str) -> bool:
        """Tell whether it has proved the phone of whom this number belongs to."""
        return bool(about) and _hash(about) in self.subjects


def device_in(request: HttpRequest) -> KnownDevice:
    """Give the browser as it is known; one without a good cookie knows nothing."""
    try:
        sealed = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, "")[:2000])
        kept = json.loads(unseal(_SEAL, sealed, _SEAL))
        return KnownDevice(str(kept["id"]), tuple(kept["subjects"]))
    except (SealBroken, ValueError):
        return KnownDevice("")


def keep_known(request: HttpRequest, response: HttpResponse, about: str) -> HttpResponse:
    """Note in the browser that it has proved the phone of whom this number belongs to."""
    before = device_in(request)
    subjects = dict.fromkeys((_hash(about), *before.subjects))
    kept = json.dumps({"id": before.id or secrets.token_hex(16), "subjects": list(subjects)[:MOST]})
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(seal(_SEAL, kept, _SEAL)).decode(),
        max_age=int(LIFE / dt.timedelta(seconds=1)),
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _hash(about: str) -> str:
    return blind_index(_SEAL, about).hex()[:32]
