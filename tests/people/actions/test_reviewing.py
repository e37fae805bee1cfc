"""The local review: who may write down what the police found, what it needs, and what it leads to."""

import datetime as dt
from uuid import UUID

import pytest

from tests.people.conftest import AT, CITIZEN, CORRECTOR, FAR_NURSE, HOTLINE, MINISTRY, NURSE, OFFICER, Register, staff
from tiemchung.core.actor import Actor, Role
from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import (
    ask_again,
    begin_review,
    check_identities,
    confirm_identity,
    correct_number,
    note_nobody_found,
)
from tiemchung.people.actions.asking import claim_batch, settle_batch
from tiemchung.people.models import Identifier, IdentityCheck, PersonChange
from tiemchung.people.reads import NotFound, identity_counts, identity_states, review_of, reviews_of
from tiemchung.people.rules import IdentityState

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=1)
CCCD = "079201000001"
LEAD = staff(Role.FACILITY_LEAD, 8)
SAID = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "BB-12/2026"}


@pytest.fixture
def contradicted(register: Register) -> UUID:
    """Give somebody whom the register contradicts."""
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    check_identities(person_ids=[person], at=AT)
    IdentityCheck.objects.update(state="MISMATCHED", due_at=None, answered_at=AT)
    return person


def state(person_id: UUID) -> str:
    return identity_states([person_id])[person_id].state


def test_a_contradicted_person_goes_to_the_police_once(contradicted: UUID) -> None:
    for _ in range(2):
        assert begin_review(by=LEAD, at=LATER, person_id=contradicted) is IdentityState.LOCAL_REVIEW
    lines = AuditLine.objects.filter(action="people.identity_review")
    assert [line.facts for line in lines] == [{"from": "MISMATCHED", "to": "LOCAL_REVIEW"}]
    assert PersonChange.objects.filter(profile_id=contradicted, kind="CHECKED").count() == 1


@pytest.mark.parametrize("reviewed_first", [True, False])
def test_the_polices_word_is_kept_with_officer_and_paper_and_the_register_is_asked_again(
    contradicted: UUID, reviewed_first: bool
) -> None:
    if reviewed_first:
        begin_review(by=LEAD, at=LATER, person_id=contradicted)
    confirm_identity(by=OFFICER, at=LATER, person_id=contradicted, note="CSDL ghi sai tên đệm", **SAID)
    row = IdentityCheck.objects.get()
    assert (row.state, row.confirmed_by, row.minute_ref) == ("POLICE_CONFIRMED", *SAID.values())
    assert row.due_at > LATER
    assert AuditLine.objects.get(action="people.identity_confirm").because == "CSDL ghi sai tên đệm"


