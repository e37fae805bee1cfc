"""A report about a dose on record names the dose and says what is wrong with it."""

import pytest

from tests.web.hotline.conftest import Centre, shown
from tiemchung.cases.models import Case

ASKED = {"answer_by": "FACILITY", "step": "check"}


@pytest.mark.parametrize(
    ("said", "told"),
    [({}, "Chọn mũi tiêm"), ({"lot_1": "FA1034"}, "Chọn mũi tiêm"), ({"dose": "1"}, "Điền thông tin đúng")],
)
def test_a_wrong_dose_without_a_name_or_a_word_is_asked_for(centre: Centre, said: dict[str, str], told: str) -> None:
    centre.proved()
    dose = {"dose_id": str(centre.dose.id)} if said.get("dose") else {}
    answer = centre.post("case_form", ASKED | said | dose, kind="DOSE_WRONG")
    assert answer.status_code == 422
    assert told in shown(answer)
    assert not Case.objects.exists()


@pytest.mark.parametrize("said", [{"lot_1": "FA1034"}, {"text": "Ngày trên giấy là 02/10."}])
def test_a_dose_that_is_named_with_what_is_wrong_is_read_back(centre: Centre, said: dict[str, str]) -> None:
    centre.proved()
    check = centre.post("case_form", ASKED | said | {"dose_id": str(centre.dose.id)}, kind="DOSE_WRONG")
    assert check.status_code == 200
    assert "Ghi phản ánh" in shown(check)
