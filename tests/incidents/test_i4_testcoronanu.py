"""2021, Testcoronanu: two lines typed into a browser made a test result, and the result was signed by itself [press].

Here nothing that a client sends reaches a signed text but through a dose on record: every field that any table or page
has is posted to every address, by every role that works with doses, and what would be signed stays byte for byte the
same. And what a client does send as a signature is checked against the server's own statement.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.builders import a_facility, a_lead, a_nurse, an_officer, country  # noqa: F401 - a fixture
from tests.certificates.central_cast import a_ministry_officer, a_vaccinated_person
from tests.certificates.passports.test_facility_signing import OwnKey
from tests.house.test_routes import routes
from tests.incidents.conftest import fields_of_all_pages
from tests.web.authority.conftest import LATER, enter_as
from tiemchung.certificates.facility_batch import ready_doses
from tiemchung.certificates.models import Certificate, DoseSignature, Passport
from tiemchung.core.actor import Role
from tiemchung.doses.models import Dose
from tiemchung.places.reads import FacilityView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
CORRECTING = (Role.VACCINATOR, Role.FACILITY_LEAD, Role.DATA_CORRECTOR, Role.MINISTRY_OFFICER)
FORGED = {
    "state": "SIGNED", "product": "MODERNA", "given_on": "2021-01-01", "lot_number": "FORGED", "lot": "FORGED",
    "statement": "{}", "signature": "AAAA", "payload": "{}", "hc1": "HC1:", "content": "AAAA", "version": "99",
    "full_name": "Mickey Mouse", "kid": "AAAA", "signed_name": "Mickey Mouse", "number": "3",
    "signed_at": "2021-01-01T00:00:00+00:00",
}  # fmt: skip


@pytest.fixture(autouse=True)
def soon_after(settings: Any) -> Iterator[None]:
    """Stand a little after the builders' present; files by their plain names."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def here() -> FacilityView:
    """Give the facility whose doses wait for its signature."""
    return a_facility("Trạm Y tế phường Bến Nghé")


def every_field() -> dict[str, str]:
    """Give each field of each table and page, with the most tempting value there is for it."""
    columns = {field.name for model in apps.get_models() for field in model._meta.concrete_fields}
    names = columns | set(fields_of_all_pages())
    return {name: FORGED.get(name, "1") for name in names if name not in ("csrfmiddlewaretoken", "code")}


def what_would_be_signed(facility_id: UUID) -> list[bytes]:
    """Give the statements of the facility's waiting doses."""
    return sorted(ready.statement for ready in ready_doses(facility_id, LATER, signed_at=LATER))


@pytest.mark.parametrize("role", [*CORRECTING, None])
def test_no_field_of_any_request_reaches_what_is_signed(here: FacilityView, role: Role | None) -> None:
    person = a_vaccinated_person(facilities=[here])
    make: dict[Role, Any] = {
        Role.VACCINATOR: lambda: a_nurse(here), Role.FACILITY_LEAD: lambda: a_lead(here),
        Role.DATA_CORRECTOR: lambda: an_officer(Role.DATA_CORRECTOR), Role.MINISTRY_OFFICER: a_ministry_officer,
    }  # fmt: skip
    by = make[role]() if role else None
    before, rows = what_would_be_signed(here.id), list(Dose.objects.filter(profile_id=person).order_by("id").values())
    assert len(before) == 2
    fields, dose = every_field(), rows[0]["id"]
    parts = {"person_id": person, "profile_id": person, "dose_id": dose, "other_id": person, "reason": "TO_SIGN"}
    for route in routes():
        client = enter_as(by) if by else Client()
        client.raise_request_exception = False
        client.post(route.address(**parts), fields)
        as_json = json.dumps({**fields, "signatures": [fields]})
        client.post(route.address(**parts), as_json, content_type="application/json")
    assert list(Dose.objects.filter(profile_id=person).order_by("id").values()) == rows
    assert what_would_be_signed(here.id) == before
    assert not DoseSignature.objects.exists()
    assert not Certificate.objects.filter(kind="PASSPORT").exists()
    assert Passport.objects.get(person_id=person).state == "ELIGIBLE"


def test_a_real_key_upon_a_made_up_statement_signs_nothing(here: FacilityView) -> None:
    a_vaccinated_person(facilities=[here])
    lead = a_lead(here)
    own = OwnKey(lead)
    forged = []
    for ready in ready_doses(here.id, LATER, signed_at=LATER):
        told = json.loads(ready.statement)
        for name, value in FORGED.items():
            if name in told:
                text = json.dumps({**told, name: value}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                forged.append({"dose": told["dose"], "signature": base64.b64encode(own.sign(text.encode())).decode()})
    assert forged
    for one in forged:
        sent = json.dumps({"signed_at": LATER.isoformat(), "signatures": [one]})
        address = reverse("facility:passport_signatures")
        answer = enter_as(lead).post(address, sent, content_type="application/json")
        assert answer.json() == {"signed": 0, "refused": 1}
    assert not DoseSignature.objects.exists()
