"""The health book tells of a report of two places what is corrected and who has the rest."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.test import Client

from tests.builders import a_facility, a_key, a_lead, an_area
from tests.web.citizen.conftest import BORN, NAME
from tiemchung.cases.actions import claim_case, open_case, settle_part
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.rules import Claim, ClaimedDose, Desk, DeskLevel
from tiemchung.cases.solutions import Solution
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.doses.values import DoseFacts
from tiemchung.places.rules import Level


def test_the_page_of_a_report_says_which_part_is_done(signed_in: Callable[[], Client], chau: UUID, phone: str) -> None:
    here, there = (
        a_lead(a_facility(name, area=area))
        for name, area in (
            ("Trạm Y tế Hoa Ngâu", None), ("Trạm Y tế Hoa Sữa", an_area("00070", level=Level.COMMUNE)),
        )
    )  # fmt: skip
    given = clock.today() - dt.timedelta(days=200)
    told = (
        ClaimedDose(1, "PFIZER", "LO1", given, facility_id=here.facility_id),
        ClaimedDose(2, "PFIZER", "LO2", given + dt.timedelta(days=30), facility_id=there.facility_id),
    )
    case = open_case(
        by=SYSTEM, at=clock.now(), key=a_key(), kind="BOTH_MISSING", door="BOOK", phone=phone, person_id=chau,
        claim=Claim(full_name=NAME, birth_date=BORN, doses=told),
    )  # fmt: skip
    file = claim_case(by=here, at=clock.now(), ref=case.ref)
    facts = DoseFacts("PFIZER", given, lot_number="LO1", facility_id=here.facility_id)
    part: dict[str, Any] = {"answer": "Mũi 1 đã được ghi theo sổ tiêm.", "because": "theo sổ tiêm trang 3"}
    assert there.facility_id is not None
    settle_part(
        by=here, at=clock.now(), key=a_key(), ref=case.ref, version=file.version, **part,
        solutions=[Solution(SolutionKind.RECORD, profile_id=chau, facts=facts)],
        rest=Desk(there.facility_id, DeskLevel.FACILITY),
    )  # fmt: skip
    page = signed_in().get(f"/so/phan-anh/{case.ref}").content.decode()
    assert "Một phần đã được sửa. Phần còn lại do Trạm Y tế Hoa Sữa trả lời" in page
    assert "Giải quyết một phần; phần còn lại chuyển sang đơn vị khác" in page
    assert "giải quyết phần còn lại" in page, "why it lies there"
    assert "Mũi 1 đã được ghi theo sổ tiêm." in page
