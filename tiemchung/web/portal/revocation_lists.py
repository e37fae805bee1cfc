"""What was revoked, for everybody: the gateway's batches, the slices for offline verifiers, the state of one number."""

import base64
import binascii
import datetime as dt
import gzip
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tiemchung.certificates.actions.publishing import proof_of_list
from tiemchung.certificates.actions.revocation_messages import batch_message
from tiemchung.certificates.actions.unknown_codes import report_unknown_code
from tiemchung.certificates.formats import list_proof
from tiemchung.certificates.log import LEAF_BYTES
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import revoked
from tiemchung.certificates.reads.kept_lists import last_signed
from tiemchung.certificates.reads.states import state_of_number
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.shared.gate import network_address, open_to_public

_BODY_CAP = 64 * 1024
_CODE_CAP = 8 * 1024
CMS = "application/cms-text"  # the gateway's name for base64 of a signed message
_FILTER = "X-SLICE-FILTER-TYPE"
_NAME = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"null|[0-9a-f]{1,2}")
View = Callable[..., HttpResponse]


@csrf_exempt
@require_http_methods(["GET", "POST"])
@open_to_public
def number_state(request: HttpRequest) -> HttpResponse:
    """Give what became of the number with this hash or leaf; answers look alike and none may be kept by a cache."""
    typed = _json(request).get("hash", "") if request.method == "POST" else request.GET.get("hash", "")
    try:
        text = str(typed).replace("-", "+").replace("_", "/").rstrip("=")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) not in (revoked.HASH_BYTES, LEAF_BYTES):
        return _never_kept(JsonResponse({"problem": "HASH"}, status=400))
    return _never_kept(JsonResponse({"state": str(state_of_number(raw, clock.now()))}))


@csrf_exempt
@require_POST
@open_to_public
def unknown_code(request: HttpRequest) -> HttpResponse:
    """Take a code that a verifier holds for ours and that the register does not know; the answer says nothing."""
    text = _json(request).get("text", "")
    if isinstance(text, str) and 0 < len(text) <= _CODE_CAP:
        try:
            report_unknown_code(text=text, network=network_address(request), at=clock.now())
        except Refused:
            return _never_kept(HttpResponse(status=429))
    return _never_kept(HttpResponse(status=204))


@require_safe
@open_to_public
def batch_list(request: HttpRequest) -> HttpResponse:
    """Name the batches made after If-Modified-Since (HTTP date or ISO), at most 1,000; 204 when there are none."""
    told, last = revoked.batch_list(clock.now(), _since(request))
    if last is None:
        return HttpResponse(status=204)
    response = JsonResponse(told)
    # A moment lies between two HTTP dates: rounded down, so that nobody misses a batch of the same second.
    response.headers["Last-Modified"] = http_date(int(last.timestamp()))
    return _fresh(response)


