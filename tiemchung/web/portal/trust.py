"""Our own keys for verifiers in other countries: EU items, JSON web keys, DID documents. Public, and read by machines.

Keys appear here two weeks before they sign, so an hour in a cache harms nobody; a cache may go on with what it has
for a week when we cannot be reached.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from tiemchung.certificates.actions.publishing import signed_document, signed_item
from tiemchung.certificates.formats.published import (
    DOMAIN,
    LOG_PATH,
    PARTICIPANT,
    did_document,
    did_of,
    eu_item,
    web_key,
)
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads.emissions import card_revocations, health_card_keys
from tiemchung.certificates.reads.kept_lists import last_document, last_items
from tiemchung.certificates.reads.trust import DSC, SCA, published_abroad, published_log_keys
from tiemchung.core import clock
from tiemchung.web.shared.gate import open_to_public

_KEPT = "public, max-age=300, stale-if-error=604800"


@require_safe
@open_to_public
def eu_items(request: HttpRequest) -> HttpResponse:
    """Give signers and authorities as the EU gateway's items, signers with our signature as their uploader."""
    now = clock.now()
    try:
        return _published(request, [signed_item(key, now) for key in published_abroad(now)])
    except KeyStoreError as problem:
        kept = last_items({eu_item(key)["kid"] for key in published_abroad(now)})
        return not_signed(problem) if kept is None else _published(request, kept)


@require_safe
@open_to_public
def web_keys(request: HttpRequest) -> HttpResponse:
    """Give the passport's signers as a JSON web key set; `crlVersion` says how new their list of revoked cards is."""
    now = clock.now()
    keys = {key["kid"]: key for key in health_card_keys(now)}
    keys |= {line["kid"]: line for line in (web_key(key) for key in published_abroad(now) if key.usage == DSC)}
    for revoked in card_revocations(now):
        keys[revoked.kid] = {**keys[revoked.kid], "crlVersion": revoked.count}
    return _published(request, {"keys": list(keys.values())})


@require_safe
@open_to_public
def revoked_cards(request: HttpRequest, kid: str) -> HttpResponse:
    """Give the health cards of a web key that were revoked, where wallets and verifiers of that form look for them."""
    found = next((one for one in card_revocations(clock.now()) if one.kid == kid), None)
    if found is None:
        raise Http404
    return _published(request, {"kid": found.kid, "method": "rid", "ctr": found.count, "rids": list(found.rids)})


@require_safe
@open_to_public
def did_of_all(request: HttpRequest) -> HttpResponse:
    """Give signers and authorities as the DID document of this host."""
    return _document(request, list(published_abroad(clock.now())), ())


@require_safe
@open_to_public
def did_of_usage(request: HttpRequest, domain: str, participant: str, usage: str) -> HttpResponse:
    """Give the signers or the authorities alone, under the address that the WHO's network gives each list."""
    if domain not in {DOMAIN, "-"} or participant not in {PARTICIPANT, "-"} or usage not in {DSC, SCA}:
        raise Http404
    keys = [key for key in published_abroad(clock.now()) if key.usage == usage]
    return _document(request, keys, ("trust", "did", domain, participant, usage))


@require_safe
@open_to_public
def did_of_log(request: HttpRequest) -> HttpResponse:
    """Give the keys that sign the issuance log and these documents."""
    return _document(request, list(published_log_keys(clock.now())), LOG_PATH)


def _document(request: HttpRequest, keys: list[Any], where: tuple[str, ...]) -> HttpResponse:
    address = settings.PUBLIC_ADDRESS
    bare = did_document(keys, address, where)
    try:
        signed = signed_document(bare, address=address, at=clock.now())
    except KeyStoreError:
        # Without a proof it still says which keys are ours, over the same connection.
        signed = last_document(did_of(address, where), bare) or bare
    return _published(request, signed)


def not_signed(problem: KeyStoreError) -> HttpResponse:
    """Give the answer to whoever asks for what cannot be signed now: whatever they have goes on."""
    response = JsonResponse({"problem": problem.code}, status=503)
    response.headers["Retry-After"] = "60"
    return response


def _published(request: HttpRequest, told: Any) -> HttpResponse:
    body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: the answer is compressed on its way
    known = {tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")}
    response = HttpResponse(status=304) if etag in known else HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = _KEPT
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns = [
    path("trust/dsc.json", eu_items, name="trust_items"),
    path(".well-known/jwks.json", web_keys, name="trust_jwks"),
    path(".well-known/crl/<str:kid>.json", revoked_cards, name="trust_crl"),
    path(".well-known/did.json", did_of_all, name="trust_did"),
    path("trust/did/log/did.json", did_of_log, name="trust_did_log"),
    path("trust/did/<str:domain>/<str:participant>/<str:usage>/did.json", did_of_usage, name="trust_did_usage"),
]
