"""A report of two provinces is one case: each desk answers its own part, the rest goes on, and nothing is lost."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import (
    NOW,
    a_dose,
    a_facility,
    a_key,
    a_lead,
    a_lot,
    a_nurse,
    a_person,
    a_phone,
    an_area,
    an_officer,
)
from tests.cases.conftest import Office
from tests.cases.test_bulk import DAY, Session, run_to_the_end
from tests.web.portal.feedback_pages import texts_to
from tiemchung.cases.actions import (
    claim_case,
    pass_case,
    refuse_case,
    refuse_part,
    reopen_case,
    settle_case,
    settle_part,
    sound_alarms,
    undo_bulk,
)
from tiemchung.cases.actions import parting as parting_actions
from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.models import Case, CaseEffect, CaseInbox, CaseStep, Evidence
from tiemchung.cases.reads import desk_file, progress_of, queue_at, rest_desks, suggestions
from tiemchung.cases.rules import (
    LIFE,
    NATION,
    CaseState,
    ClaimedDose,
    Desk,
    DeskLevel,
    PartKind,
    RefusalCode,
    RouteReason,
    Step,
    is_mixed,
)
from tiemchung.cases.solutions import Solution
from tiemchung.cases.values import CaseFile, OpenedCase, Progress
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Role
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import void_dose
from tiemchung.doses.reads import doses_of
from tiemchung.places.rules import Level

HOUR = dt.timedelta(hours=1)
FIRST, SECOND = dt.date(2026, 8, 1), dt.date(2026, 9, 5)
BECAUSE = "Đã đối chiếu sổ tiêm của trạm"
HERE_SAID, THERE_SAID = "Mũi 1 đã được ghi bổ sung.", "Mũi 2 đã được ghi bổ sung."


class TwoProvinces:
    """Somebody who had a first dose in one province and a second in another, and nothing on record of either."""

    def __init__(self, office: Office) -> None:
        self.office, self.here = office, office.lead
        self.far = a_facility("Trạm Y tế Hoàn Kiếm", area=an_area("00070", level=Level.COMMUNE))
        self.there: Actor = a_lead(self.far)
        self.first_lot = a_lot(number="FA1034")
        a_lot(number="FB2045")
        self.profile_id: UUID = a_person("Nguyễn Thị An", dt.date(1991, 3, 5), phones=()).profile_id
        self.phone = a_phone()

    @property
    def rest(self) -> Desk:
        """Give the desk of the second dose."""
        return Desk(self.far.id, DeskLevel.FACILITY)

    def told(self) -> tuple[ClaimedDose, ClaimedDose]:
        """Give both doses as they are told."""
        return (
            ClaimedDose(1, "PFIZER", "FA1034", FIRST, facility_id=self.office.facility.id),
            ClaimedDose(2, "PFIZER", "FB2045", SECOND, facility_id=self.far.id),
        )

    def report(self, **more: Any) -> OpenedCase:
        """Report both, with a paper."""
        case_id = new_id()
        Evidence.objects.create(
            case_id=case_id, number=1, media_type="image/jpeg", bytes=1, width=1, height=1, digest=b"x",
            added_at=NOW, added_by="citizen",
        )  # fmt: skip
        claim = more.pop("claim", None) or self.office.claim(doses=self.told())
        values = {"person_id": self.profile_id, "phone": self.phone, "case_id": case_id} | more
        return self.office.report("BOTH_MISSING", claim=claim, **values)

    def claimed(self, opened: OpenedCase, by: Actor, at: dt.datetime = NOW) -> CaseFile:
        """Let a desk take the case."""
        return claim_case(by=by, at=at, ref=opened.ref)

    def offered(self, file: CaseFile, by: Actor, at: dt.datetime = NOW) -> Any:
        """Give what that desk is offered first."""
        return suggestions(by, at, file)[0]

    def do_own_part(self, opened: OpenedCase, *, at: dt.datetime = NOW, **more: Any) -> Desk:
        """Let the first desk settle its part as it was offered."""
        file = self.claimed(opened, self.here, at)
        offer = self.offered(file, self.here, at)
        values: dict[str, Any] = {"key": a_key(), "version": file.version, "answer": HERE_SAID, "because": BECAUSE}
        values |= {"solutions": offer.solutions, "rest": offer.rest or self.rest} | more
        return settle_part(by=self.here, at=at, ref=opened.ref, **values)

    def do_the_rest(self, opened: OpenedCase, at: dt.datetime = NOW) -> None:
        """Let the second desk settle what is left as it was offered."""
        file = self.claimed(opened, self.there, at)
        settle_case(
            by=self.there, at=at, key=a_key(), ref=opened.ref, version=file.version, answer=THERE_SAID,
            solutions=self.offered(file, self.there, at).solutions, because=BECAUSE,
        )  # fmt: skip

    def seen(self, opened: OpenedCase) -> Progress:
        """Give what the reporter sees."""
        found = progress_of(opened.ref, contact_key(self.phone))
        assert found is not None
        return found

    def days(self) -> list[dt.date]:
        """Give the days of the doses on record."""
        return [dose.facts.given_on for dose in doses_of([self.profile_id])]

    def told_by_message(self, kind: str) -> int:
        """Count the messages of this kind to the reporter."""
        return OutboxMessage.objects.filter(contact_key=contact_key(self.phone), kind=f"case_{kind}").count()


@pytest.fixture
def two(office: Office) -> TwoProvinces:
    """Give the two provinces."""
    return TwoProvinces(office)


def test_a_desk_is_offered_its_own_part_and_the_desk_of_the_rest(two: TwoProvinces) -> None:
    opened = two.report()
    assert opened.desk.unit_id == two.office.facility.id
    offer = two.offered(two.claimed(opened, two.here), two.here)
    assert [s.facts.given_on for s in offer.solutions] == [FIRST]
    assert (offer.kinds, offer.blocked, offer.rest) == (("RECORD",), "", two.rest)


def test_the_report_of_two_provinces_is_settled_by_both_with_one_number_and_one_clock(two: TwoProvinces) -> None:
    opened = two.report()
    assert two.do_own_part(opened) == two.rest
    assert two.days() == [FIRST]
    half = two.seen(opened)
    assert (half.state, half.due_at, half.desk, half.why) == (
        CaseState.ROUTED, opened.due_at, two.rest, RouteReason.PART_DONE,
    )  # fmt: skip
    assert [(part.kind, part.unit_id) for part in half.parts] == [(PartKind.DONE, two.office.facility.id)]
    assert len(half.effects) == 1
    assert [line.ref for line in queue_at(two.there, NOW).lines] == [opened.ref]
    assert not queue_at(two.here, NOW).lines
    at = NOW + HOUR
    two.do_the_rest(opened, at)
    assert two.days() == [FIRST, SECOND]
    whole = two.seen(opened)
    assert (whole.ref, whole.state, whole.settled_at) == (opened.ref, CaseState.UPDATED, at)
    assert [effect.solution for effect in whole.effects] == ["RECORD", "RECORD"]
    assert whole.answer.index(HERE_SAID) < whole.answer.index(THERE_SAID)
    assert "Trạm Y tế Bến Nghé" in whole.answer
    assert "Trạm Y tế Hoàn Kiếm" in whole.answer
    assert [two.told_by_message(kind) for kind in ("part_done", "settled", "passed")] == [1, 1, 0]


def test_what_the_first_desk_recorded_is_left_out_of_what_the_second_is_offered(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    offer = two.offered(two.claimed(opened, two.there), two.there)
    assert [s.facts.given_on for s in offer.solutions] == [SECOND]
    assert (offer.rest, offer.blocked) == (None, "")


def test_both_parts_have_their_effects_in_the_files_of_both_desks(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    file = two.claimed(opened, two.there)
    assert [effect.solution for effect in file.effects] == ["RECORD"]
    assert [(part.kind, part.unit_id) for part in file.parts] == [(PartKind.DONE, two.office.facility.id)]
    step = next(step for step in file.steps if step.step == Step.PASS_ON)
    assert (step.code, step.text, step.note) == ("PART_DONE", HERE_SAID, BECAUSE)


def test_a_part_and_its_passing_on_leave_one_line_each_in_the_log(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    lines = AuditLine.objects.filter(object_id=opened.case_id).values_list("action", flat=True)
    assert list(lines).count("cases.settle_part") == 1
    assert "cases.pass_case" not in lines


def test_killed_between_the_part_and_the_passing_on_nothing_was_done(
    two: TwoProvinces, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = two.report()

    def killed(*words: Any, **more: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(parting_actions, "tell_all", killed)
    with pytest.raises(SystemExit):
        two.do_own_part(opened)
    assert two.days() == []
    assert not CaseEffect.objects.filter(contact_key=opened.contact_key).exists()
    file = desk_file(two.here, NOW, opened.ref)
    assert file is not None
    assert (file.state, file.desk.unit_id) == (CaseState.IN_REVIEW, two.office.facility.id)
    monkeypatch.undo()
    two.do_own_part(opened)
    assert two.days() == [FIRST]


def test_a_stale_page_settles_no_part(two: TwoProvinces) -> None:
    opened = two.report()
    version = two.claimed(opened, two.here).version
    with pytest.raises(Refused, match="CHANGED_MEANWHILE"):
        two.do_own_part(opened, version=version - 1)
    assert two.days() == []


def test_a_part_settled_twice_with_one_key_is_settled_once(two: TwoProvinces) -> None:
    opened = two.report()
    file = two.claimed(opened, two.here)
    ask: dict[str, Any] = {
        "by": two.here, "at": NOW, "key": "one", "ref": opened.ref, "version": file.version, "answer": HERE_SAID,
        "because": BECAUSE, "rest": two.rest, "solutions": two.offered(file, two.here).solutions,
    }  # fmt: skip
    assert [settle_part(**ask), settle_part(**ask)] == [two.rest, two.rest]
    assert two.days() == [FIRST]
    with pytest.raises(Refused, match="KEY_REUSED"):
        settle_part(**ask | {"answer": "Một câu trả lời khác hẳn"})
    with pytest.raises(Refused, match="NO_SUCH_CASE"):
        settle_part(**ask | {"key": "other"})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"solutions": ()}, "CASE_NO_SOLUTION"),
        ({"because": "sai"}, "REASON_MISSING"),
        ({"answer": "rồi"}, "ANSWER_TOO_SHORT"),
        ({"rest": Desk(uuid4(), DeskLevel.FACILITY)}, "CASE_DESK_UNKNOWN"),
    ],
)
def test_half_a_part_is_refused(two: TwoProvinces, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        two.do_own_part(two.report(), **more)
    assert two.days() == []


def test_where_nobody_sits_above_both_places_the_report_goes_to_the_first_and_on(two: TwoProvinces) -> None:
    beside = a_facility("Trạm Y tế Cửa Nam", area=an_area("00070", level=Level.COMMUNE))
    told = (
        ClaimedDose(1, "PFIZER", "FA1034", FIRST, facility_id=two.far.id),
        ClaimedDose(2, "PFIZER", "FB2045", SECOND, facility_id=beside.id),
    )
    opened = two.report(claim=two.office.claim(doses=told))
    assert (opened.desk, opened.why) == (two.rest, RouteReason.FACILITY_OF_DOSE)
    offer = two.offered(two.claimed(opened, two.there), two.there)
    assert offer.rest is not None
    assert offer.rest.unit_id == NATION, "nobody else sits there, and the ministry finds the unit"


def test_the_rest_never_goes_back_to_the_desk_that_passes_it_on(two: TwoProvinces) -> None:
    opened = two.report()
    with pytest.raises(Refused, match="CASE_SAME_DESK"):
        two.do_own_part(opened, rest=opened.desk)


def test_for_a_desk_without_anybody_the_rest_goes_to_the_one_above_it(two: TwoProvinces) -> None:
    empty = a_facility("Trạm Y tế Cửa Nam", area=an_area("00070", level=Level.COMMUNE))
    officer = an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE))
    two.far = empty
    opened = two.report()
    went = two.do_own_part(opened, rest=Desk(empty.id, DeskLevel.FACILITY))
    assert went.level is DeskLevel.PROVINCE
    assert [line.ref for line in queue_at(officer, NOW).lines] == [opened.ref]


def test_a_refused_rest_leaves_the_first_part_as_it_was_settled(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    file = two.claimed(opened, two.there)
    refuse_case(
        by=two.there, at=NOW, key=a_key(), ref=opened.ref, version=file.version, refusal=RefusalCode.BLURRED,
        answer="Ảnh phiếu mũi 2 bị mờ, vui lòng chụp lại.",
    )  # fmt: skip
    assert two.days() == [FIRST]
    whole = two.seen(opened)
    assert (whole.state, whole.refusal, len(whole.effects)) == (CaseState.REJECTED, "BLURRED", 1)
    settled, refused = whole.answer.split("\n\n")
    assert (HERE_SAID in settled, "bị mờ" in refused) == (True, True)
    assert refused.startswith("Phần chưa được chấp nhận, Trạm Y tế Hoàn Kiếm")
    assert "co phan da duoc giai quyet, co phan chua duoc chap nhan" in texts_to(two.phone)[-1]
    assert is_mixed(whole.parts, Step.REFUSE)


def test_a_desk_that_refuses_its_part_lets_the_other_settle_its_own(two: TwoProvinces) -> None:
    opened = two.report()
    file = two.claimed(opened, two.here)
    ask: dict[str, Any] = {
        "by": two.here, "at": NOW, "key": "no", "ref": opened.ref, "version": file.version,
        "refusal": RefusalCode.DOSE_MISMATCH, "answer": "Sổ tiêm của trạm không có mũi 1.", "rest": two.rest,
    }  # fmt: skip
    assert [refuse_part(**ask), refuse_part(**ask)] == [two.rest, two.rest]
    half = two.seen(opened)
    assert [(part.kind, part.refusal) for part in half.parts] == [(PartKind.REFUSED, "DOSE_MISMATCH")]
    offer = two.offered(two.claimed(opened, two.there), two.there)
    assert ([s.facts.given_on for s in offer.solutions], offer.rest) == ([SECOND], None)
    two.do_the_rest(opened)
    whole = two.seen(opened)
    assert (whole.state, two.days()) == (CaseState.UPDATED, [SECOND])
    assert whole.answer.startswith("Phần chưa được chấp nhận, Trạm Y tế Bến Nghé: Sổ tiêm")
    assert THERE_SAID in whole.answer


def test_a_part_is_refused_by_a_reason_of_the_procedure_alone(two: TwoProvinces) -> None:
    opened = two.report()
    file = two.claimed(opened, two.here)
    with pytest.raises(Refused, match="CASE_REFUSAL_UNKNOWN"):
        refuse_part(
            by=two.here, at=NOW, key=a_key(), ref=opened.ref, version=file.version, refusal="PART_DONE",
            answer="Sổ tiêm của trạm không có.", rest=two.rest,
        )  # fmt: skip
    assert CaseStep.objects.filter(contact_key=opened.contact_key, step=Step.PASS_ON).count() == 0


def test_what_was_done_wrong_in_a_part_goes_back_to_the_desk_that_did_it(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    (dose,) = doses_of([two.profile_id])
    void_dose(
        by=SYSTEM, at=NOW, key=a_key(), profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
        because="ghi nhầm người khác",
    )  # fmt: skip
    offer = two.offered(two.claimed(opened, two.there), two.there)
    assert [s.facts.given_on for s in offer.solutions] == [SECOND]
    assert offer.rest == Desk(two.office.facility.id, DeskLevel.FACILITY)


def test_a_disputed_answer_is_judged_anew_and_keeps_what_was_done(two: TwoProvinces) -> None:
    opened = two.report()
    two.do_own_part(opened)
    two.do_the_rest(opened)
    own = {"ref": opened.ref, "contact_key": contact_key(two.phone), "text": "Mũi 2 vẫn sai số lô, xin xem lại"}
    reopen_case(by=PUBLIC, at=NOW + HOUR, **own)  # type: ignore[arg-type]
    again = two.seen(opened)
    assert (again.state, again.parts, len(again.effects)) == (CaseState.ROUTED, (), 2)
    assert again.desk == two.rest
    file = two.claimed(opened, two.there, NOW + HOUR)
    settle_case(
        by=two.there, at=NOW + HOUR, key=a_key(), ref=opened.ref, version=file.version,
        solutions=[Solution(SolutionKind.NOTHING)], answer="Số lô trên hệ thống đúng như sổ tiêm.", because="",
    )  # fmt: skip
    assert two.seen(opened).answer == "Số lô trên hệ thống đúng như sổ tiêm."


def test_a_rest_that_a_bulk_correction_settled_opens_again_with_it_and_the_part_stays(office: Office) -> None:
    session = Session(office)
    two = TwoProvinces(office)
    two.profile_id = session.people[0]
    far = ClaimedDose(1, "PFIZER", "FB2045", FIRST, facility_id=two.far.id)
    here = ClaimedDose(2, "PFIZER", "FA1034", DAY, facility_id=office.facility.id)
    opened = two.report(claim=office.claim(doses=(far, here)))
    file = two.claimed(opened, two.there)
    offer = two.offered(file, two.there)
    desk = Desk(office.facility.id, DeskLevel.FACILITY)
    assert (offer.kinds, offer.rest) == (("RECORD",), desk)
    settle_part(
        by=two.there, at=NOW, key=a_key(), ref=opened.ref, version=file.version, solutions=offer.solutions,
        answer=HERE_SAID, because=BECAUSE, rest=desk,
    )  # fmt: skip
    bulk_id = session.corrected()
    whole = two.seen(opened)
    assert (whole.state, len(whole.effects)) == (CaseState.UPDATED, 2)
    assert HERE_SAID in whole.answer
    undo_bulk(by=office.lead, at=NOW + HOUR, bulk_id=bulk_id, because="Lô ban đầu mới là lô đúng")
    run_to_the_end(NOW + HOUR)
    again = two.seen(opened)
    assert (again.state, again.desk, two.days()) == (CaseState.ROUTED, desk, [FIRST, DAY])
    assert [(part.kind, part.unit_id) for part in again.parts] == [(PartKind.DONE, two.far.id)]


def test_the_repeats_follow_the_rest_and_get_the_whole_answer(two: TwoProvinces) -> None:
    opened, phone = two.report(), a_phone()
    repeat = two.report(phone=phone)
    assert repeat.joined
    two.do_own_part(opened)
    half = progress_of(repeat.ref, contact_key(phone))
    assert half is not None
    assert (half.desk, [part.kind for part in half.parts]) == (two.rest, [PartKind.DONE])
    two.do_the_rest(opened)
    whole = progress_of(repeat.ref, contact_key(phone))
    assert whole is not None
    assert (whole.state, whole.answer) == (CaseState.UPDATED, two.seen(opened).answer)


def test_a_late_rest_climbs_the_ladder_of_the_second_place_by_the_first_clock(two: TwoProvinces) -> None:
    corrector = an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE))
    opened = two.report()
    two.do_own_part(opened, at=NOW + 30 * HOUR)
    row = CaseInbox.objects.get(unit_id=two.far.id, case_id=opened.case_id, open=True)
    assert (row.due_at, row.recorded_at) == (NOW + LIFE, NOW)
    sound_alarms(NOW + LIFE)
    sound_alarms(NOW + LIFE)
    assert [line.ref for line in queue_at(corrector, NOW + LIFE, show="WATCHED").lines] == [opened.ref]


def test_a_part_names_the_person_and_the_case_still_ends(two: TwoProvinces) -> None:
    opened = two.report(person_id=None)
    two.do_own_part(opened)
    assert Case.objects.get(contact_key=opened.contact_key, id=opened.case_id).person_id == two.profile_id
    again = two.report(phone=two.phone, key=a_key())
    assert again.joined, "a second report of the same is still a repeat"
    two.do_the_rest(opened)
    assert two.seen(again).state is CaseState.UPDATED
    assert not two.report().joined, "no defect stays open behind a case that has ended"


def test_by_hand_the_desks_of_the_other_places_are_named(two: TwoProvinces) -> None:
    opened = two.report()
    assert rest_desks(two.here, NOW, two.claimed(opened, two.here)) == (two.rest,)
    two.do_own_part(opened)
    assert rest_desks(two.there, NOW, two.claimed(opened, two.there)) == ()


def test_a_desk_that_may_correct_at_both_places_is_offered_no_rest(two: TwoProvinces) -> None:
    other = a_facility("Trạm Y tế Đa Kao")
    two.far = other
    opened = two.report()
    file = two.claimed(opened, two.office.corrector)
    assert opened.why == RouteReason.TWO_PLACES
    assert rest_desks(two.office.corrector, NOW, file) == ()
    offer = two.offered(file, two.office.corrector)
    assert (offer.kinds, offer.rest) == (("RECORD", "RECORD"), None)


def test_a_desk_whose_own_dose_is_right_already_says_so_and_passes_on_the_rest(two: TwoProvinces) -> None:
    opened = two.report()
    nurse = a_nurse(two.office.facility)
    a_dose(two.profile_id, given_on=FIRST, by=nurse, lot=two.first_lot)
    offer = two.offered(two.claimed(opened, two.here), two.here)
    assert (offer.kinds, offer.blocked, offer.rest) == (("NOTHING",), "", two.rest)
    two.do_own_part(opened, answer="Mũi 1 đã có trên hệ thống, đúng như giấy bạn gửi.", because="")
    assert (two.seen(opened).effects, len(two.seen(opened).parts)) == ((), 1)


def test_a_case_passed_on_as_a_whole_has_no_parts(two: TwoProvinces) -> None:
    opened = two.report()
    file = two.claimed(opened, two.here)
    pass_case(
        by=two.here, at=NOW, ref=opened.ref, version=file.version, unit_id=two.far.id, level="FACILITY",
        because="Cả hai mũi đều tiêm ở nơi này",
    )  # fmt: skip
    assert two.seen(opened).parts == ()
    assert two.seen(opened).why == RouteReason.PASSED_ON
