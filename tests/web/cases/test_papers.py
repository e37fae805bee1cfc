"""The papers of a case: only who holds it sees them, as pictures that can be nothing else; OCR proposes and no more."""

import io
import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from PIL import Image

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, fields, shown
from tiemchung.cases.evidence.actions import attach_evidence
from tiemchung.cases.evidence.slip import Proposals
from tiemchung.cases.models import Evidence
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM
from tiemchung.core.sealing import seal
from tiemchung.doses import reads as doses


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    """Keep evidence in a folder of this test."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def a_photo(office: Office, case: OpenedCase) -> UUID:
    """Attach a photo to a case and give its page."""
    raw = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(raw, "JPEG")
    (page,) = attach_evidence(by=SYSTEM, at=office.at, case_id=case.case_id, raw=raw.getvalue())
    return page.id


def of(case: OpenedCase, page_id: UUID, **more: Any) -> str:
    """Give the address of a page of a case."""
    return address("paper", **{"ref": case.ref, "case_id": case.case_id, "page_id": page_id, **more})


def test_a_photo_is_served_to_who_holds_the_case_as_a_picture_only(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    page_id = a_photo(office, case)
    office.claimed(case)
    answer = as_lead.get(of(case, page_id))
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_without_a_claim_no_photo_is_served(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    page_id = a_photo(office, case)
    assert as_lead.get(of(case, page_id)).status_code == 404
    office.claimed(case)
    for other in (builders.a_lead(office.facility), office.corrector, builders.a_lead(builders.a_facility())):
        assert enter_as(other).get(of(case, page_id)).status_code == 404


def test_a_page_of_another_case_is_not_served_under_this_one(office: Office, as_lead: Client) -> None:
    case, other = office.wrong_dose(), office.missing_dose(full_name="Trần Văn Hai")
    page_id = a_photo(office, other)
    office.claimed(case)
    assert as_lead.get(of(case, page_id)).status_code == 404
    assert as_lead.get(of(case, page_id, case_id=other.case_id)).status_code == 404


def test_what_waits_for_the_scan_is_not_served(office: Office, as_lead: Client) -> None:
    case = office.wrong_dose()
    page_id = a_photo(office, case)
    Evidence.objects.filter(case_id=case.case_id, id=page_id).update(state="PENDING")
    office.claimed(case)
    assert as_lead.get(of(case, page_id)).status_code == 404


def test_papers_of_repeats_stand_beside_the_leads(office: Office, as_lead: Client) -> None:
    first, again = office.wrong_dose(), office.wrong_dose()
    page_id = a_photo(office, again)
    office.claimed(first)
    body = as_lead.get(address("file", ref=first.ref)).content.decode()
    assert of(first, page_id, case_id=again.case_id) in body
    assert as_lead.get(of(first, page_id, case_id=again.case_id)).status_code == 200


def read_as(case: OpenedCase, page_id: UUID, found: Proposals) -> None:
    """Let the machine have read this on a page."""
    sealed = seal("cases.reading", json.dumps(found.as_json()), str(page_id))
    Evidence.objects.filter(case_id=case.case_id, id=page_id).update(sealed_reading=sealed, read_at=LATER)


def test_what_the_machine_read_is_proposed_and_fills_the_form_on_a_press(office: Office, as_lead: Client) -> None:
    case = office.missing_dose()
    page_id = a_photo(office, case)
    found = Proposals("NGUYEN THI AN", (builders.dt.date(2026, 9, 2),), ("MODERNA",), ("MO777",))
    read_as(case, page_id, found)
    office.claimed(case)
    page = as_lead.get(address("file", ref=case.ref))
    assert "Máy đọc được trên giấy" in shown(page)
    assert "MO777" in shown(page)
    assert doses.doses_of([office.person_id]) == (office.dose,), "reading alone changes nothing"
    where = address("manual", ref=case.ref, kind="record")
    form = {**fields(page, where), "nguoi": str(office.person_id), "step": "paper"}
    filled = fields(as_lead.post(where, form), where)
    assert (filled["product"], filled["lot_number"], filled["given_on_day"]) == ("MODERNA", "MO777", "2")
