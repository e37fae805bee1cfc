"""No two people have one case, and what a desk does is seen by whom it concerns."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from tests.builders import NOW, a_facility, a_lead, a_nurse, a_phone, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.cases.actions import (
    answer_back,
    ask_back,
    claim_case,
    next_case,
    pass_case,
    release_case,
    sound_alarms,
)
from tiemchung.cases.models import CaseInbox, CaseStep
from tiemchung.cases.reads import board_under, progress_of, queue_at
from tiemchung.cases.rules import CLAIM, NATION, CaseState, DeskLevel
from tiemchung.core.actor import Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused

HOUR = dt.timedelta(hours=1)


def test_next_gives_what_is_due_first(office: Office) -> None:
    later = office.report(at=NOW + HOUR)
    first = office.report(at=NOW)
    got = next_case(by=office.lead, at=NOW + 2 * HOUR)
    assert got is not None
    assert got.ref == first.ref
    assert got.state is CaseState.IN_REVIEW
    second = next_case(by=office.lead, at=NOW + 2 * HOUR)
    assert second is not None
    assert second.ref == later.ref
    assert next_case(by=office.lead, at=NOW + 2 * HOUR) is None


def test_a_claim_that_lapsed_is_given_to_the_next(office: Office) -> None:
    opened, colleague = office.report(), a_lead(office.facility)
    assert next_case(by=office.lead, at=NOW) is not None
    assert next_case(by=colleague, at=NOW + CLAIM - dt.timedelta(seconds=1)) is None
    got = next_case(by=colleague, at=NOW + CLAIM)
    assert got is not None
    assert got.ref == opened.ref


def test_a_claimed_case_is_nobody_elses(office: Office) -> None:
    opened, colleague = office.report(), a_lead(office.facility)
    claim_case(by=office.lead, at=NOW, ref=opened.ref)
    with pytest.raises(Refused, match="CASE_CLAIMED"):
        claim_case(by=colleague, at=NOW, ref=opened.ref)
    release_case(by=office.lead, at=NOW, ref=opened.ref)
    assert claim_case(by=colleague, at=NOW, ref=opened.ref).claimed_by == colleague.id


def test_other_desks_cannot_take_it_and_are_told_that_there_is_none(office: Office) -> None:
    opened = office.report()
    for stranger in (a_lead(a_facility()), an_officer(Role.DATA_CORRECTOR)):
        with pytest.raises(Refused, match="NO_SUCH_CASE"):
            claim_case(by=stranger, at=NOW, ref=opened.ref)
    with pytest.raises(Refused, match="CASE_NO_DESK"):
        next_case(by=a_nurse(office.facility), at=NOW)


def test_passing_on_keeps_the_clock_and_the_trail(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    file = claim_case(by=office.lead, at=NOW + HOUR, ref=opened.ref)
    province = an_area("79", level=_province())
    pass_case(
        by=office.lead, at=NOW + HOUR, ref=opened.ref, version=file.version, unit_id=province.id, level="PROVINCE",
        because="Mũi tiêm ở điểm lưu động",
    )  # fmt: skip
    assert queue_at(office.lead, NOW).open == 0
    line = queue_at(office.corrector, NOW).lines[0]
    assert (line.ref, line.due_at) == (opened.ref, opened.due_at)
    progress = progress_of(opened.ref, contact_key(phone))
    assert progress is not None
    assert [step.step for step in progress.steps] == ["RECEIVE", "PASS_ON"]
    assert not any(step.note or step.by_name for step in progress.steps)


def _province() -> Any:
    from tiemchung.places.rules import Level

    return Level.PROVINCE


def test_a_case_is_not_passed_to_nowhere_or_to_itself(office: Office) -> None:
    file = claim_case(by=office.lead, at=NOW, ref=office.report().ref)
    ask = {"by": office.lead, "at": NOW, "ref": file.ref, "version": file.version, "because": "Không thuộc đơn vị"}
    with pytest.raises(Refused, match="CASE_DESK_UNKNOWN"):
        pass_case(unit_id=uuid4(), level="FACILITY", **ask)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="CASE_SAME_DESK"):
        pass_case(unit_id=office.facility.id, level="FACILITY", **ask)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="REASON_MISSING"):
        pass_case(unit_id=NATION, level="NATION", **(ask | {"because": "x"}))  # type: ignore[arg-type]


def test_a_question_waits_at_the_citizens_and_its_answer_brings_the_case_back(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    ask_back(by=office.lead, at=NOW, ref=opened.ref, version=file.version, text="Xin gửi ảnh rõ hơn của giấy xác nhận")
    assert next_case(by=office.lead, at=NOW) is None
    assert queue_at(office.lead, NOW).asked_back == 1
    from tiemchung.core.actor import PUBLIC

    answer_back(by=PUBLIC, at=NOW + HOUR, ref=opened.ref, contact_key=contact_key(phone), text="Tôi đã gửi ảnh mới")
    got = next_case(by=office.lead, at=NOW + HOUR)
    assert got is not None
    assert got.due_at == opened.due_at
    assert [s.text for s in got.steps if s.text] == ["Xin gửi ảnh rõ hơn của giấy xác nhận", "Tôi đã gửi ảnh mới"]


def test_a_stale_page_is_refused(office: Office) -> None:
    opened = office.report()
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    release_case(by=office.lead, at=NOW, ref=opened.ref)
    claim_case(by=office.lead, at=NOW, ref=opened.ref)
    with pytest.raises(Refused, match="CHANGED_MEANWHILE"):
        ask_back(by=office.lead, at=NOW, ref=opened.ref, version=file.version, text="Xin gửi ảnh rõ hơn")


def test_a_late_case_climbs_the_ladder_rung_by_rung(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    commune = an_officer(Role.COMMUNE_OFFICER, area=an_area())
    steps = []
    later = office.report()  # opened after the commune has an officer
    for hours in (23, 24, 47, 48, 71, 72, 96, 120):
        sound_alarms(NOW + hours * HOUR)
        progress = progress_of(opened.ref, contact_key(phone))
        assert progress is not None
        steps.append([(s.step, s.unit_level) for s in progress.steps if s.step in {"WARN", "ESCALATE"}])
    assert [len(s) for s in steps] == [0, 1, 1, 2, 2, 3, 3, 3]
    assert [level for _, level in steps[-1]] == ["FACILITY", "PROVINCE", "NATION"]
    assert queue_at(office.corrector, NOW).watched == 2
    assert later.ref in {line.ref for line in queue_at(commune, NOW, show="WATCHED").lines}


def test_what_is_late_at_the_ministry_is_said_to_its_reporter_though_nobody_is_above(office: Office) -> None:
    phone = a_phone()
    claim = replace(office.claim("PERSONAL_DATA"), wanted={"full_name": "Nguyễn Thị Ân"})
    opened = office.report("PERSONAL_DATA", claim=claim, phone=phone)
    assert opened.desk.level is DeskLevel.NATION
    for hours in (24, 48, 72, 96):
        sound_alarms(NOW + hours * HOUR)
    progress = progress_of(opened.ref, contact_key(phone))
    assert progress is not None
    assert [(s.step, s.unit_level) for s in progress.steps[1:]] == [("WARN", "NATION"), ("LATE", "NATION")]
    told = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("created_at", "id")
    assert [message.kind for message in told] == ["case_received", "case_late_top"]


def test_the_desk_above_takes_a_late_case_over(office: Office) -> None:
    opened = office.report()
    sound_alarms(NOW + 24 * HOUR)
    sound_alarms(NOW + 48 * HOUR)
    got = claim_case(by=office.corrector, at=NOW + 49 * HOUR, ref=opened.ref)
    assert (got.desk.level, got.claimed_by) == (DeskLevel.PROVINCE, office.corrector.id)
    assert queue_at(office.lead, NOW + 49 * HOUR).open == 0
    assert queue_at(office.corrector, NOW + 49 * HOUR).watched == 0


def test_sounding_twice_sounds_once(office: Office) -> None:
    office.report()
    assert [sound_alarms(NOW + 24 * HOUR), sound_alarms(NOW + 24 * HOUR)] == [1, 0]
    assert CaseStep.objects.filter(step="WARN").count() == 1


def test_each_authority_sees_the_figures_of_everyone_below(office: Office) -> None:
    office.report(at=NOW - 50 * HOUR)
    office.report(at=NOW)
    rows = board_under(an_officer(Role.PROVINCE_OFFICER), NOW)
    mine = {row.unit_id: row for row in rows}[office.facility.id]
    assert (mine.open, mine.late) == (2, 1)
    elsewhere = an_officer(Role.PROVINCE_OFFICER, area=an_area("01", level=_province()))
    assert board_under(elsewhere, NOW) == ()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_who_ask_at_once_get_a_hundred_cases(make_office: Any) -> None:
    office = make_office()
    for n in range(100):
        office.report(at=NOW + n * dt.timedelta(seconds=1))

    def ask(_: int) -> str:
        try:
            got = next_case(by=office.lead, at=NOW + HOUR)
            return got.ref if got else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        refs = list(pool.map(ask, range(110)))
    connections.close_all()
    assert len({ref for ref in refs if ref}) == 100
    assert refs.count("") == 10
    assert CaseInbox.objects.filter(claimed_by=office.lead.id).count() == 100
