"""Making a person on record a canary: whoever looks at them without a reason rings (I10). Nobody is shown here."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.access import actions
from tiemchung.access import reads as access
from tiemchung.access.rules import must_say_why
from tiemchung.core import clock
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.reads import person_of, profiles_numbered
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.web.authority.accounts import open_to_seers
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.words import say


@open_to_seers
@require_http_methods(["GET", "POST"])
@steps_up
def canary(request: HttpRequest) -> HttpResponse:
    """Put a canary on whom exactly one identity number names; neither name nor record is shown."""
    by, at = actor_of(request), clock.now()
    number, because = line_in(request.POST, "number", 40), text_in(request.POST, "because")
    errors, verdict = {}, Verdict()
    if request.method == "POST":
        # The reason first: no number is tried without one, and each try leaves a line.
        verdict = must_say_why(because)
        person_id = None if verdict.refusals else _sought(request, number)
        if not verdict.refusals and person_id is None:
            errors = {"number": say("accounts.canary.nobody")}
        elif person_id is not None:
            try:
                actions.put_canary(by=by, at=at, person_id=person_id, because=because)
            except Refused as refused:
                verdict = refused.verdict
            else:
                tell(request, "accounts.canary.done")
                return redirect("accounts:canary")
    return staff_page(
        request,
        "authority/canary.html",
        422 if errors or verdict.refusals else 200,
        kept=access.canaries_kept(by),
        number=number if errors or verdict.refusals else "",
        because=because,
        errors=errors,
        verdict=verdict,
    )


def _sought(request: HttpRequest, number: str) -> UUID | None:
    """Give the one person whom a number names; None for a number of nobody, of several, or none at all."""
    by = actor_of(request)
    write_line(by=by, at=clock.now(), action="seek_canary", subject_id=by.id or UUID(int=0))
    numbers = [(str(system), value) for system, value in possible_systems(number)]
    found = {person_of(profile) for profile in profiles_numbered(numbers)} if numbers else set()
    return found.pop() if len(found) == 1 else None
