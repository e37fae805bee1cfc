"""Asking that a facility's key be believed no more: the one form behind the doors of lead, province and ministry."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tiemchung.access.reads import facility_scope
from tiemchung.certificates import actions, reads
from tiemchung.certificates.reads import FacilityKeyView, runs
from tiemchung.certificates.rules import KeyStanding, OrderTarget, may_ask_revocation
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.places.reads import FacilityView
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import date_in, line_in, text_in
from tiemchung.web.shared.words import say

_TIME = re.compile(r"([01]?\d|2[0-3])[:hg.]([0-5]\d)", re.IGNORECASE)  # 08:30, 8h30, 8g30


@dataclass(frozen=True, slots=True)
class TypedSince:
    """A moment as typed, day and time of day; `moment` is None where it is not one, and `errors` say why by field."""

    parts: Mapping[str, str]
    time: str
    moment: dt.datetime | None
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of a facility as a list shows it; `revoke_at` is the page that asks for its end, where one may ask."""

    key: FacilityKeyView
    standing: KeyStanding
    revoke_at: str | None
    waits: bool


def since_in(data: QueryDict, *, sent: bool = True) -> TypedSince:
    """Read since when a key is not believed: day, and hour and minute in Vietnam; no time of day is midnight.

    Signatures of the morning stay where the key was lost at noon: whoever asks can say so to the minute.
    """
    day, time = date_in(data, "since"), line_in(data, "since_time", 5)
    known, errors = _TIME.fullmatch(time), {}
    if sent and (day.day is None or day.precision != "DAY"):
        errors["since-day"] = say("signing.revoke.since_wrong")
    if sent and time and known is None:
        errors["since_time"] = say("key_revocation.time_wrong")
    if day.day is None or errors:
        return TypedSince(day.parts, time, None, errors)
    hour, minute = (int(part) for part in known.groups()) if known else (0, 0)
    return TypedSince(day.parts, time, dt.datetime.combine(day.day, dt.time(hour, minute), clock.VIETNAM), errors)


def standing_of(key: FacilityKeyView, signing: FacilityKeyView | None, at: dt.datetime) -> KeyStanding:
    """Give what a facility's key is good for at a moment, where `signing` is the facility's own that signs."""
    if key.revoked_at is not None:
        return KeyStanding.COMPROMISED
    if key.valid_to <= at:
        return KeyStanding.ENDED
    rests = key.retired_at is not None or (key.staff_id is None and key != signing)
    return KeyStanding.RETIRED if rests else KeyStanding.SIGNING


def may_ask(by: Actor, facility_id: UUID) -> bool:
    """Tell whether the actor may ask for the end of this facility's keys."""
    areas = facility_scope(facility_id)
    return may_ask_revocation(by, OrderTarget.FACILITY_KEY, facility_id=facility_id, area_ids=areas).allowed


def key_lines(
    by: Actor, facility_id: UUID, at: dt.datetime, address: Callable[[FacilityKeyView], str]
) -> list[KeyLine]:
    """Give every key that a facility has or had, newest first.

    A key that rests or has ended can be given up like one that signs: what it signed still counts.
    """
    signing, keys = reads.facility_key_of(facility_id, at), reads.keys_of_facility(facility_id)
    waiting, mine = runs.kids_waiting(key.kid for key in keys), may_ask(by, facility_id)
    lines = []
    for key in keys:
        open_to_ask = mine and key.revoked_at is None and key.kid not in waiting
        lines.append(
            KeyLine(key, standing_of(key, signing, at), address(key) if open_to_ask else None, key.kid in waiting)
        )
    return lines


def key_of(facility_id: UUID, key_id: UUID) -> FacilityKeyView:
    """Give one key of one facility; raise Http404 for any other."""
    for key in reads.keys_of_facility(facility_id):
        if key.id == key_id:
            return key
    raise Http404


def revoke_form(
    request: HttpRequest, place: FacilityView, key: FacilityKeyView, *, back: str, done: Callable[[UUID], str]
) -> HttpResponse:
    """Ask since when and why, and put the order on record; `done` gives the page that follows from the order's id."""
    sent, verdict = request.method == "POST", Verdict()
    since, because = since_in(request.POST, sent=sent), text_in(request.POST, "because")
    if since.moment is not None:
        try:
            order_id = actions.order_revocation(
                target=OrderTarget.FACILITY_KEY, kid=key.kid, since=since.moment, because=because,
                by=actor_of(request), at=clock.now(),
            )  # fmt: skip
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, "trust.revoke.done", subject=place.name)
            return redirect(done(order_id))
    facts: dict[str, Any] = {"facility": place, "key": key, "since": since, "because": because, "back": back}
    status = 422 if since.errors or verdict.refusals else 200
    return staff_page(request, "passport/key_revoke.html", status, verdict=verdict, errors=since.errors, **facts)
