"""Two stations in two provinces and somebody with a dose at each, neither on record."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.test import Client

from tests import builders
from tests.web.cases.conftest import LATER, Office, address, fields
from tiemchung.cases.models import Evidence
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor
from tiemchung.core.ids import new_id
from tiemchung.doses import reads as doses
from tiemchung.places.rules import Level

FIRST, SECOND = dt.date(2026, 8, 1), dt.date(2026, 9, 5)
WHY = "Đã đối chiếu sổ tiêm trang 12"


class FarOffice:
    """A station in another province, and somebody with a dose here and one there, neither on record."""

    def __init__(self, office: Office) -> None:
        self.office = office
        ward, at = builders.an_area("00070", level=Level.COMMUNE), office.at
        self.far = builders.a_facility("Trạm Y tế Hoàn Kiếm", area=ward, at=at)
        self.lead: Actor = builders.a_lead(self.far, at=at)
        self.person_id: UUID = builders.a_person("Trần Thị Bích", dt.date(1985, 3, 5), at=at).person_id
        self.phone = builders.a_phone()
        for number in ("FA1034", "FB2045"):
            builders.a_lot(number=number, at=at)

    @property
    def word(self) -> str:
        """Give what a form says of the far desk."""
        return f"FACILITY:{self.far.id}"

    def report(self, case_id: UUID | None = None) -> OpenedCase:
        """Report both doses."""
        told = (
            ClaimedDose(1, "PFIZER", "FA1034", FIRST, facility_id=self.office.facility.id),
            ClaimedDose(2, "PFIZER", "FB2045", SECOND, facility_id=self.far.id),
        )
        more = {"person_id": self.person_id, "phone": self.phone, "case_id": case_id}
        return self.office.report("BOTH_MISSING", told, full_name="Trần Thị Bích", **more)

    def reported(self) -> str:
        """Report both doses with a paper, let the near lead take the case, and give its number."""
        case_id = new_id()
        Evidence.objects.create(
            case_id=case_id, number=1, media_type="image/jpeg", bytes=1, width=1, height=1, digest=b"x",
            added_at=self.office.at, added_by="citizen",
        )  # fmt: skip
        return self.office.claimed(self.report(case_id), at=LATER)

    def days(self) -> list[dt.date]:
        """Give the days of the doses on record."""
        return [dose.facts.given_on for dose in doses.doses_of([self.person_id])]

    def check(self, browser: Client, ref: str) -> Any:
        """Press the button of the first suggestion."""
        page = browser.get(address("file", ref=ref))
        return browser.post(address("decide", ref=ref), {**fields(page, address("decide", ref=ref)), "step": "check"})

    def save(self, browser: Client, ref: str, page: Any, **more: str) -> Any:
        """Save what the check page shows; whoever saves has looked at the slip."""
        form = {**fields(page, address("decide", ref=ref)), "step": "do", "seen_paper": "1"}
        return browser.post(address("decide", ref=ref), form | {"because": form.get("because") or WHY} | more)
