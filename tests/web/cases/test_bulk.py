"""Bulk corrections: nothing changes before a second person has seen and approved it; all of it can be undone."""

import dataclasses
import datetime as dt
import re
from uuid import UUID

import pytest
from django.test import Client

from tests import builders
from tests.web.cases.conftest import GIVEN, LATER, Office, address, enter_as, shown
from tiemchung.cases import actions, reads
from tiemchung.cases.rules.bulk import BulkCause, BulkState
from tiemchung.core.actor import Role
from tiemchung.doses import reads as doses
from tiemchung.web.cases.bulk import tally_of, undo_words


@pytest.fixture
def ward(office: Office) -> list[UUID]:
    """Give three people whose doses of one day carry the mistyped lot."""
    lot = builders.a_lot(number="SAI999")
    people = [builders.a_person().person_id for _ in range(3)]
    for person_id in people:
        builders.a_dose(person_id, given_on=GIVEN, by=office.nurse, lot=lot)
    return people


def form(office: Office, **more: str) -> dict[str, str]:
    """Give the proposal that puts the lot right."""
    day = {f"since_{part}": str(getattr(GIVEN, part)) for part in ("day", "month", "year")}
    return {
        "cause": "WRONG_LOT", "facility": str(office.facility.id), **day, "lot_number": "SAI999", "new_lot": "DUNG11",
        "because": "Đã đối chiếu sổ xuất kho", "step": "propose", "key": "0123456789", **more,
    }  # fmt: skip


def lots(people: list[UUID]) -> list[str]:
    """Give the lots of these people's doses."""
    return [dose.facts.lot_number for person_id in people for dose in doses.doses_of([person_id])]


def proposed(office: Office, browser: Client) -> UUID:
    """Propose and give the list's id."""
    answer = browser.post(address("propose_bulk"), form(office))
    assert answer.status_code == 302, shown(answer)
    return UUID(answer["Location"].rpartition("/")[2])


def test_a_proposal_shows_each_dose_before_and_after_and_changes_nothing(
    office: Office, as_lead: Client, ward: list[UUID]
) -> None:
    bulk_id = proposed(office, as_lead)
    text = shown(as_lead.get(address("bulk_list", bulk_id=bulk_id)))
    assert text.count("SAI999 thành DUNG11") == 3
    assert "Chờ người thứ hai duyệt" in text
    assert "Trần Thị" not in text, "names are initials on a list"
    assert lots(ward) == ["SAI999"] * 3


def test_who_proposed_cannot_approve(office: Office, as_lead: Client, ward: list[UUID]) -> None:
    bulk_id = proposed(office, as_lead)
    assert "Duyệt và sửa" not in shown(as_lead.get(address("bulk_list", bulk_id=bulk_id)))
    answer = as_lead.post(address("approve_bulk", bulk_id=bulk_id))
    assert answer.status_code == 422
    assert "Người đề nghị không tự duyệt được" in shown(answer)


def test_a_second_person_approves_it_runs_and_it_is_undone(
    office: Office, as_lead: Client, as_corrector: Client, ward: list[UUID]
) -> None:
    bulk_id = proposed(office, as_lead)
    where = address("bulk_list", bulk_id=bulk_id)
    assert str(bulk_id) in as_corrector.get(address("bulk")).content.decode()
    assert as_corrector.post(address("approve_bulk", bulk_id=bulk_id))["Location"] == where
    run_all()
    assert lots(ward) == ["DUNG11"] * 3
    assert "3 Đã sửa" in shown(as_lead.get(where))
    as_lead.post(address("undo_bulk", bulk_id=bulk_id), {"because": "Sổ xuất kho ghi nhầm, lô cũ đúng"})
    run_all()
    assert lots(ward) == ["SAI999"] * 3
    text = shown(as_lead.get(where))
    assert "Đã khôi phục" in text
    assert "Sổ xuất kho ghi nhầm" in text
    assert text.count("SAI999 thành DUNG11") == 3, "what was done and undone stays told"


def run_all() -> None:
    """Let the worker do everything that is approved."""
    for _ in range(20):
        if not actions.run_bulks(LATER):
            return
    raise AssertionError("the worker never ends")


def test_an_undo_without_a_reason_is_asked_for_one(
    office: Office, as_lead: Client, as_corrector: Client, ward: list[UUID]
) -> None:
    bulk_id = proposed(office, as_lead)
    as_corrector.post(address("approve_bulk", bulk_id=bulk_id))
    run_all()
    answer = as_lead.post(address("undo_bulk", bulk_id=bulk_id), {"because": ""})
    assert answer.status_code == 422
    assert "Hãy ghi lý do" in shown(answer)
    assert lots(ward) == ["DUNG11"] * 3


def test_a_proposal_is_dropped_with_a_reason(office: Office, as_lead: Client, ward: list[UUID]) -> None:
    bulk_id = proposed(office, as_lead)
    as_lead.post(address("withdraw_bulk", bulk_id=bulk_id), {"because": "Chọn nhầm ngày tiêm"})
    assert reads.bulk_view(office.lead, LATER, bulk_id).state is BulkState.WITHDRAWN


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cause": ""}, "Chọn một mục"),
        ({"new_lot": ""}, "Hãy điền mục này"),
        ({"since_day": "31", "since_month": "2"}, "Ngày tiêm cần đủ"),
        ({"because": "x"}, "Hãy ghi lý do"),
        ({"lot_number": "KHONGCO"}, "Không có mũi tiêm nào khớp"),
        ({"facility": ""}, "Chọn một mục"),
        ({"cause": "WRONG_PRODUCT"}, "Chọn một vắc xin"),
    ],
)
def test_what_is_wrong_with_a_proposal_is_said_and_nothing_typed_is_lost(
    office: Office, as_lead: Client, ward: list[UUID], wrong: dict[str, str], words: str
) -> None:
    page = as_lead.post(address("propose_bulk"), form(office, **wrong))
    assert page.status_code == 422
    assert words in shown(page)
    assert wrong.get("lot_number", "SAI999") in page.content.decode()


