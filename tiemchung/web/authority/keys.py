"""Keys: those of the centre with their turn, the roots above them, and those of facilities.

The ministry and administrators come here; each change asks for a second factor of the last minutes and a reason.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.certificates import actions, reads
from tiemchung.certificates.formats.list_proof import KEYS
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import FacilityKeyView
from tiemchung.certificates.reads.kept_lists import last_signed
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose, KeyStanding
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.alarms import alarms
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.places import reads as places
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.key_revocation import key_lines, key_of, may_ask, revoke_form
from tiemchung.web.shared.staff_page import KEY_ROLES, REVOKER_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.words import has_words, say

open_to_keepers = open_to_staff(*KEY_ROLES)
open_to_revokers = open_to_staff(*REVOKER_ROLES)
MOST_AT_ONCE = 200
_SILENT_FOR = dt.timedelta(minutes=3)  # the lists name the minute in which they were signed, and are signed each minute


@open_to_keepers
@require_GET
def keys_page(request: HttpRequest) -> HttpResponse:
    """Show the centre's keys with their standing, the roots, and how facilities stand."""
    at, words = clock.now(), line_in(request.GET, "q", 100)
    today = clock.today()
    found = places.places_search(words, on=today, limit=20) if words else ()
    facilities = places.facilities_by_id(dict.fromkeys(hit.facility_id for hit in found))
    lacking, roots = reads.facilities_without_key(at), reads.authorities(at)
    by_itself = any(root.here and root.kind is AuthorityKind.CSCA for root in roots)
    return staff_page(
        request,
        "authority/keys.html",
        keys=[(purpose, reads.central_keys(at, purpose)) for purpose in KeyPurpose],
        silent=_store_silent(at),
        signing=KeyStanding.SIGNING,
        waiting=KeyStanding.WAITING,
        spare=KeyStanding.SPARE,
        missing=() if by_itself else reads.successors_missing(at),
        spareless=() if by_itself else reads.spares_missing(at),
        roots=roots,
        lacking=len(lacking),
        ending=len(reads.facilities_whose_key_ends(at)),
        words=words,
        found=[(facilities[i], reads.facility_key_of(i, at)) for i in facilities],
    )


def _store_silent(at: dt.datetime) -> str:
    """Say since when nothing was signed, and why; empty while the lists for verifiers are signed each minute.

    No store is asked for this page: a slow one would hold it up, and a wrong PIN is not to be tried by looking.
    """
    kept = last_signed(KEYS)
    if kept is None or at - kept.made_at < _SILENT_FOR:
        return ""
    newest = alarms(code="KEY_STORE", limit=1)
    why = f"verdict.{newest[0].facts.get('why')}" if newest and newest[0].at >= kept.made_at else ""
    told = say(why) if why and has_words(why) else say("trust.silent.look")
    return f"{say('trust.silent.since', at=kept.made_at)} {told}"


@open_to_keepers
@require_http_methods(["GET", "POST"])
@steps_up
def rotate(request: HttpRequest, purpose: str) -> HttpResponse:
    """Publish the next key of a purpose, once a reason is given."""
    if purpose not in set(KeyPurpose):
        raise Http404

    def act(because: str) -> None:
        actions.rotate_central_key(KeyPurpose(purpose), by=actor_of(request), at=clock.now(), because=because)

    return decide(request, "rotate", act, back="authority:keys", subject=say(f"trust.purpose.{purpose}"))