@pytest.mark.parametrize(
    ("said", "code"),
    [({"officer": "Tâm"}, "IDENTITY_OFFICER"), ({"officer": ""}, "IDENTITY_OFFICER"), ({"minute_ref": " "},
     "IDENTITY_MINUTE"), ({"minute_ref": "x" * 61}, "IDENTITY_MINUTE"), ({"note": "x" * 501}, "TEXT_TOO_LONG")],
)  # fmt: skip
def test_a_confirmation_needs_a_named_officer_and_a_paper(contradicted: UUID, said: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        confirm_identity(by=OFFICER, at=LATER, person_id=contradicted, **SAID | said)
    assert [reason.code for reason in refused.value.verdict.refusals] == [code]
    assert state(contradicted) == "MISMATCHED"


@pytest.mark.parametrize("by", [NURSE, MINISTRY, HOTLINE, CITIZEN, FAR_NURSE])
def test_nobody_else_writes_down_what_the_police_said(contradicted: UUID, by: Actor) -> None:
    for act in (begin_review, lambda **who: confirm_identity(**who, **SAID)):
        with pytest.raises((Refused, NotFound)):
            act(by=by, at=LATER, person_id=contradicted)
    assert state(contradicted) == "MISMATCHED"


def test_a_stranger_looks_like_nobody(contradicted: UUID) -> None:
    far = staff(Role.FACILITY_LEAD, 9, UUID(int=202), (UUID(int=103),))
    with pytest.raises(NotFound):
        begin_review(by=far, at=LATER, person_id=contradicted)


@pytest.mark.parametrize("before", ["MATCHED", "WAITING", "SENT", "NOT_SENT", "DUPLICATE", "NOT_APPLICABLE"])
def test_what_is_not_under_review_cannot_be_confirmed(contradicted: UUID, before: str) -> None:
    IdentityCheck.objects.update(state=before)
    with pytest.raises(Refused, match="IDENTITY_NOT_THERE"):
        confirm_identity(by=OFFICER, at=LATER, person_id=contradicted, **SAID)
    with pytest.raises(Refused, match="IDENTITY_NOT_THERE"):
        begin_review(by=OFFICER, at=LATER, person_id=contradicted)


def test_a_review_that_finds_nobody_says_so_with_a_reason(contradicted: UUID) -> None:
    begin_review(by=OFFICER, at=LATER, person_id=contradicted)
    with pytest.raises(Refused, match="PEOPLE_REASON_REQUIRED"):
        note_nobody_found(by=OFFICER, at=LATER, person_id=contradicted, note=" ")
    note_nobody_found(by=OFFICER, at=LATER, person_id=contradicted, note="Không có ai tên này trong tổ 5")
    assert (state(contradicted), review_of(contradicted).note) == ("NOT_FOUND", "Không có ai tên này trong tổ 5")


def test_the_right_number_takes_the_wrong_ones_place_and_begins_anew(contradicted: UUID) -> None:
    because = "Gõ nhầm số cuối"
    correct_number(by=LEAD, at=LATER, person_id=contradicted, system="CCCD", value="079201000002", because=because)
    rows = Identifier.objects.filter(profile_id=contradicted).order_by("created_at")
    assert [(row.tail, row.state) for row in rows] == [("001", "RETIRED"), ("002", "CLEAN")]
    assert check_identities(person_ids=[contradicted], at=LATER) == {contradicted}
    assert state(contradicted) == "WAITING"


@pytest.mark.parametrize(
    ("system", "value", "because", "code"),
    [("CCCD", "0792", "Gõ nhầm", "IDENTIFIER_FORMAT"), ("CCCD", CCCD, "Gõ nhầm", "IDENTITY_NUMBER_SAME"),
     ("CCCD", "079201000002", "", "PEOPLE_REASON_REQUIRED"), ("PASSPORT", "TC000123", "Gõ nhầm", "PEOPLE_NOT_ALLOWED")],
)  # fmt: skip
def test_a_correction_that_is_none_changes_nothing(
    contradicted: UUID, system: str, value: str, because: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        correct_number(by=LEAD, at=LATER, person_id=contradicted, system=system, value=value, because=because)
    assert Identifier.objects.get().state == "CLEAN"


def test_who_had_no_number_gets_one(register: Register) -> None:
    person = register().person_id
    check_identities(person_ids=[person], at=AT)
    correct_number(by=LEAD, at=LATER, person_id=person, system="CMND9", value="990000001", because="Bổ sung giấy tờ")
    check_identities(person_ids=[person], at=LATER)
    assert state(person) == "WAITING"


def test_a_desk_sees_its_own_people_longest_waiting_first_and_turns_the_page(register: Register) -> None:
    people = [register(f"Trần Văn {name}").person_id for name in ("An", "Bình", "Cường")]
    for n, person in enumerate(people):
        check_identities(person_ids=[person], at=AT + dt.timedelta(hours=n))
    first = reviews_of(LEAD, limit=2)
    assert [line.full_name for line in first.lines] == ["Trần Văn An", "Trần Văn Bình"]
    rest = reviews_of(LEAD, limit=2, after=first.more)
    assert ([line.full_name for line in rest.lines], rest.more) == (["Trần Văn Cường"], None)
    assert {line.why for line in first.lines} == {"NUMBER_MISSING"}
    assert reviews_of(staff(Role.FACILITY_LEAD, 9, UUID(int=202), (UUID(int=103),))).lines == ()
    assert len(reviews_of(OFFICER).lines) == 3
    assert len(reviews_of(MINISTRY).lines) == 3
    assert reviews_of(CITIZEN).lines == ()


def test_a_list_shows_the_four_fields_with_the_number_masked(contradicted: UUID) -> None:
    (line,) = reviews_of(LEAD, state=IdentityState.MISMATCHED).lines
    assert (line.full_name, line.sex, line.birth_date) == ("Nguyễn Văn An", "MALE", dt.date(2001, 3, 5))
    assert (line.number_system, line.number_shown) == ("CCCD", "•••001")
    assert reviews_of(LEAD, state=IdentityState.DUPLICATE).lines == ()


def test_counts_are_by_area_and_state_with_the_oldest(contradicted: UUID, register: Register) -> None:
    other = register("Trần Văn Bình").person_id
    check_identities(person_ids=[other], at=LATER)
    counts = {count.state: (count.persons, count.oldest) for count in identity_counts(OFFICER)}
    assert counts == {"MISMATCHED": (1, AT), "NOT_SENT": (1, LATER)}
    assert set(identity_counts(CORRECTOR)) == set(identity_counts(OFFICER))
    far = staff(Role.PROVINCE_OFFICER, 9, None, (UUID(int=103),))
    assert identity_counts(far) == ()


def test_the_settled_are_in_no_list(contradicted: UUID) -> None:
    IdentityCheck.objects.update(state="MATCHED")
    assert reviews_of(LEAD).lines == ()
    assert reviews_of(LEAD, state=IdentityState.MATCHED).lines == ()
    assert identity_counts(OFFICER) == ()


def test_whom_nobody_has_looked_at_yet_stands_where_a_look_would_put_them(register: Register) -> None:
    person = register().person_id
    line = review_of(person)
    assert (line.state, line.why, line.since) == ("NOT_SENT", "NUMBER_MISSING", None)
    check_identities(person_ids=[person], at=AT)
    assert (review_of(person).state, review_of(person).since) == ("NOT_SENT", AT)


def ask(person_id: UUID, by: Actor = LEAD, at: dt.datetime = LATER, because: str = "Công an xã báo đã sửa") -> str:
    return str(ask_again(by=by, at=at, person_id=person_id, because=because))


@pytest.mark.parametrize("before", ["MISMATCHED", "LOCAL_REVIEW", "NOT_FOUND"])
def test_a_register_that_was_mended_is_asked_about_the_same_fields_again(contradicted: UUID, before: str) -> None:
    IdentityCheck.objects.update(state=before)
    fields = bytes(IdentityCheck.objects.get().fields)
    assert ask(contradicted) == "WAITING"
    row = IdentityCheck.objects.get()
    assert (row.due_at, row.tries, row.why, bytes(row.fields)) == (LATER, 0, "", fields)
    line = AuditLine.objects.get(action="people.identity_ask_again")
    assert (line.actor_id, line.because) == (LEAD.id, "Công an xã báo đã sửa")
    assert line.facts == {"from": before, "to": "WAITING"}
    batch = claim_batch(at=LATER)
    assert batch is not None
    assert settle_batch(batch=batch, answers=dict.fromkeys(batch.persons, True), at=LATER) == 1
    assert state(contradicted) == "MATCHED"


def test_nobody_is_asked_about_twice_within_the_hour(contradicted: UUID) -> None:
    IdentityCheck.objects.update(sent_at=LATER - dt.timedelta(minutes=59))
    with pytest.raises(Refused) as refused:
        ask(contradicted)
    (why,) = refused.value.verdict.refusals
    assert (why.code, why.facts["free"]) == ("IDENTITY_ASKED_LATELY", LATER + dt.timedelta(minutes=1))
    assert state(contradicted) == "MISMATCHED"
    assert ask(contradicted, at=LATER + dt.timedelta(minutes=1)) == "WAITING"
    with pytest.raises(Refused) as refused:
        ask(contradicted, at=LATER + dt.timedelta(minutes=2))
    assert refused.value.verdict.refusals[0].code == "IDENTITY_NOT_THERE"


@pytest.mark.parametrize("before", ["NOT_SENT", "WAITING", "SENT", "MATCHED", "DUPLICATE", "NOT_APPLICABLE"])
def test_only_a_wrong_answer_is_asked_about_again(contradicted: UUID, before: str) -> None:
    IdentityCheck.objects.update(state=before)
    with pytest.raises(Refused):
        ask(contradicted)
    assert state(contradicted) == before


@pytest.mark.parametrize("by", [NURSE, MINISTRY, HOTLINE, FAR_NURSE, CITIZEN])
def test_nobody_but_a_reviewer_asks_again(contradicted: UUID, by: Actor) -> None:
    with pytest.raises((Refused, NotFound)):
        ask(contradicted, by)
    assert state(contradicted) == "MISMATCHED"


@pytest.mark.parametrize(("because", "code"), [(" ", "PEOPLE_REASON_REQUIRED"), ("a" * 501, "TEXT_TOO_LONG")])
def test_asking_again_says_who_told_that_the_register_was_mended(contradicted: UUID, because: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(contradicted, because=because)
    assert refused.value.verdict.refusals[0].code == code


def test_a_foreigner_with_a_citizens_number_is_not_asked_about_again(contradicted: UUID) -> None:
    IdentityCheck.objects.update(state="LOCAL_REVIEW", why="FOREIGNER")
    with pytest.raises(Refused):
        ask(contradicted)
