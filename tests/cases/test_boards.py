"""The board shows the desks of today: what lay at a desk whose area was merged counts for the one that has its land."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import a_facility, a_key, a_lead, a_staff_member, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.cases.actions import claim_case, refuse_case
from tiemchung.cases.reads import board_under, lines_under
from tiemchung.cases.rules import ClaimedDose, DeskLevel, RefusalCode
from tiemchung.cases.values import BoardRow
from tiemchung.core.actor import Actor, Role
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level

pytestmark = pytest.mark.usefixtures("country", "db")
BEFORE, AFTER = (dt.datetime(2025, month, day, 3, tzinfo=dt.UTC) for month, day in ((6, 30), (7, 2)))
HOUR = dt.timedelta(hours=1)
BEN_NGHE = "26740"


def old_area(code: str, level: Level = Level.COMMUNE) -> AreaView:
    """Give an area as it was on the last day of the former division."""
    return an_area(code, BEFORE.date(), level)


def new_area(code: str, level: Level = Level.COMMUNE) -> AreaView:
    """Give an area as it is since."""
    return an_area(code, AFTER.date(), level)


def an_old_desk(code: str) -> Actor:
    """Give the officer of a former ward."""
    return an_officer(Role.COMMUNE_OFFICER, old_area(code), valid_from=dt.date(2025, 1, 1), at=BEFORE)


def told_in(office: Office, area: AreaView, **more: Any) -> str:
    """Report wrong personal data of somebody who lives there, on the last day of the former division."""
    claim = office.claim(
        "PERSONAL_DATA", full_name=f"Trần Văn {a_key()}", doses=(), commune_id=area.id, wanted={"full_name": "Trần Vân"}
    )
    return office.report("PERSONAL_DATA", at=BEFORE, claim=claim, **more).ref


def refused(by: Actor, ref: str, hours: int) -> None:
    """Let a desk answer after so many hours."""
    at = BEFORE + hours * HOUR
    version = claim_case(by=by, at=at, ref=ref).version
    refuse_case(
        by=by, at=at, key=a_key(), ref=ref, version=version, refusal=RefusalCode.BLURRED, answer="Ảnh bị mờ quá."
    )


def row_of(rows: tuple[BoardRow, ...], area: AreaView) -> BoardRow:
    """Give the only row of an area."""
    (row,) = [row for row in rows if row.unit_id == area.id]
    return row


def test_a_former_ward_counts_for_the_ward_of_today(office: Office) -> None:
    officer = an_old_desk(BEN_NGHE)
    refused(officer, told_in(office, old_area(BEN_NGHE)), hours=4)
    told_in(office, old_area(BEN_NGHE))
    corrector = an_officer(Role.DATA_CORRECTOR, new_area("79", Level.PROVINCE), at=AFTER)
    rows = board_under(corrector, AFTER)
    row = row_of(rows, new_area(BEN_NGHE))
    assert (row.unit_level, row.open, row.settled, row.median_hours) == (DeskLevel.COMMUNE, 1, 1, 4.0)
    assert old_area(BEN_NGHE).id not in {row.unit_id for row in rows}


def test_the_median_is_that_of_both_desks_together(office: Office) -> None:
    officer = an_old_desk(BEN_NGHE)
    for hours in (2, 4, 12):
        refused(officer, told_in(office, old_area(BEN_NGHE)), hours=hours)
    today = new_area(BEN_NGHE)
    heir = an_officer(Role.COMMUNE_OFFICER, today, at=AFTER, valid_from=dt.date(2025, 7, 1))
    claim = office.claim("PERSONAL_DATA", doses=(), commune_id=today.id, wanted={"full_name": "Trần Vân"})
    ref = office.report("PERSONAL_DATA", at=AFTER, claim=claim).ref
    at = AFTER + 40 * HOUR
    version = claim_case(by=heir, at=at, ref=ref).version
    refuse_case(
        by=heir, at=at, key=a_key(), ref=ref, version=version, refusal=RefusalCode.BLURRED, answer="Ảnh bị mờ quá."
    )
    corrector = an_officer(Role.DATA_CORRECTOR, new_area("79", Level.PROVINCE), at=AFTER)
    row = row_of(board_under(corrector, at), today)
    assert (row.settled, row.median_hours, row.worst_hours) == (4, 8.0, 40.0)


def test_the_board_of_a_merged_province_holds_what_lay_in_the_former_ones(office: Office) -> None:
    binh_duong = old_area("25747")  # a ward of the former Bình Dương, since July 2025 in the city
    far = a_facility("Trạm Y tế Thủ Dầu Một", area=binh_duong, at=BEFORE, valid_from=dt.date(2021, 1, 1))
    a_lead(far, at=BEFORE, valid_from=dt.date(2025, 1, 1))
    told = ClaimedDose(1, "PFIZER", "FA1", dt.date(2025, 5, 1), facility_id=far.id)
    claim = office.claim(doses=(told,))
    ref = office.report(at=BEFORE, claim=claim).ref
    city = new_area("79", Level.PROVINCE)
    corrector = an_officer(Role.DATA_CORRECTOR, city, at=AFTER)
    (row,) = [row for row in board_under(corrector, AFTER) if row.unit_id == far.id]
    assert row.open == 1
    found = lines_under(corrector, AFTER, unit_id=far.id)
    assert found is not None
    assert [line.ref for line in found.lines] == [ref]
    ministry = a_staff_member(Role.MINISTRY_OFFICER, at=AFTER)
    assert row_of(board_under(ministry, AFTER), city).open == 1
    assert old_area("74", Level.PROVINCE).id not in {row.unit_id for row in board_under(ministry, AFTER)}
    assert far.id in {row.unit_id for row in board_under(ministry, AFTER, province_id=city.id)}


def test_the_cases_behind_a_figure_are_those_of_the_former_desks_too(office: Office) -> None:
    an_old_desk(BEN_NGHE)
    ref = told_in(office, old_area(BEN_NGHE))
    corrector = an_officer(Role.DATA_CORRECTOR, new_area("79", Level.PROVINCE), at=AFTER)
    found = lines_under(corrector, AFTER, unit_id=new_area(BEN_NGHE).id)
    assert found is not None
    assert [line.ref for line in found.lines] == [ref]


def test_nothing_of_another_province_is_behind_any_figure(office: Office) -> None:
    an_old_desk(BEN_NGHE)
    told_in(office, old_area(BEN_NGHE))
    far = an_officer(Role.DATA_CORRECTOR, new_area("01", Level.PROVINCE), at=AFTER)
    assert board_under(far, AFTER) == ()
    assert lines_under(far, AFTER, unit_id=new_area(BEN_NGHE).id) is None