@open_to_keepers
@require_GET
def facility_page(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Show every key of one facility."""
    place = _place(facility_id)
    at = clock.now()
    lines = key_lines(actor_of(request), facility_id, at, revoke_address)
    signing = reads.facility_key_of(facility_id, at)
    return staff_page(request, "authority/keys_facility.html", facility=place, lines=lines, key=signing)


@open_to_keepers
@require_http_methods(["GET", "POST"])
@steps_up
def new_facility_key(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Make a facility's next key, once a reason is given."""
    place = _place(facility_id)

    def act(because: str) -> None:
        actions.make_facility_key(facility_id=facility_id, by=actor_of(request), at=clock.now(), because=because)

    return decide(
        request, "make", act, back="authority:keys_facility", subject=place.name, facility_id=facility_id
    )


@open_to_keepers
@require_http_methods(["GET", "POST"])
@steps_up
def retire_facility_key(request: HttpRequest, facility_id: UUID, key_id: UUID) -> HttpResponse:
    """Let a facility's key sign no more, once a reason is given; what it signed stays signed."""
    place, key = _place(facility_id), key_of(facility_id, key_id)

    def act(because: str) -> None:
        actions.retire_facility_key(key_id=key.id, by=actor_of(request), at=clock.now(), because=because)

    return decide(
        request, "retire", act, back="authority:keys_facility", subject=place.name, facility_id=facility_id
    )


@open_to_revokers
@require_http_methods(["GET", "POST"])
@steps_up
def revoke_facility_key(request: HttpRequest, facility_id: UUID, key_id: UUID) -> HttpResponse:
    """Ask for a facility's key to be believed no more from a moment on; a second person decides."""
    by, place, key = actor_of(request), _place(facility_id), key_of(facility_id, key_id)
    if by.role is Role.PROVINCE_OFFICER and not may_ask(by, facility_id):
        raise Http404
    keeps = by.role in KEY_ROLES
    back = reverse("authority:keys_facility", args=[facility_id]) if keeps else reverse("authority:facility_keys")
    return revoke_form(
        request, place, key, back=back, done=lambda order_id: reverse("authority:revocation", args=[order_id])
    )


@open_to_keepers
@require_POST
@steps_up
def make_lacking(request: HttpRequest) -> HttpResponse:
    """Make keys for facilities that have none, so many at a time that the page answers soon."""
    lacking = [place.id for place in reads.facilities_without_key(clock.now())][:MOST_AT_ONCE]
    try:
        made = actions.make_facility_keys(facility_ids=lacking, by=actor_of(request), at=clock.now())
    except KeyStoreError as problem:
        tell(request, "trust.store_problem", why=say(f"verdict.{problem.code}"))
    else:
        tell(request, "trust.lacking_done", n=len(made))
    return redirect("authority:keys")


def revoke_address(key: FacilityKeyView) -> str:
    """Give the page that asks for the end of a facility's key."""
    return reverse("authority:keys_facility_revoke", args=[key.facility_id, key.id])


def decide(
    request: HttpRequest, deed: str, act: Callable[[str], None], *, back: str, subject: str, **parts: Any
) -> HttpResponse:
    """Ask for the reason, and do it once it is given and nothing refuses."""
    because, verdict = text_in(request.POST, "because"), Verdict()
    if request.method == "POST":
        try:
            act(because)
        except Refused as refused:
            verdict = refused.verdict
        except KeyStoreError as problem:
            verdict = refuse(problem.code)
        else:
            tell(request, f"trust.{deed}.done", subject=subject)
            return redirect(back, **parts)
    facts = {"deed": deed, "subject": subject, "because": because, "verdict": verdict}
    return staff_page(
        request, "authority/keys_deed.html", 422 if verdict.refusals else 200, back=reverse(back, kwargs=parts), **facts
    )


def _place(facility_id: UUID) -> places.FacilityView:
    found = places.facilities_by_id([facility_id]).get(facility_id)
    if found is None:
        raise Http404
    return found


_FACILITY = "khoa/co-so/<uuid:facility_id>"
urlpatterns = [
    path("khoa", keys_page, name="keys"),
    path("khoa/doi/<str:purpose>", rotate, name="keys_rotate"),
    path("khoa/co-so-thieu", make_lacking, name="keys_lacking"),
    path(_FACILITY, facility_page, name="keys_facility"),
    path(f"{_FACILITY}/khoa-moi", new_facility_key, name="keys_facility_new"),
    path(f"{_FACILITY}/nghi/<uuid:key_id>", retire_facility_key, name="keys_facility_retire"),
    path(f"{_FACILITY}/thu-hoi/<uuid:key_id>", revoke_facility_key, name="keys_facility_revoke"),
]
