"""A report through the partner that repeats one of another door: the app shows each of its steps, not its end alone."""

import datetime as dt
from typing import Any

import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.conftest import NOW
from tiemchung.cases.actions import claim_case, open_case
from tiemchung.cases.rules import CaseState, Claim, ClaimedDose
from tiemchung.interop.pc_covid.content import news_of
from tiemchung.interop.pc_covid.telling import version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]


def test_a_step_of_the_case_that_is_followed_is_news_with_the_step_itself(settings: Any) -> None:
    settings.PC_COVID = "http://127.0.0.1:9/v1/news"
    facility = builders.a_facility()
    lead = builders.a_lead(facility)
    person = builders.a_person("Đào Thị Hoa", dt.date(1988, 4, 9)).person_id
    told = ClaimedDose(1, "PFIZER", "FA1034", dt.date(2026, 9, 1), facility_id=facility.id)
    claim = Claim(full_name="Đào Thị Hoa", birth_date=dt.date(1988, 4, 9), doses=(told,))
    first, second = (
        open_case(
            by=builders.SYSTEM, at=NOW, key=builders.a_key(), kind="DOSE1_MISSING", door=door, claim=claim,
            person_id=person, phone=builders.a_phone(),
        )
        for door in ("BOOK", "PARTNER")
    )  # fmt: skip
    assert second.joined
    before = version_of(person)
    claim_case(by=lead, at=NOW, ref=first.ref)
    assert version_of(person) == before + 1
    (shown,) = news_of({person: version_of(person)}, NOW)[person].body["cases"]
    assert (shown["ref"], shown["state"]) == (second.ref, CaseState.IN_REVIEW)
