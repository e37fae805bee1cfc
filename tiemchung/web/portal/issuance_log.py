"""The issuance log for anybody: its signed head, the proof that a certificate is in it, the proof that it only grew."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from tiemchung.certificates.actions import publish_log_head
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import log
from tiemchung.core import clock
from tiemchung.web.shared.gate import open_to_public

# A leaf that came after the newest head is proven at once, but the log's key is not asked more often than this.
ON_DEMAND_S = 5.0


@require_safe
@open_to_public
def head(request: HttpRequest) -> HttpResponse:
    """Give the newest signed head."""
    found = _head()
    return _problem("LOG_KEY", 503) if found is None else _told(_head_json(found), 60)


@require_safe
@open_to_public
def proof(request: HttpRequest) -> HttpResponse:
    """Give the inclusion proof of `hash`: the first 16 bytes of the SHA-256 of a certificate's number, in hex."""
    try:
        hash16 = bytes.fromhex(request.GET.get("hash", ""))
    except ValueError:
        hash16 = b""
    if len(hash16) != 16:
        return _problem("HASH", 400)
    position, known = log.position_of(hash16), log.signed_head()
    if position is None:
        return _problem("NOT_LOGGED", 404)
    if known is None or position >= known.size:
        known = _head(grown=True)
    found = log.proof_of(hash16, known) if known else None
    if found is None:
        return _problem("NOT_YET", 503)
    told = {"leaf": _b64(found.leaf), "position": found.position, "path": [_b64(one) for one in found.path]}
    return _told({**told, "head": _head_json(found.head)}, 60)


@require_safe
@open_to_public
def growth(request: HttpRequest) -> HttpResponse:
    """Give the proof that the log of `from` leaves is the beginning of the newest head's."""
    known, old = _head(), request.GET.get("from", "")
    if known is None:
        return _problem("LOG_KEY", 503)
    if not old.isdecimal() or len(old) > 15 or not 0 < int(old) <= known.size:
        return _problem("FROM", 400)
    path_ = [_b64(one) for one in log.growth_between(int(old), known)]
    return _told({"from": int(old), "root": _b64(log.root_of(int(old))), "path": path_, "head": _head_json(known)}, 60)


def _head(*, grown: bool = False) -> log.SignedHead | None:
    """Give the newest head, signed now where there is none yet, or where the log grew and the last one is not fresh."""
    found, now = log.signed_head(), clock.now()
    if found is not None and (not grown or (now - found.made_at).total_seconds() < ON_DEMAND_S):
        return found
    try:
        return publish_log_head(now)
    except KeyStoreError:
        return found


def _head_json(found: log.SignedHead) -> dict[str, Any]:
    return {
        "size": found.size,
        "root": _b64(found.root),
        "made_at": found.made_at.isoformat(timespec="seconds"),
        "kid": _b64(found.kid),
        "signature": _b64(found.signature),
    }


def _told(told: dict[str, Any], seconds: int) -> HttpResponse:
    response = JsonResponse(told)
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _problem(code: str, answer: int) -> HttpResponse:
    response = JsonResponse({"problem": code}, status=answer)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


urlpatterns = [
    path("trust/log/head.json", head, name="log_head"),
    path("trust/log/proof", proof, name="log_proof"),
    path("trust/log/growth", growth, name="log_growth"),
]
