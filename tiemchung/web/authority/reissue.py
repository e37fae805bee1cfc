"""A passport given back after it was taken away: one officer of the ministry decides, with a reason and a factor."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods

from tiemchung.certificates import actions
from tiemchung.certificates.reads import PassportView, passport_of
from tiemchung.certificates.rules import PassportState
from tiemchung.certificates.rules.keys import SHORTEST_REASON
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.web.authority.frame import looks_at_person, opened
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.passport_page import standing_of
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import text_in
from tiemchung.web.shared.words import has_words, say, say_reason


@open_to_staff(Role.MINISTRY_OFFICER)
@require_http_methods(["GET", "POST"])
@looks_at_person
def reissue(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show whose passport was revoked and what a new one would rest on; with reason and factor, issue it at once."""
    by, at, person = actor_of(request), clock.now(), opened(request, person_id)
    if person.person_id != person_id:
        return redirect("authority:reissue", person_id=person.person_id)
    view = passport_of(by, person_id, at)
    because, errors, verdict = text_in(request.POST, "because"), {}, Verdict()
    if request.method == "POST":
        # The factor last: a code counts once, and is not to be used up by a reason that is missing.
        short = len(because.strip()) < SHORTEST_REASON
        errors = {"because": say_reason(refuse("REASON_MISSING").refusals[0])} if short else factor_wrong(request)
        verdict = Verdict() if errors else _issued(request, person_id, because, at)
        if not errors and not verdict.refusals:
            tell(request, "signing.reissue.done")
            return redirect("authority:reissue", person_id=person_id)
    return staff_page(
        request,
        "authority/reissue.html",
        422 if errors or verdict.refusals else 200,
        person=person,
        facts=_facts(view, at),
        revoked=view.state is PassportState.REVOKED,
        because=because,
        factor=factor_asked(request),
        errors=errors,
        verdict=verdict,
    )


def _issued(request: HttpRequest, person_id: UUID, because: str, at: dt.datetime) -> Verdict:
    """Have it issued; give why it was not, without a refusal where it was."""
    try:
        worked = actions.reissue_passport(person_id=person_id, by=actor_of(request), at=at, because=because)
    except Refused as refused:
        return refused.verdict
    if worked.issued:
        return Verdict()
    return refuse("NOT_REISSUED", why=_why(worked.why))


def _why(code: str) -> str:
    key = f"signing.why.{code}"
    return str(say(key)) if code and has_words(key) else str(say("signing.reissue.facts"))


def _facts(view: PassportView, at: dt.datetime) -> list[dict[str, Any]]:
    standing = standing_of(view, at)
    told = [("state", say(f"passport.standing.{standing}"))]
    if view.since is not None:
        told.append(("since", say("signing.reissue.since_at", at=view.since)))
    counted = [dose for dose in view.doses if dose.counted]
    signed = sum(1 for dose in counted if dose.signed)
    told.append(("doses", say("signing.reissue.signed_of", signed=signed, n=len(counted))))
    if view.in_force(at):
        told.append(("number", view.number))
    return [{"key": say(f"signing.reissue.fact.{name}"), "value": value} for name, value in told]


urlpatterns = [path("ho-chieu/cap-lai/<uuid:person_id>", reissue, name="reissue")]
