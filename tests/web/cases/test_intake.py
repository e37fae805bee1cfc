"""Somebody without a phone comes to the desk: their report is a case like any other, and its number is on paper."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tests.web.cases.test_letter import paper
from tiemchung.cases import reads
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.models import Case, Evidence
from tiemchung.cases.rules import DeskLevel, due_at, shown_ref
from tiemchung.core.actor import Role
from tiemchung.core.models import OutboxMessage
from tiemchung.places.rules import Level
from tiemchung.web.cases.intake import kinds_here


def told(**more: Any) -> dict[str, Any]:
    """Give the form of a missing first dose as Tư tells it."""
    return {
        "kind": "DOSE1_MISSING", "full_name": "Trần Văn Tư", "birth_day": "1", "birth_month": "9", "birth_year": "1950",
        "number": "990012345", "address": "Ấp Đông", "place": "here", "product_1": "PFIZER", "given_1_day": "14",
        "given_1_month": "8", "given_1_year": "2026", "lot_1": "FA0123", "text": "Tiêm buổi sáng", "spoken": "vi",
        "key": "0199a0e0-0000-4000-8000-000000000001",
    } | more  # fmt: skip


def test_a_report_in_person_is_a_case_of_this_desk_and_its_number_is_printed(office: Office, as_lead: Client) -> None:
    assert f'href="{address("intake")}"' in as_lead.get(address("queue")).content.decode()
    answer = as_lead.post(address("intake"), told(evidence=paper()))
    case = Case.objects.get()
    assert (case.kind, case.door, case.unit_id) == ("DOSE1_MISSING", "DESK", office.facility.id)
    assert (case.sealed_phone, case.due_at) == (None, due_at(LATER))
    assert len(evidence_of(case.id)) == 1
    text = shown(answer)
    assert f"Giấy hẹn: phản ánh {shown_ref(case.ref)}" in text
    assert [one for one in ("990012345", "1950", "FA0123", "Tiêm buổi sáng") if one in text] == []
    assert not OutboxMessage.objects.exists()
    file = reads.desk_file(office.lead, LATER, case.ref)
    assert file is not None
    assert (file.claim.numbers, file.claim.doses[0].facility_id) == ((("CMND9", "990012345"),), office.facility.id)


def test_sending_the_form_twice_is_one_report_with_one_photo(office: Office, as_lead: Client) -> None:
    where = address("intake")
    page = as_lead.get(where)
    key = fields(page, where)["key"]
    refs = {shown(as_lead.post(where, told(key=key, evidence=paper()))).partition("phản ánh PA")[2][:13] for _ in "12"}
    assert Case.objects.count() == len(refs) == 1
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize("kind", sorted(kinds_here()))
def test_every_kind_is_taken_down_at_the_desk(office: Office, as_lead: Client, kind: str) -> None:
    second = {"product_2": "PFIZER", "given_2_day": "14", "given_2_month": "9", "given_2_year": "2026"}
    more = second if kind == "BOTH_MISSING" else {}
    assert as_lead.post(address("intake"), told(kind=kind, **more)).status_code == 200
    assert Case.objects.get().kind == kind


def test_a_dose_is_not_declared_at_the_desk(office: Office, as_lead: Client) -> None:
    assert as_lead.post(address("intake"), told(kind="DOSE_DECLARED")).status_code == 422
    assert not Case.objects.exists()


def test_what_lies_elsewhere_goes_to_the_authority_of_the_desks_area(office: Office, as_lead: Client) -> None:
    commune = builders.an_officer(Role.COMMUNE_OFFICER, builders.an_area())
    answer = as_lead.post(address("intake"), told(place="elsewhere", place_name="Nhà văn hóa thôn Đông"))
    case = Case.objects.get()
    assert (case.unit_level, case.unit_id) == (DeskLevel.COMMUNE, builders.an_area().id)
    assert shown_ref(case.ref) in shown(answer)
    assert address("file", ref=case.ref) not in answer.content.decode()  # another desk's: no dead end behind the paper
    file = reads.desk_file(commune, LATER, case.ref)
    assert file is not None
    assert file.claim.doses[0].place_name == "Nhà văn hóa thôn Đông"


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR])
def test_an_authority_takes_down_what_people_bring_too(office: Office, role: Role) -> None:
    area = builders.an_area() if role is Role.COMMUNE_OFFICER else builders.an_area("79", level=Level.PROVINCE)
    officer = enter_as(builders.an_officer(role, area))
    assert officer.post(address("intake"), told(place_name="Trạm lưu động")).status_code == 200
    assert Case.objects.get().door == "DESK"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Chọn điều người dân phản ánh"),
        ({"full_name": ""}, ""),
        ({"birth_day": "", "birth_month": "", "birth_year": ""}, ""),
        ({"birth_year": "2031"}, ""),
        ({"number": "12x"}, "Số giấy tờ chưa đúng dạng"),
        ({"given_1_day": "31", "given_1_month": "2"}, "Ngày tiêm cần đủ ngày, tháng, năm"),
        ({"given_1_year": "2031"}, ""),
        ({"given_1_year": "1999"}, ""),
        ({"text": "x" * 2001}, ""),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    office: Office, as_lead: Client, wrong: dict[str, str], words: str
) -> None:
    answer = as_lead.post(address("intake"), told(**wrong, place_name="Thôn Đông"))
    assert answer.status_code == 422
    assert words in shown(answer)
    assert 'value="Thôn Đông"' in answer.content.decode()
    assert not Case.objects.exists()


def test_all_that_lacks_is_said_at_once(office: Office, as_lead: Client) -> None:
    body = as_lead.post(address("intake"), {"place": "here"}).content.decode()
    assert [field for field in ("kind", "full_name", "birth-day") if f'href="#{field}"' not in body] == []


def test_a_bad_photo_is_said_at_its_field_and_leaves_nothing(office: Office, as_lead: Client) -> None:
    bad = SimpleUploadedFile("a.jpg", b"<?php evil(); ?>", "image/jpeg")
    answer = as_lead.post(address("intake"), told(evidence=bad))
    assert answer.status_code == 422
    assert "không phải ảnh JPEG" in shown(answer)
    assert not Case.objects.exists()
    assert not Evidence.objects.exists()


def test_the_receipt_speaks_the_readers_language(office: Office, as_lead: Client) -> None:
    text = shown(as_lead.post(address("intake"), told(spoken="en")))
    assert "Receipt: report PA" in text
    assert Case.objects.get().language == "en"