@require_safe
@open_to_public
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Give one batch, which never changes: as JSON, or where that is asked for in a signed message, base64 of CMS."""
    if CMS in request.headers.get("Accept", ""):
        return _in_message(batch_id)
    told = revoked.batch(batch_id)
    if told is None:
        raise Http404
    return _for_good(JsonResponse(told), str(batch_id))


def _in_message(batch_id: UUID) -> HttpResponse:
    try:
        message = batch_message(batch_id=batch_id, at=clock.now())
    except KeyStoreError:
        return _never_kept(HttpResponse(status=503))
    if message is None:
        raise Http404
    return _for_good(HttpResponse(base64.b64encode(message), content_type=CMS), f"{batch_id}.cms")


def _for_good(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = "public, max-age=86400, immutable"
    response.headers["ETag"] = f'"{name}"'
    return response


@require_safe
@open_to_public
def lists(request: HttpRequest) -> HttpResponse:
    """Name the keys that revoked anything, signed; `X-Made-At` and the proof say up to when all of it is in.

    Without the key store it is the one that was signed last, with its own age: its slices stay as long as it does.
    """
    at = clock.now()
    body = json.dumps(revoked.lists(), separators=(",", ":"))
    made_at = revoked.lists_made_at(at).replace(second=0, microsecond=0)  # signed once a minute, however many ask
    proof = ""
    try:
        proof = proof_of_list(body.encode(), about=list_proof.REVOCATIONS, made_at=made_at, at=at)
    except KeyStoreError:
        kept = last_signed(list_proof.REVOCATIONS)
        if kept is not None:
            body, proof, made_at = kept.body.decode(), kept.proof, kept.made_at
    etag = _etag_of(body)
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponse(status=304) if same else HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    response.headers["X-Made-At"] = made_at.isoformat(timespec="seconds")
    if proof:
        response.headers[list_proof.HEADER] = proof
    return _fresh(response)


def _current(view: View) -> View:
    """Answer 412 to whoever asks with If-Match for lists that have changed since."""

    @wraps(view)
    def matched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.headers.get("If-Match")
        if wanted is not None:
            current = _etag_of(json.dumps(revoked.lists(), separators=(",", ":")))
            if wanted not in (current, current.strip('"')):
                return HttpResponse(status=412)
        return view(request, *args, **kwargs)

    return matched


@require_safe
@open_to_public
@_current
def partitions(request: HttpRequest, kid: str, partition: str = "") -> HttpResponse:
    """Give every partition of a key, or one, with the digests of the slices in it."""
    found = revoked.partitions(_kid(kid), _filter_type(request), _since(request))
    if partition:
        one = next((line for line in found if line["id"] == partition), None)
        if one is None:
            raise Http404
        return _fresh(JsonResponse(one))
    return _fresh(JsonResponse(found, safe=False))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@_current
def slices(request: HttpRequest, kid: str, partition: str, chunk: str = "") -> HttpResponse:
    """Give slices as a gzipped tar in which each file is named by its digest; a POST names the wanted ones."""
    if not _PLACE.fullmatch(partition) or (chunk and not re.fullmatch(r"[0-9a-f]", chunk)):
        raise Http404
    found = revoked.slices_of(
        _kid(kid), filter_type=_filter_type(request), partition=partition, chunk=chunk or None,
        names=_wanted(request), since=_since(request),
    )  # fmt: skip
    body = _packed(found)
    if body is None:
        raise Http404
    return _fresh(HttpResponse(body, content_type="application/gzip"))


def _packed(found: Iterable[revoked.Slice]) -> bytes | None:
    held = io.BytesIO()
    count = 0
    # Hashes do not compress; gzip is the published wrapping.
    with (
        gzip.GzipFile(fileobj=held, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for one in found:
            entry = tarfile.TarInfo(one.name)
            entry.size = len(one.body)
            tar.addfile(entry, io.BytesIO(one.body))
            count += 1
    return held.getvalue() if count else None


def _wanted(request: HttpRequest) -> frozenset[str] | None:
    if request.method != "POST":
        return None
    try:
        names = json.loads(request.body[:_BODY_CAP] or b"null")
    except (ValueError, RecursionError):
        raise Http404 from None
    if names is None:
        return None
    told = names if isinstance(names, list) else []
    return frozenset(name for name in told if isinstance(name, str) and _NAME.fullmatch(name))


def _json(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > _BODY_CAP:
        return {}
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _kid(text: str) -> bytes:
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Http404 from None


def _filter_type(request: HttpRequest) -> str:
    asked = request.headers.get(_FILTER, revoked.VARHASH)
    return asked if asked in revoked.FILTERS else revoked.VARHASH


def _since(request: HttpRequest) -> dt.datetime | None:
    text = request.headers.get("If-Modified-Since", "")
    seconds = parse_http_date_safe(text)
    if seconds is not None:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _etag_of(body: str) -> str:
    return f'"{sha256(body.encode()).hexdigest()[:32]}"'


def _fresh(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _never_kept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


_LISTS = "trust/revocation/lists"
_PARTITION = f"{_LISTS}/<str:kid>/partitions/<str:partition>"
urlpatterns = [
    path("trust/state", number_state, name="number_state"),
    path("trust/unknown", unknown_code, name="unknown_code"),
    path("trust/revocation-list", batch_list, name="revocation_batches"),
    path("trust/revocation-list/<uuid:batch_id>", batch, name="revocation_batch"),
    path(_LISTS, lists, name="revocation_lists"),
    path(f"{_LISTS}/<str:kid>/partitions", partitions, name="revocation_partitions"),
    path(_PARTITION, partitions, name="revocation_partition"),
    path(f"{_PARTITION}/slices", slices, name="revocation_slices"),
    path(f"{_PARTITION}/chunks/<str:chunk>/slices", slices, name="revocation_chunk"),
]
