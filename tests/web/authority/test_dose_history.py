"""A dose's history reads as sentences: every entry, whoever made it, and why, in words of people."""

from typing import Any

import pytest
from django.test import Client

from tests.certificates.passport_cast import sign_doses_of
from tests.web.authority.conftest import LATER, House, shown
from tiemchung.certificates.rules import SignatureFall
from tiemchung.core.actor import SYSTEM
from tiemchung.doses import actions
from tiemchung.doses.rules import EntryKind
from tiemchung.web.authority.dose_history import told_evidence
from tiemchung.web.shared.words import sentences

A_ROW = "0197b6d2-0000-7000-8000-000000000001"


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_entry_that_the_ledger_can_write_has_words(lang: str) -> None:
    assert [kind for kind in EntryKind if f"authority.entry.{kind}" not in sentences(lang)] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_why_a_signature_falls_has_words(lang: str) -> None:
    assert [fall for fall in SignatureFall if f"dose_history.fall.{fall}" not in sentences(lang)] == []


@pytest.mark.parametrize("fall", SignatureFall)
def test_a_fallen_signature_is_told_without_a_code_and_by_nobody_called_system(
    house: House, as_lead: Client, fall: SignatureFall
) -> None:
    dose = house.dose
    sign_doses_of(house.person_id, at=LATER)
    assert actions.unsign_doses(at=LATER, doses=[(dose.profile_id, dose.id)], because=fall)
    page = shown(as_lead.get(house.address("dose")))
    assert f"Lý do: {sentences('vi')[f'dose_history.fall.{fall}']}" in page
    assert "Chữ ký số của cơ sở mất hiệu lực" in page
    assert ", Hệ thống" in page
    assert not [raw for raw in ("system", "UNSIGNED", str(fall), "authority.entry") if raw in page]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("Sổ tiêm trang 12", "Sổ tiêm trang 12"),
        ("case:1234567890", "phản ánh PA 123 456 7890"),
        (f"bulk:{A_ROW} case:1234567890", "đợt sửa hàng loạt, phản ánh PA 123 456 7890"),
        (f"call:{A_ROW}", "cuộc gọi tới tổng đài"),
        (f"run:{A_ROW}", ""),
        ("", ""),
    ],
)
def test_evidence_is_told_in_words_and_never_as_an_id(kept: str, told: str) -> None:
    assert told_evidence(kept) == told


def test_an_entry_of_the_system_names_its_case(house: House, as_lead: Client) -> None:
    dose = house.dose
    said: dict[str, Any] = {"because": "PA 123 456 7890: tự rút lại", "evidence": "case:1234567890"}
    who = {"by": SYSTEM, "at": LATER, "key": "ended", "profile_id": dose.profile_id, "dose_id": dose.id}
    actions.void_dose(**who, version=1, **said)
    page = shown(as_lead.get(house.address("dose")))
    assert "Căn cứ: phản ánh PA 123 456 7890" in page
    assert "case:" not in page
