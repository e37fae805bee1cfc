"""The authority's board: every figure leads to the cases behind it, and nobody reads a desk outside their areas."""

import datetime as dt

from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, enter_as, shown
from tiemchung.cases import reads
from tiemchung.cases.rules import shown_ref
from tiemchung.core.actor import Role


def test_a_province_sees_its_desks_with_what_is_open_and_late(office: Office, as_corrector: Client) -> None:
    office.wrong_dose()
    office.missing_dose(at=builders.NOW - dt.timedelta(hours=60), full_name="Trần Văn Hai")
    text = shown(as_corrector.get(address("board")))
    assert "Trạm Y tế Bến Nghé 2 1 0 0" in text
    assert "Tổng cộng 2 1 0 0" in text


def test_a_figure_leads_to_the_cases_behind_it(office: Office, as_corrector: Client) -> None:
    fresh = office.wrong_dose()
    late = office.missing_dose(at=builders.NOW - dt.timedelta(hours=60), full_name="Trần Văn Hai")
    where = address("lines", unit_id=office.facility.id)
    assert f'href="{where}?late=1"' in as_corrector.get(address("board")).content.decode()
    text = shown(as_corrector.get(where + "?late=1"))
    assert shown_ref(late.ref) in text
    assert shown_ref(fresh.ref) not in text
    assert shown_ref(fresh.ref) in shown(as_corrector.get(where))
    assert "Trần Văn Hai" not in text


def test_the_ministry_sees_provinces_first_and_their_desks_behind(office: Office) -> None:
    office.wrong_dose()
    ministry = enter_as(builders.a_staff_member(Role.MINISTRY_OFFICER))
    city = builders.an_area("79", level=builders.Level.PROVINCE)
    top = ministry.get(address("board"))
    assert "Thành phố Hồ Chí Minh 1 0" in shown(top)
    inside = address("board_of", province_id=city.id)
    assert f'href="{inside}"' in top.content.decode()
    assert "Trạm Y tế Bến Nghé 1 0" in shown(ministry.get(inside))


def test_only_the_ministry_looks_into_another_province(office: Office, as_corrector: Client) -> None:
    city = builders.an_area("79", level=builders.Level.PROVINCE)
    assert as_corrector.get(address("board_of", province_id=city.id)).status_code == 404


def test_a_desk_of_another_province_has_no_lines(office: Office) -> None:
    office.wrong_dose()
    far = builders.an_officer(area=builders.an_area("01", level=builders.Level.PROVINCE), role=Role.PROVINCE_OFFICER)
    assert enter_as(far).get(address("lines", unit_id=office.facility.id)).status_code == 404
    assert reads.lines_under(far, LATER, unit_id=office.facility.id) is None


def test_a_desk_with_nothing_late_says_so(office: Office, as_corrector: Client) -> None:
    office.wrong_dose()
    answer = as_corrector.get(address("lines", unit_id=office.facility.id) + "?late=1")
    assert answer.status_code == 200
    assert "Không có phản ánh nào ở mục này" in shown(answer)


def test_an_empty_board_says_so(office: Office, as_corrector: Client) -> None:
    assert "Chưa có phản ánh nào" in shown(as_corrector.get(address("board")))


def test_a_facility_has_no_board(office: Office, as_lead: Client) -> None:
    assert as_lead.get(address("board")).status_code == 404
    assert "Bảng theo dõi" not in shown(as_lead.get(address("queue")))
