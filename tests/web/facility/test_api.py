"""The desk's door for programs answers every body, good or bad, with a typed answer."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_lot, a_person, an_area
from tests.web.facility.conftest import Station, signed_in
from tiemchung.core import clock
from tiemchung.doses.models import Dose, LedgerEntry

pytestmark = pytest.mark.django_db


def body_of(station: Station, **changes: Any) -> dict[str, Any]:
    return {
        "key": "a-key-of-its-own",
        "profile_id": str(station.person.profile_id),
        "product": "PFIZER",
        "lot_id": str(station.lot.id),
        "screening": {"form": "ADULT_2021_12", "consented": True},
        **changes,
    }


def post(client: Client, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post("/staff/api/doses", data, content_type="application/json", HTTP_ACCEPT="application/json")


def test_a_dose_is_answered_with_number_colour_and_words(nurse: Client, station: Station) -> None:
    response = post(nurse, body_of(station))
    answer = response.json()
    assert response.status_code == 201
    assert (answer["number"], answer["colour"], answer["repeated"]) == (1, "YELLOW", False)
    assert "còn 1 mũi" in answer["reason"]
    assert Dose.objects.get(id=answer["dose_id"]).lot_number == station.lot.number


def test_a_lost_answer_is_asked_again_and_is_the_same_dose(nurse: Client, station: Station) -> None:
    first, again = post(nurse, body_of(station)), post(nurse, body_of(station))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["dose_id"] == again.json()["dose_id"]
    assert again.json()["repeated"]
    assert LedgerEntry.objects.count() == 1


def test_the_same_dose_twice_is_a_conflict_in_words(nurse: Client, station: Station) -> None:
    post(nurse, body_of(station))
    response = post(nurse, body_of(station, key="another-key-entirely"))
    assert response.status_code == 409
    assert response.json()["code"] == "SAME_DAY"
    assert "đã có một mũi" in response.json()["words"]


def test_a_rule_that_refuses_says_whether_a_reason_helps(nurse: Client, station: Station) -> None:
    screening = {"form": "ADULT_2021_12", "consented": True, "items": ["ANAPHYLAXIS_SEVERE"]}
    refused = post(nurse, body_of(station, screening=screening))
    assert refused.status_code == 422
    assert refused.json()["needs_reason"]
    assert post(nurse, body_of(station, screening=screening, because="Có đội cấp cứu")).status_code == 201


def test_a_stranger_and_nobody_get_the_same_answer(nurse: Client, station: Station) -> None:
    far = a_person(area=an_area("00004"), at=clock.now())
    answers = [post(nurse, body_of(station, profile_id=str(p))) for p in (far.profile_id, uuid4())]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "short"},
        {"key": "with\x00nul-in-it"},
        {"because": "nul\x00byte"},
        {"because": "x" * 501},
        {"profile_id": "not-an-id"},
        {"profile_id": 7},
        {"product": "pfizer'; --"},
        {"screening": "ADULT"},
        {"screening": {"form": "ADULT_2021_12", "consented": "yes"}},
        {"screening": {"form": "ADULT_2021_12", "consented": True, "items": ["X"] * 21}},
        {"screening": {"form": "ADULT_2021_12", "consented": True, "vitals": {"temperature": "hot"}}},
        {"screening": {"form": "ADULT_2021_12", "consented": True, "vitals": {"pulse": 10**30}}},
        {"screening": {"form": "ADULT_2021_12", "consented": True, "vitals": {"temperature": 90}}},
        {"given_on": "2020-01-01"},
    ],
)
def test_a_body_of_wrong_shape_is_refused_and_leaves_nothing(
    nurse: Client, station: Station, changes: dict[str, Any]
) -> None:
    response = post(nurse, body_of(station, **changes))
    assert response.status_code == 400
    assert response.json()["code"] in {"BODY_UNREADABLE", "VITALS_IMPOSSIBLE"}
    assert response.json()["words"]
    assert Dose.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product": "NO_SUCH_VACCINE"}, "UNKNOWN_PRODUCT"),
        ({"lot_id": "00000000-0000-0000-0000-000000000000"}, "LOT_UNKNOWN"),
        ({"screening": {"form": "NO_SUCH_FORM", "consented": True}}, "SCREENING_FORM_CHANGED"),
        ({"screening": {"form": "ADULT_2021_12", "consented": False}}, "CONSENT_MISSING"),
    ],
)
def test_what_the_rules_refuse_has_a_code_and_words(
    nurse: Client, station: Station, changes: dict[str, Any], code: str
) -> None:
    response = post(nurse, body_of(station, **changes))
    assert response.status_code == 422
    assert code in [reason["code"] for reason in response.json()["reasons"]]
    assert response.json()["words"]


def test_a_lot_that_is_not_in_stock_asks_a_program_for_a_reason_too(nurse: Client, station: Station) -> None:
    body = body_of(station, lot_id=str(a_lot(at=clock.now()).id))
    refused = post(nurse, body)
    assert (refused.status_code, refused.json()["code"], refused.json()["needs_reason"]) == (
        422, "LOT_NOT_IN_STOCK", True)  # fmt: skip
    told = post(nurse, body | {"because": "Lọ đang cầm trên tay, phiếu về sau"})
    assert (told.status_code, [reason["code"] for reason in told.json()["reasons"]]) == (201, ["LOT_NOT_IN_STOCK"])


@pytest.mark.parametrize(
    "junk",
    [b"", b"{", b"null", b"[]", b"\xff\xfe", b"\x00", b"[" * 5000, b'{"key": "\\ud800"}', b"1e999"],
)
def test_junk_is_a_clear_error(nurse: Client, station: Station, junk: bytes) -> None:
    response = post(nurse, junk)
    assert response.status_code == 400
    assert response.json()["code"] == "BODY_UNREADABLE"


def test_ten_megabytes_are_refused_unread(nurse: Client, station: Station) -> None:
    response = post(nurse, b'{"because":"' + b"x" * 10_000_000 + b'"}')
    assert response.status_code == 413
    assert response.json()["code"] == "BODY_TOO_LARGE"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["key", "profile_id", "product", "lot_id", "screening", "because"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_no_value_of_any_field_breaks_the_door(nurse: Client, station: Station, name: str, value: Any) -> None:
    response = post(nurse, body_of(station, **{name: value}))
    assert 200 <= response.status_code < 500
    assert response.headers["Content-Type"] == "application/json"


def test_without_sign_in_the_door_says_so(client: Client, station: Station) -> None:
    assert post(client, body_of(station)).status_code == 401


def test_a_foreign_site_cannot_post(station: Station) -> None:
    assert post(signed_in(station.nurse, checks_csrf=True), body_of(station)).status_code == 403


def test_only_post_is_answered(nurse: Client, station: Station) -> None:
    assert nurse.get(reverse("facility:api_doses")).status_code == 405
