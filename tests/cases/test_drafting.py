"""A report is written over days, kept under a secret, and becomes one case with one code."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from PIL import Image

from tests.builders import a_facility, a_phone, country  # noqa: F401 - a fixture
from tiemchung.access.actions import remember_device
from tiemchung.cases.actions import drafting
from tiemchung.cases.drafts import (
    LIFE,
    Asked,
    Draft,
    DraftState,
    Question,
    dose_orders,
    first_missing,
    may_open,
    questions_of,
)
from tiemchung.cases.evidence.actions import attach_evidence
from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.kinds import KINDS, Door, kinds_at
from tiemchung.cases.models import Case, CaseDraft, Evidence
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.actor import PUBLIC
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.core.verdict import Refused
from tiemchung.places import reads as places

NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
CLAIM = Claim(full_name="Nguyễn Thị Minh Châu", birth_date=dt.date(1984, 3, 5), sex="FEMALE",
              numbers=(("CCCD", "079184000123"),), workplace="Chợ Bến Thành")
DOSE = ClaimedDose(1, product="PFIZER", lot_number="FA0123", given_on=dt.date(2021, 8, 14), place_name="Nhà văn hóa")


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


def a_photo(colour: str = "white") -> bytes:
    """Give a small photo as a phone would send it."""
    kept = BytesIO()
    Image.new("RGB", (400, 300), colour).save(kept, "JPEG")
    return kept.getvalue()


def whole_draft(phone: str, *, kind: str = "DOSE1_MISSING", at: dt.datetime = NOW) -> str:
    """Write a draft up to the check page and give its secret."""
    draft_id, token = drafting.begin_draft(at=at)
    drafting.keep_person(token=token, at=at, claim=CLAIM, phone=phone)
    province = next(area for area in places.children_of(None, at.date()))
    drafting.keep_area(token=token, at=at, province_id=province.id)
    drafting.keep_kind(token=token, at=at, kind=kind)
    for order in dose_orders(KINDS[kind]):
        for question in (Question.DOSE, Question.PLACE):
            drafting.keep_dose(token=token, at=at, dose=replace(DOSE, order=order), question=question)
    if KINDS[kind].wants:
        drafting.keep_wanted(token=token, at=at, wanted={"full_name": "Nguyễn Thị Minh Chầu"})
    attach_evidence(by=PUBLIC, at=at, case_id=draft_id, raw=a_photo())
    drafting.keep_text(token=token, at=at, text="Tôi còn giữ giấy.")
    return token


def send(token: str, at: dt.datetime = NOW, device: str = "") -> Draft:
    """Ask for the code."""
    return drafting.send_draft(by=PUBLIC, at=at, token=token, network="192.0.2.7", text="Ma la {code}.", device=device)


def confirm(token: str, code: str, at: dt.datetime = NOW) -> drafting.Confirmed:
    """Enter the code."""
    return drafting.confirm_draft(by=PUBLIC, at=at, token=token, code=code)


def code_sent_to(phone: str) -> str:
    """Give the newest code that is on its way to this phone."""
    rows = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="report").order_by("-created_at")
    found = re.search(r"\d{6}", unseal("outbox.text", rows[0].sealed_text, str(rows[0].id)))
    assert found
    return found[0]


def codes_of(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    """Give why something was refused."""
    return {reason.code for reason in refused.value.verdict.refusals}


def cases_in_all() -> int:
    """Count the cases of the whole country."""
    with allow_cross_shard("a test counts"):
        return Case.objects.count()


# The order of the questions; no database.


def an_empty_draft(**changes: Any) -> Draft:
    """Give a draft that was never stored."""
    return replace(Draft(UUID(int=7)), **changes)


def test_an_empty_draft_asks_for_the_person_first() -> None:
    assert first_missing(an_empty_draft()) == Asked(Question.PERSON)


@pytest.mark.parametrize("later", [q for q in Question if q is not Question.PERSON])
def test_no_later_question_opens_before_the_first_is_answered(later: Question) -> None:
    for dose in (0, 1, 2):
        assert not may_open(an_empty_draft(kind="BOTH_MISSING"), Asked(later, dose))


@pytest.mark.parametrize("kind", [k.code for k in kinds_at(Door.PORTAL)])
def test_answering_what_is_missing_always_leads_to_the_check(kind: str) -> None:
    draft, seen = an_empty_draft(kind=kind), []
    while (asked := first_missing(draft)).question is not Question.CHECK:
        assert may_open(draft, asked)
        seen.append(asked)
        draft = draft.with_answer(asked)
    least = KINDS[kind].doses[0]
    assert [a for a in seen if a.question is Question.DOSE] == [
        Asked(Question.DOSE, n) for n in ((2,) if kind == "DOSE2_MISSING" else range(1, least + 1))
    ]
    assert (Asked(Question.WANTED) in seen) is bool(KINDS[kind].wants)
    assert all(may_open(draft, a) for a in seen)


def test_changing_an_answer_after_the_code_was_sent_asks_for_a_new_code() -> None:
    draft = an_empty_draft(kind="DOSE1_MISSING", state=DraftState.CODE_PENDING)
    assert draft.with_answer(Asked(Question.PERSON)).state is DraftState.DRAFT


def test_a_draft_survives_being_put_away() -> None:
    draft = an_empty_draft(kind="BOTH_MISSING", claim=replace(CLAIM, doses=(DOSE,)), phone="+84900000001",
                           answered=frozenset({"PERSON", "DOSE:1"}), again_at=NOW, plain_name=True)
    assert Draft.from_json(draft.id, draft.state, draft.as_json()) == draft


# With the database.

@pytest.fixture
def phone(country: None, db: None) -> str:
    """Give a phone that no other test uses."""
    return a_phone()


def test_a_draft_is_opened_by_its_secret_only(db: None) -> None:
    draft_id, token = drafting.begin_draft(at=NOW)
    found = drafting.draft_of(token, NOW)
    assert found is not None
    assert found.id == draft_id
    other = drafting.begin_draft(at=NOW)[1]
    for wrong in ("", "x", token[:-1], f"{draft_id.hex}.", f"{draft_id.hex}.{other.partition('.')[2]}", "\0" * 40):
        assert drafting.draft_of(wrong, NOW) is None


def test_neither_the_secret_nor_what_was_written_lies_readable_in_the_database(phone: str) -> None:
    token = whole_draft(phone)
    row = CaseDraft.objects.get(id=UUID(hex=token.partition(".")[0]))
    kept = bytes(row.token_hash) + bytes(row.sealed_content)
    for word in (token.partition(".")[2], "Châu", "079184000123", phone):
        assert word.encode() not in kept


def test_a_whole_draft_becomes_a_case_under_the_same_id(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    answer = confirm(token, code_sent_to(phone))
    assert answer.first
    assert answer.receipt is not None
    case = Case.objects.get(contact_key=contact_key(phone), id=UUID(hex=token.partition(".")[0]))
    assert (case.ref, case.door, case.kind) == (answer.receipt.ref, "PORTAL", "DOSE1_MISSING")
    assert case.due_at == NOW + dt.timedelta(hours=48)
    assert len(evidence_of(case.id)) == 1


def test_who_lost_the_answer_gets_the_same_number_again(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    code = code_sent_to(phone)
    first = confirm(token, code)
    again = confirm(token, code, NOW + dt.timedelta(minutes=1))
    assert again.receipt == first.receipt
    assert (first.first, again.first) == (True, False)
    assert cases_in_all() == 1


def test_a_wrong_code_opens_nothing_and_the_right_one_still_works(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    right = code_sent_to(phone)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    answer = confirm(token, wrong)
    assert [r.code for r in answer.verdict.refusals] == ["CODE_WRONG"]
    assert cases_in_all() == 0
    assert confirm(token, right).first


def test_three_wrong_codes_spend_the_right_one(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    right = code_sent_to(phone)
    for step in (1, 2, 3):
        assert confirm(token, f"{(int(right) + step) % 1_000_000:06}").receipt is None
    assert confirm(token, right).receipt is None
    assert cases_in_all() == 0


def test_an_expired_code_opens_nothing(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    assert confirm(token, code_sent_to(phone), NOW + dt.timedelta(minutes=5)).receipt is None


def test_no_code_goes_out_for_a_draft_that_is_not_whole(phone: str) -> None:
    _, token = drafting.begin_draft(at=NOW)
    drafting.keep_person(token=token, at=NOW, claim=CLAIM, phone=phone)
    with pytest.raises(Refused) as refused:
        send(token)
    assert codes_of(refused) == {"DRAFT_NOT_WHOLE"}
    assert not OutboxMessage.objects.filter(contact_key=contact_key(phone)).exists()


def test_no_code_goes_out_without_the_paper_that_the_kind_needs(phone: str) -> None:
    token = whole_draft(phone)
    Evidence.objects.filter(case_id=UUID(hex=token.partition(".")[0])).delete()
    with pytest.raises(Refused) as refused:
        send(token)
    assert codes_of(refused) == {"CLAIM_EVIDENCE_MISSING"}


def test_the_last_step_cannot_be_called_first(phone: str) -> None:
    token = whole_draft(phone)
    with pytest.raises(Refused) as refused:
        confirm(token, "123456")
    assert codes_of(refused) == {"DRAFT_NOT_SENT"}


def test_a_code_sent_to_one_phone_does_not_confirm_another(phone: str) -> None:
    token, other = whole_draft(phone), a_phone()
    send(token)
    code = code_sent_to(phone)
    drafting.keep_person(token=token, at=NOW, claim=CLAIM, phone=other)
    with pytest.raises(Refused):
        confirm(token, code)
    send(token, NOW + dt.timedelta(minutes=2))
    if code_sent_to(other) != code:
        assert confirm(token, code, NOW + dt.timedelta(minutes=2)).receipt is None


def test_a_code_of_one_draft_does_not_confirm_another_of_the_same_phone(phone: str) -> None:
    one, two = whole_draft(phone), whole_draft(phone)
    send(one)
    code = code_sent_to(phone)
    send(two, NOW + dt.timedelta(minutes=2))
    if code_sent_to(phone) != code:
        assert confirm(two, code, NOW + dt.timedelta(minutes=2)).receipt is None


def test_a_sent_draft_takes_no_more_changes(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    confirm(token, code_sent_to(phone))
    with pytest.raises(Refused) as refused:
        drafting.keep_kind(token=token, at=NOW, kind="BOTH_MISSING")
    assert codes_of(refused) == {"DRAFT_SENT"}


def test_what_was_said_does_not_stay_in_the_draft_of_a_sent_report(phone: str) -> None:
    token = whole_draft(phone)
    send(token)
    confirm(token, code_sent_to(phone))
    kept = drafting.draft_of(token, NOW)
    assert kept is not None
    assert (kept.claim, kept.phone) == (Claim(), "")


def test_another_kind_keeps_the_doses_that_fit_and_asks_for_the_rest(phone: str) -> None:
    token = whole_draft(phone)
    changed = drafting.keep_kind(token=token, at=NOW, kind="BOTH_MISSING")
    assert [dose.order for dose in changed.claim.doses] == [1]
    assert first_missing(changed) == Asked(Question.DOSE, 2)


def test_more_doses_may_be_told_up_to_the_kinds_most(phone: str) -> None:
    token = whole_draft(phone, kind="RECORD_VANISHED")
    for order in (2, 3, 4):
        draft = drafting.add_dose(token=token, at=NOW)
        assert first_missing(draft) == Asked(Question.DOSE, order)
        for question in (Question.DOSE, Question.PLACE):
            drafting.keep_dose(token=token, at=NOW, dose=replace(DOSE, order=order), question=question)
    assert len(drafting.add_dose(token=token, at=NOW).claim.doses) == 4
    left = drafting.drop_dose(token=token, at=NOW, order=2)
    assert [dose.order for dose in left.claim.doses] == [1, 2, 3]
    assert first_missing(left) == Asked(Question.CHECK)


def test_a_dose_beyond_the_kinds_most_is_refused(phone: str) -> None:
    token = whole_draft(phone)
    with pytest.raises(Refused) as refused:
        drafting.keep_dose(token=token, at=NOW, dose=replace(DOSE, order=2), question=Question.DOSE)
    assert codes_of(refused) == {"CLAIM_DOSES_COUNT"}


def test_a_kind_of_another_door_is_not_taken(phone: str) -> None:
    _, token = drafting.begin_draft(at=NOW)
    with pytest.raises(Refused) as refused:
        drafting.keep_kind(token=token, at=NOW, kind="DOSE_DECLARED")
    assert codes_of(refused) == {"CLAIM_KIND_NOT_HERE"}


def test_a_draft_lives_a_week_after_its_last_change(phone: str) -> None:
    _, token = drafting.begin_draft(at=NOW)
    later = NOW + dt.timedelta(days=6)
    drafting.keep_person(token=token, at=later, claim=CLAIM, phone=phone)
    assert drafting.draft_of(token, later + LIFE - dt.timedelta(seconds=1)) is not None
    assert drafting.draft_of(token, later + LIFE) is None


def test_expired_drafts_are_dropped_with_their_photos_and_sent_ones_keep_theirs(
    phone: str, django_capture_on_commit_callbacks: Any
) -> None:
    stale, sent = whole_draft(phone), whole_draft(a_phone())
    send(sent)
    with allow_cross_shard("a test looks"):
        other = OutboxMessage.objects.filter(kind="report").order_by("-created_at").first()
    assert other is not None
    found = re.search(r"\d{6}", unseal("outbox.text", other.sealed_text, str(other.id)))
    assert found is not None
    assert confirm(sent, found[0]).first
    with django_capture_on_commit_callbacks(execute=True):
        assert drafting.drop_expired_drafts(NOW + LIFE) == 2
    ids = [UUID(hex=token.partition(".")[0]) for token in (stale, sent)]
    assert [len(evidence_of(draft_id)) for draft_id in ids] == [0, 1]
    assert not CaseDraft.objects.filter(id__in=ids).exists()
    assert drafting.drop_expired_drafts(NOW + LIFE) == 0


def test_a_writer_may_forget_the_draft(phone: str, django_capture_on_commit_callbacks: Any) -> None:
    token = whole_draft(phone)
    with django_capture_on_commit_callbacks(execute=True):
        drafting.drop_draft(by=PUBLIC, at=NOW, token=token)
    assert drafting.draft_of(token, NOW) is None
    assert evidence_of(UUID(hex=token.partition(".")[0])) == ()


def test_a_phone_sends_at_most_five_reports_a_day(phone: str) -> None:
    refusals = []
    for n in range(6):
        at = NOW + dt.timedelta(minutes=13 * n)
        token = whole_draft(phone, at=at)
        try:
            send(token, at)
        except Refused as refused:
            refusals.append((n, str(refused)))
    assert refusals == [(5, "TOO_MANY_TRIES")]


def test_reports_that_strangers_began_under_a_phone_leave_its_known_device_its_own(phone: str) -> None:
    device = remember_device(by=PUBLIC, at=NOW, phone=phone)
    for n in range(5):
        send(whole_draft(phone, at=NOW), NOW + dt.timedelta(minutes=13 * n))
    later = NOW + dt.timedelta(minutes=65)
    token = whole_draft(phone, at=later)
    with pytest.raises(Refused, match="TOO_MANY_TRIES"):
        send(token, later)
    assert send(token, later, device).state is DraftState.CODE_PENDING
    assert confirm(token, code_sent_to(phone), later).receipt is not None


def test_a_code_asked_again_is_no_further_report(phone: str) -> None:
    token = whole_draft(phone)
    for n in range(5):
        send(token, NOW + dt.timedelta(minutes=15 * n))
    whole = whole_draft(phone, at=NOW + dt.timedelta(hours=3))
    assert send(whole, NOW + dt.timedelta(hours=3)).state is DraftState.CODE_PENDING


@pytest.mark.django_db(transaction=True)
def test_fifty_confirmations_at_once_with_the_right_code_are_one_success_and_one_case(country: None) -> None:
    a_facility()
    phone = a_phone()
    token = whole_draft(phone)
    send(token)
    code = code_sent_to(phone)

    def one(_: int) -> drafting.Confirmed:
        try:
            return confirm(token, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(one, range(50)))
    assert sum(answer.first for answer in answers) == 1
    assert len({answer.receipt for answer in answers}) == 1
    assert cases_in_all() == 1


def test_questions_of_a_draft_without_a_kind_end_with_the_kind() -> None:
    assert questions_of(an_empty_draft())[-1] == Asked(Question.KIND)
