"""June 2023: a bot took a phone number and told name, sex, birth date, ID number and place of vaccination [press].

The way in was a look-up by phone alone. Here every route of the product is asked with one thing that a stranger may
hold, in its address and in every field that any page has, without a code and without a sign-in.
"""

from typing import Any

import pytest
from django.test import Client

from tests.house.test_routes import Route, routes
from tests.incidents.conftest import Known, fields_of_all_pages

_IN_AN_ADDRESS = {"person_id", "profile_id"}


def text_of(answer: Any) -> str:
    """Give everything an answer says: where it leads, its cookies' names, its body."""
    body = b"".join(answer) if answer.streaming else answer.content
    return "\n".join([answer.headers.get("Location", ""), *answer.cookies, body.decode(errors="replace")])


def asked(route: Route, known: Known, typed: str) -> list[Any]:
    """Ask a route with nothing but this, in each way that it can be asked."""
    words = {part: typed for kind, part in route.parts if kind in ("", "str")}
    address = route.address(**dict.fromkeys(_IN_AN_ADDRESS, known.person_id), **words)
    everywhere = dict.fromkeys(fields_of_all_pages(), typed)
    client = Client(raise_request_exception=False)
    return [client.get(address, everywhere), client.post(address, everywhere), client.get(address)]


@pytest.mark.parametrize("what", ["phone", "phone abroad", "number", "certificate", "report"])
def test_no_route_tells_anything_of_a_person_for_one_thing_alone(known: Known, what: str) -> None:
    typed, told, answered = known.inputs()[what], [], 0
    for route in routes():
        for answer in asked(route, known, typed):
            answered += 1
            told += [f"{route.name} {answer.status_code}: {token}" for token in known.told_in(text_of(answer), typed)]
    assert told == []
    assert answered == 3 * len(routes())


def test_this_walk_would_see_a_leak(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk that can't fail proves nothing: the report's page, opened as if the phone were proved, tells her words."""
    from tiemchung.core import clock
    from tiemchung.web.portal.feedback import progress
    from tiemchung.web.portal.pending_code import begin

    proved = begin(known.case.ref, known.phone).changed(proved_at=clock.now())
    monkeypatch.setattr(progress, "pending_in", lambda *_: proved)
    (route,) = [route for route in routes() if route.name == "portal:feedback_progress"]
    assert any(known.told_in(text_of(answer), known.case.ref) for answer in asked(route, known, known.case.ref))
