"""Correcting a dose: checked before it is done, refused with words, nothing typed is lost."""

import datetime as dt
from unittest import mock
from uuid import uuid4

import pytest
from django.test import Client

from tests import builders
from tests.web.authority.conftest import LATER, House, amendment, enter_as, hidden, shown
from tiemchung.doses import actions, reads
from tiemchung.doses.actions import DoseToSign
from tiemchung.doses.rules import DoseState


def of(house: House):
    """Give the dose as it is now."""
    return reads.dose([house.person_id], house.dose.id)


def test_the_check_page_shows_before_and_after_and_changes_nothing(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123"))
    assert answer.status_code == 200
    assert "SUA123" in shown(answer)
    assert house.dose.facts.lot_number in shown(answer)
    assert of(house) == house.dose


def test_a_checked_amendment_is_done_once_and_shown_in_the_history(house: House, as_lead: Client) -> None:
    checked = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123"))
    for _ in range(2):
        done = as_lead.post(house.address("amend_dose"), {**hidden(checked), "step": "do"})
        assert done["Location"] == house.address("dose")
    assert of(house).facts.lot_number == "SUA123"
    assert len(reads.history_of([house.person_id], house.dose.id)) == 2
    text = shown(as_lead.get(house.address("dose")))
    assert f"Số lô: {house.dose.facts.lot_number} thành SUA123" in text
    assert "Nhập nhầm, đã xem lại sổ" in text
    assert "Sổ tiêm trang 12" in text
    assert "Lê Thị Lan" in text


def test_an_amendment_that_names_a_known_lot_points_to_it(house: House, as_lead: Client) -> None:
    lot = builders.a_lot(number="MOI001")
    form = amendment(house, lot_number="moi-001", step="do")
    as_lead.post(house.address("amend_dose"), form)
    assert of(house).facts.lot_id == lot.id


def test_an_amended_day_keeps_day_and_hour_together(house: House, as_lead: Client) -> None:
    yesterday = house.dose.facts.given_on - dt.timedelta(days=1)
    form = amendment(house, given_on_day=str(yesterday.day), given_time="08:30", step="do")
    assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    facts = of(house).facts
    assert facts.given_on == yesterday
    assert facts.given_at == dt.datetime(2026, 11, 19, 1, 30, tzinfo=dt.UTC)


def test_no_reason_no_amendment_and_nothing_typed_is_lost(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123", because="x"))
    assert answer.status_code == 422
    assert 'value="SUA123"' in answer.content.decode()
    assert "Hãy ghi lý do" in shown(answer)


def test_an_impossible_day_is_said_beside_the_field(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("amend_dose"), amendment(house, given_on_day="31", given_on_month="2"))
    assert answer.status_code == 422
    assert "Ngày tiêm cần đủ ngày" in shown(answer)
    assert 'value="31"' in answer.content.decode()


def test_a_future_day_is_refused_in_words(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("amend_dose"), amendment(house, given_on_year="2027"))
    assert answer.status_code == 422
    assert of(house) == house.dose


def test_a_change_by_somebody_else_is_shown_with_both_versions(house: House, as_lead: Client) -> None:
    actions.amend_dose(
        by=house.corrector, at=LATER, key="other", profile_id=house.person_id, dose_id=house.dose.id, version=1,
        changes={"place_name": "Điểm tiêm Nhà hát"}, because="Sai nơi tiêm trong sổ",
    )  # fmt: skip
    answer = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123"))
    assert answer.status_code == 422
    text = shown(answer)
    assert "Bản bạn đã xem" in text
    assert "Điểm tiêm Nhà hát" in text
    again = {**amendment(house, lot_number="SUA123", place_name="Điểm tiêm Nhà hát"), **hidden(answer), "step": "do"}
    assert as_lead.post(house.address("amend_dose"), again).status_code == 302
    assert (of(house).facts.lot_number, of(house).facts.place_name) == ("SUA123", "Điểm tiêm Nhà hát")


def test_after_a_conflict_an_untouched_field_follows_the_present_version(house: House, as_lead: Client) -> None:
    actions.amend_dose(
        by=house.corrector, at=LATER, key="other", profile_id=house.person_id, dose_id=house.dose.id, version=1,
        changes={"place_name": "Điểm tiêm Nhà hát"}, because="Sai nơi tiêm trong sổ",
    )  # fmt: skip
    page = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123")).content.decode()
    assert 'value="Điểm tiêm Nhà hát"' in page
    assert 'value="SUA123"' in page


def test_a_conflict_after_a_signature_shows_what_the_corrector_saw(house: House, as_lead: Client) -> None:
    """A signature is an entry and no version: every version after it stood one entry too early."""
    was = house.dose.facts.lot_number
    item = DoseToSign(house.dose.profile_id, house.dose.id, house.dose.version)
    assert actions.sign_doses(by=house.lead, at=LATER, run_id=uuid4(), items=[item])
    for number, lot in enumerate(("SUA122", "SUA123"), 1):
        form = amendment(house, lot_number=lot, step="do", key=f"number-{number:04}", version=str(number))
        assert as_lead.post(house.address("amend_dose"), form).status_code == 302
    form = amendment(house, lot_number="SUA124", step="do", key="late-000000", version="2")
    told = shown(as_lead.post(house.address("amend_dose"), form))
    seen = told[told.index("Bản bạn đã xem") : told.index("Những gì bạn sửa")]
    assert "SUA122" in seen
    assert was not in seen


def test_the_vaccinator_corrects_their_own_dose_on_its_day_only(house: House) -> None:
    browser = enter_as(house.nurse)
    assert "Sửa mũi tiêm" in shown(browser.get(house.address("dose")))
    tomorrow = LATER + dt.timedelta(days=1)
    with mock.patch("tiemchung.core.clock.now", return_value=tomorrow):
        session = browser.session
        session["seen_at"] = tomorrow.isoformat()
        session.save()
        answer = browser.post(house.address("amend_dose"), amendment(house, lot_number="SUA123"))
        assert answer.status_code == 422
        assert "trong ngày ghi" in shown(answer)


def test_a_dose_is_voided_with_a_reason_and_stays_visible(house: House, as_lead: Client) -> None:
    form = {**hidden(as_lead.get(house.address("void_dose"))), "because": "Ghi nhầm người, đã hỏi lại"}
    checked = as_lead.post(house.address("void_dose"), {**form, "step": "check"})
    assert of(house).state is DoseState.CONFIRMED
    as_lead.post(house.address("void_dose"), {**hidden(checked), "step": "do"})
    assert of(house).state is DoseState.VOIDED
    assert "Đã hủy" in shown(as_lead.get(house.address("person")))
    assert reads.doses_of([house.person_id]) == ()


def test_voiding_without_a_reason_is_refused_in_words(house: House, as_lead: Client) -> None:
    form = {**hidden(as_lead.get(house.address("void_dose"))), "because": "", "step": "do"}
    answer = as_lead.post(house.address("void_dose"), form)
    assert answer.status_code == 422
    assert "Hãy ghi lý do" in shown(answer)


def test_a_declared_dose_is_verified_and_then_counts(house: House, as_lead: Client) -> None:
    phone = builders.a_phone()
    profile = builders.a_person("Phạm Văn Bình", phones=[(phone, "OWN")], sex="MALE")
    citizen = builders.a_citizen(phone, profile.person_id)
    declared = actions.declare_dose(
        by=citizen, at=builders.NOW, key="declared", profile_id=profile.profile_id, facts=house.dose.facts
    ).dose
    page = house.address("verify_dose", person_id=profile.person_id, dose_id=declared.id)
    form = {**hidden(as_lead.get(page)), "because": "Khớp với sổ tiêm trang 3"}
    checked = as_lead.post(page, {**form, "step": "check"})
    done = as_lead.post(page, {**hidden(checked), "step": "do"})
    assert done.status_code == 302, shown(done)
    assert reads.dose([profile.profile_id], declared.id).state is DoseState.CONFIRMED


def test_a_dose_of_another_person_has_no_page_here(house: House, as_lead: Client) -> None:
    other = builders.a_person("Lý Văn Hoa")
    assert as_lead.get(house.address("dose", person_id=other.person_id)).status_code == 404


@pytest.mark.parametrize("has", [True, False])
def test_before_saving_one_reads_whether_a_passport_falls_with_it(
    house: House, as_lead: Client, monkeypatch: pytest.MonkeyPatch, has: bool
) -> None:
    monkeypatch.setattr("tiemchung.web.authority.doses.has_passport", lambda person_id, at: has)
    told = "mã QR đang dùng bị thu hồi ngay khi bạn lưu"
    amended = as_lead.post(house.address("amend_dose"), amendment(house, lot_number="SUA123"))
    assert (told in shown(amended)) is has
    form = {**hidden(as_lead.get(house.address("void_dose"))), "because": "Ghi nhầm người, đã hỏi lại"}
    voided = as_lead.post(house.address("void_dose"), {**form, "step": "check"})
    assert (told in shown(voided)) is has
