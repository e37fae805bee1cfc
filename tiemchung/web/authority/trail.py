"""Who saw a person and did what, and what I saw myself today."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tiemchung.core import clock
from tiemchung.core.audit import AuditView, looks_at, seen_by
from tiemchung.places import reads as places
from tiemchung.web.authority.frame import looks_at_person, open_to_seers, open_to_trail, opened
from tiemchung.web.authority.people import actor_names, today_starts
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.words import has_words, say

OF_PEOPLE = ("people.open_person", "people.amend_profile", "people.link_profiles", "people.undo_link", "record_dose")


@open_to_trail
@require_GET
@looks_at_person
def trail(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show who looked at this person or changed something, newest first."""
    shown = opened(request, person_id)
    lines = looks_at(profile.profile_id for profile in shown.profiles)
    return staff_page(request, "authority/trail.html", person=shown, lines=told(lines))


@open_to_seers
@require_GET
def my_looks(request: HttpRequest) -> HttpResponse:
    """Show whom I opened and what I did today, by the times and without names: nobody is looked at anew."""
    by, since = actor_of(request), today_starts()
    lines = seen_by(by.id, since, since + dt.timedelta(days=1)) if by.id else ()
    shown = [line for line in lines if line.action in OF_PEOPLE or line.action.endswith("_dose")]
    return staff_page(request, "authority/my_looks.html", lines=told(reversed(shown)), today=clock.today())


_CALL = "CALL:"
# Deeds about an account, a code, a call, a place, a lot, a key or a run: their lines name no citizen.
OF_NOBODY = frozenset({
    "sign_in", "send_code", "use_code", "miss_code", "miss_password", "miss_factor", "change_password", "give_password",
    "enrol_totp", "add_passkey", "drop_passkey", "renew_recovery_codes", "reset_factors", "end_sign_ins", "hire_staff",
    "post_staff", "end_posting", "open_account", "open_role", "close_role", "cases.begin_call", "authority.audit_staff",
    "authority.see_alarm", "choose_day", "seek_canary", "remember_device", "forget_devices",
    "cases.promise_call_back", "cases.claim_call_back", "cases.finish_try", "cases.propose_bulk", "cases.approve_bulk",
    "cases.withdraw_bulk", "cases.undo_bulk", "cases.attach_evidence", "cases.remove_evidence",
    "people.end_citizen_sign_ins", "add_lot", "recall_lot", "lift_recall", "load_areas", "open_facility",
    "move_facility", "close_facility", "succeed_facility", "open_point", "stand_point", "close_point", "order_retry",
    "end_retry", "end_revocation", "import_trust", "drop_trust_source", "keep_authority", "make_signing_key",
    "use_key_early",
    "rotate_central_key", "request_central_key", "retire_central_key", "make_facility_key", "request_facility_key",
    "take_facility_certificate", "retire_facility_key", "start_central_run", "pause_central_run",
    "resume_central_run", "stop_central_run", "start_facility_run", "stop_facility_run", "halt_facility_run",
    "end_facility_run",
})  # fmt: skip


# Every deed of these rooms is about a place or a delivery.
ROOMS_OF_NOBODY = ("stock.",)


def names_a_citizen(action: str) -> bool:
    """Tell whether a line of this deed is about a citizen."""
    return action not in OF_NOBODY and not action.startswith(ROOMS_OF_NOBODY)


def told(lines: Iterable[AuditView]) -> list[dict[str, Any]]:
    """Give audit lines in words: when, who, from where, what, why."""
    kept = list(lines)
    names = actor_names(line.actor_id for line in kept)
    houses = places.facilities_by_id({line.facility_id for line in kept if line.facility_id})
    return [
        {
            "at": line.at,
            "who": names.get(line.actor_id, "") if line.actor_id else "",
            "role": say(f"access.role.{line.actor_role}" if line.actor_role else f"authority.kind.{line.actor_kind}"),
            "place": houses[line.facility_id].name if line.facility_id in houses else "",
            "deed": deed_words(line.action),
            "because": reason_words(line.because),
            "person_id": line.subject_id,
        }
        for line in kept
    ]


def deed_words(action: str) -> str:
    """Say what was done; a deed without words of its own is named by its code."""
    key = f"authority.deed.{action.removeprefix('people.')}"
    return say(key) if has_words(key) else action


def reason_words(because: str) -> str:
    """Say why: a purpose in its words, a call by its mark, a reason as it was written."""
    if because.startswith(_CALL):
        return say("authority.trail.in_call", mark=because[-6:])
    key = f"authority.purpose.{because}"
    return say(key) if because.isupper() and has_words(key) else because
