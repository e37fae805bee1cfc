"""Whose code was revoked reads when and why; who can have none is promised none."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from tests.certificates.passport_cast import issue_passport, lack
from tests.web.citizen.conftest import give_dose
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.reads import passport_of
from tiemchung.certificates.rules import Lack
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.people.actions import amend_profile
from tiemchung.people.models import Profile
from tiemchung.web.shared.words import sentences

SignedIn = Callable[[], Client]
DAY = dt.timedelta(days=1)


def words(client: Client, person_id: UUID, lang: str = "vi") -> str:
    client.cookies["lang"] = lang
    return client.get(f"/so/ho-so/{person_id}/ho-chieu").content.decode()


def revoked(person_id: UUID, because: str, *, days_ago: int = 0) -> None:
    at = clock.now() - days_ago * DAY
    revoke_certificates(certificates=[issue_passport(person_id, at=at - DAY)], because=because, at=at)
    lack(person_id, Lack.IDENTITY_WAITING, at=at)


def line(because: str, lang: str, *, days_ago: int = 0) -> str:
    return sentences(lang)[f"passport.revoked.{because}"].format(day=f"{clock.today() - days_ago * DAY:%d/%m/%Y}")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("FACILITY_KEY", "FACILITY_KEY"),
        ("KEY_COMPROMISED", "CENTRAL_KEY"),
        ("NO_LONGER_ELIGIBLE", "IDENTITY"),
        ("REPLACED", "REISSUED"),
        ("ORDERED", "ORDERED"),
        ("SOMETHING_NEW", "OTHER"),
    ],
)
def test_without_a_new_code_the_page_says_when_and_why_the_old_one_was_revoked(
    signed_in: SignedIn, vaccinated: UUID, because: str, said: str, lang: str
) -> None:
    revoked(vaccinated, because)
    told = line(said, lang).replace("'", "&#39;")
    assert told in words(signed_in(), vaccinated, lang)


def test_a_corrected_name_is_told_as_such(signed_in: SignedIn, vaccinated: UUID) -> None:
    revoked(vaccinated, "REPLACED")
    client = signed_in()
    amend_profile(by=SYSTEM, at=clock.now(), profile_id=vaccinated, full_name="Nguyễn Thị Minh Chau", because="sai")
    assert line("CORRECTED_NAME", "vi") in words(client, vaccinated)


def test_a_corrected_dose_is_told_as_such(signed_in: SignedIn, vaccinated: UUID) -> None:
    revoked(vaccinated, "REPLACED")
    give_dose(vaccinated, days_ago=110)
    assert line("CORRECTED_DOSE", "vi") in words(signed_in(), vaccinated)


def test_beside_a_new_code_the_old_ones_end_is_told_for_four_weeks(signed_in: SignedIn, vaccinated: UUID) -> None:
    revoked(vaccinated, "FACILITY_KEY", days_ago=20)
    issue_passport(vaccinated, at=clock.now() - 19 * DAY)
    page = words(signed_in(), vaccinated)
    assert "tc-card__qr" in page
    assert line("FACILITY_KEY", "vi", days_ago=20) in page
    assert passport_of(SYSTEM, vaccinated, clock.now() + 7 * DAY).revoked
    assert not passport_of(SYSTEM, vaccinated, clock.now() + 9 * DAY).revoked


def test_a_first_passport_speaks_of_no_revocation(signed_in: SignedIn, vaccinated: UUID) -> None:
    issue_passport(vaccinated, at=clock.now())
    assert "Mã cũ bị thu hồi" not in words(signed_in(), vaccinated)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_vaccine_that_is_not_accepted_promises_no_passport(
    signed_in: SignedIn, vaccinated: UUID, lang: str
) -> None:
    lack(vaccinated, Lack.SERIES_INCOMPLETE, Lack.PRODUCT_NOT_ACCEPTED, at=clock.now())
    page, said = words(signed_in(), vaccinated, lang), sentences(lang)
    assert said["passport.standing_text.NOT_ACCEPTED"] in page
    for key in ("standing_text.NOT_ELIGIBLE", "lack.SERIES_INCOMPLETE.next", "steps.title"):
        assert said[f"passport.{key}"] not in page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_foreigners_country_is_named_in_both_languages(signed_in: SignedIn, vaccinated: UUID, lang: str) -> None:
    Profile.objects.filter(id=vaccinated).update(nationality="KR")
    issue_passport(vaccinated, at=clock.now())
    assert "Hàn Quốc / Korea, Republic of" in words(signed_in(), vaccinated, lang)
