"""A list goes on where its last page ended."""

import datetime as dt
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from tiemchung.web.shared.list_place import place_in, query_after

PLACE = (dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC), UUID("0199a0e0-0000-7000-8000-000000000001"))


def test_a_place_travels_through_an_address_unchanged_whatever_its_zone() -> None:
    moment, row = PLACE
    for place in (PLACE, (moment.astimezone(dt.timezone(dt.timedelta(hours=7))), row)):
        assert place_in(parse_qs(query_after(place)[1:])["after"][0]) == PLACE


def test_filters_go_along_and_what_filters_nothing_does_not() -> None:
    assert parse_qs(query_after(PLACE, show="LATE", kind="")[1:]).keys() == {"show", "after"}
    assert query_after(None, show="ALL", kind="") == "?"


@pytest.mark.parametrize("text", ["", "x", "2026-01-01_x", f"2026-01-01T00:00_{PLACE[1]}", "2026-01-01T00:00+00:00"])
def test_an_address_that_names_no_place_begins_at_the_beginning(text: str) -> None:
    assert place_in(text) is None
