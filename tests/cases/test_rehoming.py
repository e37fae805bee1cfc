"""No case lies where nobody sits: what is passed to an empty desk goes on, and what was left behind is fetched."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_facility, a_key, a_lead, a_phone, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.access import actions as access
from tiemchung.access import reads as access_reads
from tiemchung.cases.actions import (
    ask_back,
    claim_case,
    next_case,
    pass_case,
    print_waiting,
    refuse_case,
    sound_alarms,
)
from tiemchung.cases.actions.rehoming import rehome_cases
from tiemchung.cases.models import CaseStep
from tiemchung.cases.reads import desk_file, letters_waiting, progress_of, queue_at
from tiemchung.cases.rules import CLAIM, CaseState, ClaimedDose, DeskLevel, RefusalCode, RouteReason
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.clock import local
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.places import actions as places
from tiemchung.places.rules import Level

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WHY = "Trạm sáp nhập theo quyết định"
pytestmark = pytest.mark.usefixtures("country", "db")


def leave(who: Actor, on: dt.date) -> None:
    """End the posting of a member of staff."""
    (posting,) = access_reads.postings_of(who.id, local(NOW).date())  # type: ignore[arg-type]
    access.end_posting(by=SYSTEM, at=NOW, posting_id=posting.id, on=on, because="Nghỉ việc từ hôm nay")


def succeeded(office: Office) -> Actor:
    """Let another facility answer for the office's from tomorrow on, and give its lead."""
    heir = a_facility("Trạm Y tế mới")
    boss = a_lead(heir)
    places.succeed_facility(
        by=SYSTEM, at=NOW, key=a_key(), facility_id=office.facility.id, successor_id=heir.id,
        on=local(NOW).date() + DAY, because=WHY,
    )  # fmt: skip
    return boss


def passed(office: Office, unit: Any, level: str = "FACILITY", *, by: Actor | None = None, ref: str = "") -> Any:
    """Claim a case and pass it on."""
    who = by or office.lead
    file = claim_case(by=who, at=NOW, ref=ref or office.report().ref)
    return file.ref, pass_case(
        by=who, at=NOW, ref=file.ref, version=file.version, unit_id=unit, level=level, because="Mũi tiêm ở nơi khác",
    )  # fmt: skip


def test_what_is_passed_to_an_empty_facility_goes_to_the_lowest_desk_above_with_somebody(office: Office) -> None:
    empty = a_facility("Trạm không ai trực")
    ref, desk = passed(office, empty.id)
    assert desk.level is DeskLevel.PROVINCE
    assert [line.ref for line in queue_at(office.corrector, NOW).lines] == [ref]
    file = desk_file(office.corrector, NOW, ref)
    assert file is not None
    assert file.why == RouteReason.NOBODY_BELOW


def test_what_is_passed_to_a_facility_that_was_succeeded_goes_to_its_heir(office: Office) -> None:
    boss = succeeded(office)
    later = NOW + DAY
    report = office.report(at=later, claim=office.claim(doses=(ClaimedDose(1, "PFIZER"),), province_id=_province().id))
    file = claim_case(by=office.corrector, at=later, ref=report.ref)
    desk = pass_case(
        by=office.corrector, at=later, ref=file.ref, version=file.version, unit_id=office.facility.id,
        level="FACILITY", because="Mũi tiêm tại trạm",
    )  # fmt: skip
    assert desk.unit_id == boss.facility_id
    assert [line.ref for line in queue_at(boss, later).lines] == [file.ref]


def _province() -> Any:
    return an_area("79", level=Level.PROVINCE)


def test_a_case_is_not_passed_where_the_way_leads_back(office: Office) -> None:
    empty = a_facility("Trạm không ai trực")
    ref, _ = passed(office, _province().id, "PROVINCE")
    with pytest.raises(Refused, match="CASE_DESK_UNMANNED"):
        passed(office, empty.id, by=office.corrector, ref=ref)


def test_what_was_passed_on_is_still_warned_of_and_climbs_past_empty_desks(office: Office) -> None:
    other = a_facility("Trạm khác")
    a_lead(other)
    passed(office, other.id)
    for hours in (24, 48):
        sound_alarms(NOW + hours * HOUR)
    told = CaseStep.objects.filter(step__in=["WARN", "ESCALATE"]).order_by("number").values_list("step", "unit_level")
    assert list(told) == [("WARN", "FACILITY"), ("ESCALATE", "PROVINCE")]  # the commune has nobody


