"""The passport in other forms, in the health book: offered where they are switched on, for their holder alone."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.builders import a_person
from tests.certificates.passport_cast import issue_passport, lack, revoke_passport
from tests.web.citizen.conftest import BORN
from tests.web.citizen.test_passport import address
from tests.web.citizen.test_passport import words as page_of
from tiemchung.certificates.emitters import emitters
from tiemchung.certificates.models import Emission
from tiemchung.certificates.rules import Lack
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import link_profiles
from tiemchung.web.shared.qr import qr_of
from tiemchung.web.shared.words import say, sentences

SignedIn = Callable[[], Client]
CODES, DOCUMENT = "/dinh-dang", "/fhir"


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.EMITTERS = frozenset({"icvp", "ddcc", "shc", "vdsnc", "fhir"})
    settings.PUBLIC_ADDRESS = "https://tiemchung.example"


@pytest.fixture
def reader(signed_in: SignedIn, vaccinated: UUID) -> Client:
    """Give the signed-in holder of a passport in force."""
    issue_passport(vaccinated, at=clock.now())
    return signed_in()


def test_with_everything_off_nothing_is_offered_and_nothing_given(reader: Client, vaccinated: UUID) -> None:
    page = page_of(reader, vaccinated)
    assert address(vaccinated, CODES) not in page
    assert address(vaccinated, DOCUMENT) not in page
    assert reader.get(address(vaccinated, DOCUMENT)).status_code == 404
    reader.post(address(vaccinated, CODES), {"form": "icvp"})
    assert "Định dạng chứng nhận này chưa được bật" in page_of(reader, vaccinated)
    assert not Emission.objects.exists()


@pytest.mark.usefixtures("switched_on")
def test_every_form_that_is_on_has_its_button_and_its_words(reader: Client, vaccinated: UUID) -> None:
    for lang in ("vi", "en"):
        page = page_of(reader, vaccinated, lang)
        for code in emitters():
            assert f'value="{code}"' in page
            assert sentences(lang)[f"passport.other.form.{code}.name"] in page
            assert f"passport.other.form.{code}.text" in sentences(lang)


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc"])
def test_a_code_is_signed_once_and_shown_at_each_asking(reader: Client, vaccinated: UUID, form: str) -> None:
    for _ in range(2):
        answer = reader.post(address(vaccinated, CODES), {"form": form})
        made = Emission.objects.get(person_id=vaccinated, form=form)
        assert qr_of(made.text).path in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
    looks = AuditLine.objects.filter(subject_id=vaccinated, action="citizen.view_passport_form")
    assert looks.count() == 2


@pytest.mark.usefixtures("switched_on")
def test_what_a_form_lacks_is_said_on_the_passports_page(reader: Client, vaccinated: UUID) -> None:
    assert reader.post(address(vaccinated, CODES), {"form": "vdsnc"})["Location"] == address(vaccinated)
    page = page_of(reader, vaccinated)
    assert say("verdict.EMIT_TRAVEL_DOCUMENT_MISSING.text", "vi") in page
    assert "nhsuk-notification-banner--success" not in page
    assert "nhsuk-notification-banner" not in page_of(reader, vaccinated)


@pytest.mark.usefixtures("switched_on")
def test_a_form_that_this_site_can_give_to_nobody_is_not_offered(
    reader: Client, vaccinated: UUID, settings: Any
) -> None:
    settings.PUBLIC_ADDRESS = "http://localhost:8000"
    page = page_of(reader, vaccinated)
    assert 'value="shc"' not in page
    assert 'value="ddcc"' in page


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("form", ["icvp", "ddcc", "shc"])
def test_another_form_is_not_headed_like_the_code_for_borders(reader: Client, vaccinated: UUID, form: str) -> None:
    page = reader.post(address(vaccinated, CODES), {"form": form}).content.decode()
    title = page.partition('id="form-title">')[2].partition("<")[0]
    assert title == say(f"passport.other.form.{form}.name", "vi")


@pytest.mark.usefixtures("switched_on")
def test_the_document_is_a_file_whose_name_names_nobody(reader: Client, vaccinated: UUID) -> None:
    assert address(vaccinated, DOCUMENT) in page_of(reader, vaccinated)
    answer = reader.get(address(vaccinated, DOCUMENT))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/fhir+json", "no-store")
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''ho-chieu-vac-xin.fhir.json"
    document = json.loads(answer.content)
    assert (document["resourceType"], document["type"]) == ("Bundle", "document")
    assert AuditLine.objects.filter(subject_id=vaccinated, action="citizen.download_passport").count() == 1


@pytest.mark.usefixtures("switched_on")
def test_without_a_passport_in_force_there_is_neither(signed_in: SignedIn, vaccinated: UUID) -> None:
    lack(vaccinated, Lack.IDENTITY_WAITING, at=clock.now())
    client = signed_in()
    assert client.get(address(vaccinated, DOCUMENT))["Location"] == address(vaccinated)
    assert client.post(address(vaccinated, CODES), {"form": "icvp"})["Location"] == address(vaccinated)
    page = page_of(client, vaccinated)
    assert say("verdict.NO_PASSPORT.text", "vi") in page
    assert address(vaccinated, DOCUMENT) not in page


@pytest.mark.usefixtures("switched_on")
def test_a_revoked_passport_gives_no_other_form(reader: Client, vaccinated: UUID) -> None:
    revoke_passport(vaccinated, at=clock.now())
    assert reader.get(address(vaccinated, DOCUMENT)).status_code == 302
    reader.post(address(vaccinated, CODES), {"form": "icvp"})
    assert not Emission.objects.exists()


@pytest.mark.usefixtures("switched_on")
def test_a_strangers_is_like_one_that_does_not_exist(reader: Client) -> None:
    stranger = a_person("Đào Thị Hoa", at=clock.now()).person_id
    for person_id in (stranger, UUID(int=1)):
        assert reader.get(address(person_id, DOCUMENT)).status_code == 404
        assert reader.post(address(person_id, CODES), {"form": "icvp"}).status_code == 404


@pytest.mark.usefixtures("switched_on")
def test_without_a_sign_in_it_leads_there(vaccinated: UUID) -> None:
    assert Client().get(address(vaccinated, DOCUMENT))["Location"] == "/so/dang-nhap"
    assert Client().post(address(vaccinated, CODES))["Location"] == "/so/dang-nhap"


@pytest.mark.usefixtures("switched_on")
def test_under_a_joined_persons_old_address_it_is_the_kept_ones(reader: Client, vaccinated: UUID) -> None:
    other = a_person("Nguyễn Thị Minh Châu", BORN, identifiers=(), phones=(), at=clock.now()).person_id
    link_profiles(
        by=SYSTEM, at=clock.now(), key="link", keep_person=vaccinated, join_person=other, because="một người hai hồ sơ"
    )
    assert reader.get(address(other, DOCUMENT)).status_code == 200
