"""A report of two places as its reporter follows it: what is done, who has the rest, and at the end both answers."""

import datetime as dt
import html
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.web.portal import feedback_pages as pages
from tiemchung.cases.actions import claim_case, open_case, refuse_case, refuse_part, settle_part
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.reads import progress_of
from tiemchung.cases.rules import Claim, ClaimedDose, Desk, DeskLevel
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import OpenedCase
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Actor
from tiemchung.core.outbox import contact_key
from tiemchung.doses.values import DoseFacts
from tiemchung.places.rules import Level
from tiemchung.web.hotline.telling import cases_told

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted")
DONE, NOT_DONE = "Mũi 1 đã được ghi bổ sung theo sổ tiêm.", "Ảnh phiếu mũi 2 bị mờ, không đọc được số lô."


class TwoPlaces:
    """A report of a dose in the city and one in Hà Nội, the leads of both stations, and whoever reported."""

    def __init__(self) -> None:
        self.here: Actor = builders.a_lead(builders.a_facility("Trạm Y tế Hoa Ngâu"))
        far = builders.a_facility("Trạm Y tế Hoa Sữa", area=builders.an_area("00070", level=Level.COMMUNE))
        self.there: Actor = builders.a_lead(far)
        self.phone, self.person_id = builders.a_phone(), self._person()
        told = tuple(
            ClaimedDose(n, "PFIZER", f"LO{n}", dt.date(2025, 6 + n, 14), facility_id=lead.facility_id)
            for n, lead in ((1, self.here), (2, self.there))
        )
        claim = Claim(full_name="Nguyễn Thị Minh Châu", birth_date=dt.date(1984, 11, 23), doses=told)
        self.case: OpenedCase = open_case(
            by=PUBLIC, at=clock.now(), key="two", kind="BOTH_MISSING", door="BOOK", claim=claim, phone=self.phone,
        )  # fmt: skip

    def _person(self) -> UUID:
        return builders.a_person("Nguyễn Thị Minh Châu", dt.date(1984, 11, 23), at=clock.now()).person_id

    def _ask(self, by: Actor, answer: str) -> dict[str, Any]:
        file = claim_case(by=by, at=clock.now(), ref=self.case.ref)
        ask: dict[str, Any] = {"by": by, "at": clock.now(), "key": builders.a_key(), "ref": self.case.ref}
        return ask | {"version": file.version, "answer": answer}

    def record_first(self) -> None:
        """Let the near station record its dose and pass on the rest."""
        facts = DoseFacts("PFIZER", dt.date(2025, 7, 14), lot_number="LO1", facility_id=self.here.facility_id)
        solution = Solution(SolutionKind.RECORD, profile_id=self.person_id, facts=facts)
        settle_part(**self._ask(self.here, DONE), solutions=[solution], because="theo sổ tiêm trang 3", rest=self.rest)

    def refuse_first(self) -> None:
        """Let the near station refuse its part and pass on the rest."""
        refuse_part(**self._ask(self.here, "Sổ tiêm không có mũi 1."), refusal="DOSE_MISMATCH", rest=self.rest)

    def refuse_rest(self) -> None:
        """Let the far station refuse what is left."""
        refuse_case(**self._ask(self.there, NOT_DONE), refusal="BLURRED")

    @property
    def rest(self) -> Desk:
        """Give the far station's desk."""
        assert self.there.facility_id is not None
        return Desk(self.there.facility_id, DeskLevel.FACILITY)

    def page(self, *, proved: bool = False) -> str:
        """Give the words of the status page, whole after a code."""
        client = Client()
        client.post("/phan-anh/tra-cuu", {"ref": self.case.ref, "phone": self.phone})
        if proved:
            client.post("/phan-anh/tien-do/ma", {"do": "again"})
            client.post("/phan-anh/tien-do/ma", {"code": pages.newest_code(self.phone)})
        body = client.get("/phan-anh/tien-do").content.decode()
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


@pytest.fixture
def two() -> TwoPlaces:
    """Give the report."""
    return TwoPlaces()


def test_the_reporter_reads_what_is_corrected_and_who_has_the_rest(two: TwoPlaces) -> None:
    two.record_first()
    words = two.page()
    assert "Một phần đã được sửa. Phần còn lại do Trạm Y tế Hoa Sữa" in words
    assert "Giải quyết một phần; phần còn lại chuyển sang đơn vị khác" in words
    assert "Sửa đổi đã đến đâu?" in words
    assert DONE not in words, "what was written is for the proved phone"
    assert DONE in two.page(proved=True)


def test_where_nothing_is_corrected_yet_nothing_is_said_to_be(two: TwoPlaces) -> None:
    two.refuse_first()
    words = two.page()
    assert "Một phần đã được trả lời. Phần còn lại do" in words
    assert "Một phần đã được sửa" not in words


def test_at_the_end_both_answers_are_read_together(two: TwoPlaces) -> None:
    two.record_first()
    two.refuse_rest()
    words = two.page(proved=True)
    assert "Một phần đã được giải quyết, một phần chưa được chấp nhận" in words
    assert f"Phần đã giải quyết, Trạm Y tế Hoa Ngâu: {DONE}" in words
    assert f"Phần chưa được chấp nhận, Trạm Y tế Hoa Sữa: {NOT_DONE}" in words
    assert "Phần còn lại do" not in words


def test_the_hotline_reads_out_who_has_the_rest(two: TwoPlaces) -> None:
    two.record_first()
    found = progress_of(two.case.ref, contact_key(two.phone))
    assert found is not None
    (told,) = cases_told([found], clock.now())
    assert any("Phần còn lại do Trạm Y tế Hoa Sữa" in sentence for sentence in told["read"])


def test_a_report_that_one_desk_answers_reads_as_ever(two: TwoPlaces) -> None:
    words = two.page()
    assert "Phần còn lại" not in words
    assert "Phản ánh đã đến đơn vị và đang chờ người nhận xử lý" in words