def test_a_succession_takes_the_open_cases_along_with_clock_and_trail(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    boss = succeeded(office)
    later = NOW + DAY
    assert rehome_cases(NOW) == 0
    assert rehome_cases(later) == 1
    (line,) = queue_at(boss, later).lines
    assert (line.ref, line.due_at) == (opened.ref, opened.due_at)
    assert queue_at(office.lead, later).open == 0
    step = CaseStep.objects.filter(case_id=opened.case_id).order_by("number").last()
    assert step is not None
    assert (step.step, step.by_kind, step.code, step.unit_id) == ("PASS_ON", "system", "REHOMED", boss.facility_id)
    kinds = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("created_at", "id")
    assert [message.kind for message in kinds] == ["case_received", "case_passed"]
    assert rehome_cases(later) == 0


def test_when_the_last_one_leaves_the_case_goes_up_with_its_alarms(office: Office) -> None:
    opened = office.report()
    sound_alarms(NOW + 24 * HOUR)
    leave(office.lead, local(NOW).date() + DAY)
    assert rehome_cases(NOW + 25 * HOUR) == 1
    file = desk_file(office.corrector, NOW + 25 * HOUR, opened.ref)
    assert file is not None
    assert (file.desk.level, file.due_at, file.why) == (DeskLevel.PROVINCE, opened.due_at, RouteReason.REHOMED)
    assert sound_alarms(NOW + 47 * HOUR) == 0
    assert sound_alarms(NOW + 48 * HOUR) == 1


def test_a_facility_that_was_closed_keeps_nothing_though_its_lead_is_still_posted(office: Office) -> None:
    office.report()
    places.close_facility(by=SYSTEM, at=NOW, key=a_key(), facility_id=office.facility.id, on=local(NOW).date() + DAY)
    assert rehome_cases(NOW + DAY) == 1
    assert queue_at(office.corrector, NOW + DAY).open == 1
    assert office.report(at=NOW + DAY).desk.level is DeskLevel.PROVINCE


def test_a_merger_of_areas_takes_the_cases_of_the_former_desk_along(office: Office) -> None:
    before, after = (dt.datetime(2025, month, day, 3, tzinfo=dt.UTC) for month, day in ((6, 30), (7, 1)))
    old = an_area("26740", before.date())
    officer = an_officer(Role.COMMUNE_OFFICER, area=old, valid_from=dt.date(2025, 1, 1), at=before)
    claim = office.claim("PERSONAL_DATA", doses=(), commune_id=old.id, wanted={"full_name": "Nguyễn Thị Ân"})
    opened = office.report("PERSONAL_DATA", at=before, claim=claim)
    assert opened.desk.unit_id == old.id
    assert queue_at(officer, after).open == 0
    assert rehome_cases(after) == 1
    assert [line.ref for line in queue_at(officer, after).lines] == [opened.ref]


def test_what_somebody_works_on_this_moment_waits_until_their_claim_lapses(office: Office) -> None:
    office.report()
    later = NOW + DAY
    assert next_case(by=office.lead, at=later) is not None
    succeeded(office)
    assert rehome_cases(later + CLAIM - dt.timedelta(seconds=1)) == 0
    assert rehome_cases(later + CLAIM) == 1


def test_a_watch_goes_to_who_sits_there_now(office: Office) -> None:
    commune = an_officer(Role.COMMUNE_OFFICER, area=an_area())
    opened = office.report()
    for hours in (24, 48):
        sound_alarms(NOW + hours * HOUR)
    assert queue_at(commune, NOW).watched == 1
    leave(commune, local(NOW).date() + DAY)
    assert rehome_cases(NOW + 49 * HOUR) == 1
    assert [line.ref for line in queue_at(office.corrector, NOW, show="WATCHED").lines] == [opened.ref]
    sound_alarms(NOW + 72 * HOUR)  # the province's own rung: it watches already
    assert queue_at(office.corrector, NOW).watched == 1


def test_a_question_and_its_letter_go_along(office: Office) -> None:
    claim = office.claim(address_text="12 Đồng Khởi")
    opened = office.report(claim=claim, phone="")
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    ask_back(by=office.lead, at=NOW, ref=opened.ref, version=file.version, text="Xin gửi ảnh rõ hơn của giấy")
    boss = succeeded(office)
    assert rehome_cases(NOW + DAY) == 1
    assert letters_waiting(office.lead, NOW + DAY).waiting == 0
    (letter,) = letters_waiting(boss, NOW + DAY).lines
    assert (letter.ref, letter.what, letter.owed_at) == (opened.ref, "ASKED", NOW)
    assert print_waiting(by=boss, at=NOW + DAY, key=a_key()) is not None


def test_an_answer_that_waits_for_the_printer_is_printed_by_who_sits_there_now(office: Office) -> None:
    opened = office.report(claim=office.claim(address_text="12 Đồng Khởi"), phone="")
    file = claim_case(by=office.lead, at=NOW, ref=opened.ref)
    refuse_case(
        by=office.lead, at=NOW, key=a_key(), ref=opened.ref, version=file.version, refusal=RefusalCode.BLURRED,
        answer="Ảnh mờ, xin gửi lại ảnh rõ hơn",
    )  # fmt: skip
    boss = succeeded(office)
    assert rehome_cases(NOW + DAY) == 1
    assert rehome_cases(NOW + DAY) == 0
    assert letters_waiting(boss, NOW + DAY).waiting == 1
    assert print_waiting(by=boss, at=NOW + DAY, key=a_key()) is not None
    seen = desk_file(boss, NOW + DAY, opened.ref)
    assert seen is not None
    assert (seen.state, queue_at(boss, NOW + DAY).open) == (CaseState.REJECTED, 0)
    assert desk_file(office.corrector, NOW + DAY, opened.ref) is not None


def test_a_repeat_follows_its_case(office: Office) -> None:
    phone, claim = a_phone(), office.claim()
    first = office.report(claim=claim, phone=phone)
    second = office.report(claim=claim, phone=phone)
    boss = succeeded(office)
    assert rehome_cases(NOW + DAY) == 1
    for ref in (first.ref, second.ref):
        progress = progress_of(ref, contact_key(phone))
        assert progress is not None
        assert progress.desk.unit_id == boss.facility_id


def test_where_nothing_changed_the_look_costs_the_same_for_one_case_and_for_many(office: Office) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert rehome_cases(NOW) == 0
        return len(queries)

    office.report()
    rehome_cases(NOW)
    one = cost()
    for _ in range(5):
        office.report()
    assert cost() == one == 3
