"""What was taken off the record is told to its person on the phone too: when, and why."""

from tests.web.hotline.conftest import LATER, Centre, shown
from tiemchung.doses.actions import void_dose


def test_a_voided_dose_is_read_out_with_its_day_and_reason(centre: Centre) -> None:
    void_dose(
        by=centre.lead, at=LATER, key="gone", profile_id=centre.person_id, dose_id=centre.dose.id,
        version=centre.dose.version, because="Mũi này của người khác, nhập nhầm",
    )  # fmt: skip
    told = shown(centre.proved())
    assert "Mũi tiêm ngày 01/10/2026 đã bị hủy ngày 20/11/2026. Lý do: Mũi này của người khác, nhập nhầm" in told
    assert "Mũi gần nhất" not in told
