"""The app shows the passport: it hears when one is issued, renewed or revoked, and gets its signed text alone."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from tests.builders import country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import a_signed_person, issue_passport, renew_passport, revoke_passport
from tests.conftest import NOW
from tests.following import unsettled_too
from tests.interop.pc_covid.conftest import StandIn
from tests.interop.pc_covid.test_feed import Ear
from tiemchung.interop.pc_covid import tasks
from tiemchung.interop.pc_covid.http_partner import GuardedPartner
from tiemchung.interop.pc_covid.keys import person_token
from tiemchung.interop.pc_covid.telling import tell_due

pytestmark = [pytest.mark.usefixtures("agreed", "country"), pytest.mark.django_db]
LATER = NOW + dt.timedelta(days=340)


def told_of(person_id: UUID, at: dt.datetime = NOW) -> dict[str, Any]:
    """Do what the worker does and give the newest news of the person."""
    ear = Ear()
    with unsettled_too():
        while tasks.follow_ledger(at) + tasks.follow_people(at) + tasks.follow_passports(at):
            pass
    tell_due(ear, at=at)
    return next(body for body in reversed(ear.heard) if body["person"] == person_token(person_id))


def test_without_a_passport_none_is_told() -> None:
    assert told_of(a_signed_person())["passport"] is None


def test_an_issued_one_is_told_with_its_signed_text_and_its_end() -> None:
    person_id = a_signed_person()
    before = told_of(person_id)
    made = issue_passport(person_id)
    body = told_of(person_id)
    assert body["passport"]["hc1"] == made.hc1
    assert body["passport"]["expires_at"] == made.expires_at.isoformat(timespec="seconds")
    assert body["version"] > before["version"]


def test_a_renewed_one_takes_the_place_of_the_old_and_a_revoked_one_is_taken_away() -> None:
    person_id = a_signed_person()
    old = issue_passport(person_id)
    told_of(person_id)
    new = renew_passport(person_id, at=LATER)
    assert told_of(person_id, LATER)["passport"]["hc1"] == new.hc1 != old.hc1
    revoke_passport(person_id, at=LATER)
    assert told_of(person_id, LATER)["passport"] is None


def test_beside_the_signed_text_nothing_names_the_person() -> None:
    person_id = a_signed_person()
    issue_passport(person_id)
    body = told_of(person_id)
    del body["passport"]["hc1"]
    assert "Châu" not in str(body)
    assert str(person_id) not in str(body)


def test_the_stand_in_shows_it(partner: GuardedPartner, standin: StandIn) -> None:
    import httpx

    person_id = a_signed_person()
    made = issue_passport(person_id)
    with unsettled_too():
        tasks.follow_passports(NOW)
    assert tell_due(partner, at=NOW) == 1
    page = httpx.get(standin.address, params={"person": person_token(person_id)}, trust_env=False).text
    assert f"{made.expires_at:%d/%m/%Y}" in page
    assert "Hộ chiếu vắc xin đến" in page