def test_a_list_of_another_province_does_not_exist(office: Office, as_lead: Client, ward: list[UUID]) -> None:
    bulk_id = proposed(office, as_lead)
    far = builders.an_officer(Role.DATA_CORRECTOR, area=builders.an_area("01", level=builders.Level.PROVINCE))
    browser = enter_as(far)
    assert browser.get(address("bulk_list", bulk_id=bulk_id)).status_code == 404
    for name in ("approve_bulk", "undo_bulk", "withdraw_bulk"):
        assert browser.post(address(name, bulk_id=bulk_id), {"because": "Không phải của tôi"}).status_code == 404
    assert lots(ward) == ["SAI999"] * 3


def test_a_day_is_put_right_for_all(office: Office, as_lead: Client, as_corrector: Client, ward: list[UUID]) -> None:
    right = GIVEN + dt.timedelta(days=1)
    day = {f"new_day_{part}": str(getattr(right, part)) for part in ("day", "month", "year")}
    answer = as_lead.post(address("propose_bulk"), form(office, cause="WRONG_DAY", **day))
    bulk_id = UUID(answer["Location"].rpartition("/")[2])
    as_corrector.post(address("approve_bulk", bulk_id=bulk_id))
    run_all()
    assert {d.facts.given_on for person_id in ward for d in doses.doses_of([person_id])} == {right}


def test_one_vaccinators_doses_alone_are_listed(office: Office, as_lead: Client, ward: list[UUID]) -> None:
    other = builders.a_nurse(office.facility, at=office.at)
    lot = builders.a_lot(number="SAI999")
    builders.a_dose(builders.a_person().person_id, given_on=GIVEN, by=other, lot=lot)
    page = as_lead.get(address("propose_bulk")).content.decode()
    assert f'<option value="{other.id}">' in page
    answer = as_lead.post(address("propose_bulk"), form(office, vaccinator=str(other.id)))
    listed = as_lead.get(answer["Location"])
    assert shown(listed).count("SAI999 thành DUNG11") == 1
    assert other.name in shown(listed)


def test_a_vaccinator_of_another_facility_is_refused_and_not_listed(office: Office, as_lead: Client) -> None:
    stranger = builders.a_nurse(at=office.at)
    answer = as_lead.post(address("propose_bulk"), form(office, vaccinator=str(stranger.id)))
    assert answer.status_code == 422
    assert "Người này không làm việc ở cơ sở đã chọn" in shown(answer)
    found = as_lead.post(address("propose_bulk"), form(office, step="find_place", words="Trạm Y tế"))
    assert str(stranger.id) not in found.content.decode()


def test_a_case_leads_to_a_proposal_that_its_dose_has_filled_in(office: Office, as_lead: Client) -> None:
    ref = office.claimed(office.wrong_dose())
    where = f"{address('propose_bulk')}?phan-anh={ref}"
    assert f'href="{where}"' in as_lead.get(address("file", ref=ref)).content.decode()
    page = as_lead.get(where)
    body = page.content.decode()
    for filled in ('value="FA1O34"', 'value="FA1034"', f'value="{ref}"', f'value="{GIVEN.year}"'):
        assert filled in body
    assert 'value="WRONG_LOT" checked' in body
    lines = as_lead.post(address("propose_bulk"), {**_sent(body), "because": "Theo sổ tiêm", "step": "propose"})
    assert "FA1O34 thành FA1034" in shown(as_lead.get(lines["Location"]))


def _sent(body: str) -> dict[str, str]:
    """Give what the form's own fields send."""
    tags = re.findall(r"<input[^>]*>", body)
    pairs = [
        (re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag))
        for tag in tags
        if 'type="radio"' not in tag or " checked" in tag
    ]
    sent = {name[1]: value[1] for name, value in pairs if name and value}
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        sent[name] = chosen[1] if chosen else ""
    return sent


def test_a_case_that_is_not_the_readers_fills_in_its_number_alone(office: Office, as_lead: Client) -> None:
    opened = office.wrong_dose()
    body = as_lead.get(f"{address('propose_bulk')}?phan-anh={opened.ref}").content.decode()
    assert f'value="{opened.ref}"' in body
    assert "FA1O34" not in body


def test_a_signed_dose_is_said_to_lose_its_signature_for_good(
    office: Office, as_lead: Client, ward: list[UUID]
) -> None:
    found = reads.bulk_preview(office.lead, LATER, proposed(office, as_lead))
    assert found is not None
    assert not any("đã ký" in words for words in tally_of(found))
    signed = dataclasses.replace(found, lines=(dataclasses.replace(found.lines[0], loses_signature=True),))
    words = tally_of(signed)[-1]
    assert words.startswith("1 mũi trên trang này đã ký")
    assert "không trả lại chữ ký" in words
    assert "vẫn dùng được" in words, "a lot stands in no code"
    day = dataclasses.replace(signed, bulk=dataclasses.replace(signed.bulk, cause=BulkCause.WRONG_DAY))
    assert "bị thu hồi" in tally_of(day)[-1]
    assert ("Mã QR" in undo_words(day.bulk), "Mã QR" in undo_words(signed.bulk)) == (True, False)


def test_whoever_looks_for_a_session_entered_as_dose_1_is_told_what_to_correct(as_lead: Client, office: Office) -> None:
    assert "Cả buổi tiêm bị ghi là mũi 1?" in shown(as_lead.get(address("propose_bulk")))
