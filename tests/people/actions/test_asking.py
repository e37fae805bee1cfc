"""The register is asked in batches that lose nobody: outage, delay, half answers, refusals, changes on the way."""

import datetime as dt
from uuid import UUID

import pytest

from tests.interop.population.conftest import MemoryRegister
from tests.people.conftest import AT, NURSE, OFFICER, Register
from tiemchung.core.alarms import see_alarm
from tiemchung.core.ids import new_id
from tiemchung.core.models import Alarm, AuditLine
from tiemchung.people.actions import amend_profile, check_identities, confirm_identity
from tiemchung.people.actions.asking import CLAIM, claim_batch, defer_batch, settle_batch
from tiemchung.people.models import IdentityCheck, PersonChange
from tiemchung.people.ports import RegisterAway, RegisterRefused
from tiemchung.people.tasks import send_batch

pytestmark = pytest.mark.django_db
SOON = AT + dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def number(n: int) -> str:
    return f"0792010{n:05}"


@pytest.fixture
def three(register: Register) -> list[UUID]:
    """Give three persons who wait: the register knows the first two, and the third otherwise."""
    names = ("Nguyễn Văn An", "Nguyễn Văn Bình", "Nguyễn Văn Cường")
    people = [register(name, identifiers=[("CCCD", number(n))]).person_id for n, name in enumerate(names)]
    check_identities(person_ids=people, at=AT)
    return people


@pytest.fixture
def population() -> MemoryRegister:
    """Give a register in memory."""
    born = {"sex": "MALE", "birth_date": "2001-03-05"}
    names = ("Nguyễn Văn An", "Nguyễn Văn Bình", "Nguyễn Văn Cương")
    return MemoryRegister([{"number": number(n), "full_name": name, **born} for n, name in enumerate(names)])


def states(people: list[UUID]) -> list[str]:
    rows = dict(IdentityCheck.objects.values_list("person_id", "state"))
    return [rows[person] for person in people]


def test_everybody_due_is_asked_and_answered(three: list[UUID], population: MemoryRegister) -> None:
    assert send_batch(population, SOON) == 3
    assert states(three) == ["MATCHED", "MATCHED", "MISMATCHED"]
    assert send_batch(population, SOON) == 0
    assert len(population.batches) == 1
    assert [one.full_name for one in population.asked if one.number == number(2)] == ["Nguyễn Văn Cường"]


def test_an_answer_is_heard_of_and_leaves_a_line_without_a_value(three: list[UUID], population: MemoryRegister) -> None:
    send_batch(population, SOON)
    assert set(PersonChange.objects.filter(kind="CHECKED").values_list("profile_id", flat=True)) == set(three)
    lines = AuditLine.objects.filter(action="people.identity_checked")
    assert {line.subject_id: line.facts for line in lines}[three[2]] == {"answer": "MISMATCHED"}
    assert {(line.actor_kind, line.because) for line in lines} == {("system", "")}


def test_nobody_is_sent_before_the_batch_is_stored(three: list[UUID]) -> None:
    batch = claim_batch(at=SOON)
    assert batch is not None
    assert set(batch.persons.values()) == set(three)
    assert states(three) == ["SENT"] * 3
    assert set(IdentityCheck.objects.values_list("batch_id", "due_at")) == {(batch.batch_id, SOON + CLAIM)}
    assert claim_batch(at=SOON) is None


def test_a_question_that_was_never_answered_is_asked_again_as_the_same(three: list[UUID]) -> None:
    first = claim_batch(at=SOON)
    again = claim_batch(at=SOON + CLAIM)
    assert first is not None
    assert again is not None
    assert (again.batch_id, again.persons) == (first.batch_id, first.persons)
    assert {one.request_id for one in again.asked} == {one.request_id for one in first.asked}


def test_the_name_of_a_request_tells_two_batches_nothing(three: list[UUID], register: Register) -> None:
    first = claim_batch(at=SOON)
    assert first is not None
    settle_batch(batch=first, answers={}, at=SOON)
    second = claim_batch(at=SOON + HOUR)
    assert second is not None
    assert not first.persons.keys() & second.persons.keys()
    assert set(first.persons.values()) == set(second.persons.values())


def test_an_outage_keeps_everybody_and_drains_when_it_is_over(three: list[UUID], population: MemoryRegister) -> None:
    population.problem = RegisterAway("register_unreachable")
    at = SOON
    for _ in range(4):
        assert send_batch(population, at) == 0
        at = max(IdentityCheck.objects.values_list("due_at", flat=True))
    assert states(three) == ["SENT"] * 3
    assert len({batch for batch, _ in population.batches}) == 1
    population.problem = None
    assert send_batch(population, at) == 3
    assert states(three) == ["MATCHED", "MATCHED", "MISMATCHED"]


def test_the_wait_grows_and_heeds_what_the_register_asks_for(three: list[UUID]) -> None:
    at, waits = SOON, []
    for rest in (0, 0, 0, 120):
        batch = claim_batch(at=at)
        assert batch is not None
        defer_batch(batch=batch, away=RegisterAway("register_429", rest), at=at)
        due = IdentityCheck.objects.values_list("due_at", flat=True)[0]
        waits.append((due - at).total_seconds())
        at = due
    assert waits == [2, 4, 8, 120]


class AwayRegister(MemoryRegister):
    """A register whose breaker is open."""

    def is_away(self) -> bool:
        return True


def test_while_the_register_is_away_nothing_is_claimed(three: list[UUID]) -> None:
    assert send_batch(AwayRegister(), SOON) == 0
    assert states(three) == ["WAITING"] * 3


def test_whoever_is_left_out_of_an_answer_is_asked_again_in_another_batch(
    three: list[UUID], population: MemoryRegister
) -> None:
    population.left_out = {number(1)}
    assert send_batch(population, SOON) == 2
    assert states(three) == ["MATCHED", "WAITING", "MISMATCHED"]
    population.left_out = set()
    assert send_batch(population, SOON + HOUR) == 1
    assert states(three)[1] == "MATCHED"
    assert len({batch for batch, _ in population.batches}) == 2


def test_answers_that_nobody_asked_for_are_dropped(three: list[UUID]) -> None:
    batch = claim_batch(at=SOON)
    assert batch is not None
    assert settle_batch(batch=batch, answers={"somebody-else": True}, at=SOON) == 0
    assert states(three) == ["WAITING"] * 3


def test_an_answer_about_fields_that_have_changed_meanwhile_counts_for_nothing(three: list[UUID]) -> None:
    batch = claim_batch(at=SOON)
    assert batch is not None
    amend_profile(by=NURSE, at=SOON, profile_id=three[0], because="Xem lại giấy", full_name="Nguyễn Văn Ân")
    assert check_identities(person_ids=three, at=SOON) == {three[0]}
    assert settle_batch(batch=batch, answers=dict.fromkeys(batch.persons, True), at=SOON) == 2
    assert states(three) == ["WAITING", "MATCHED", "MATCHED"]


def test_fields_that_changed_before_anybody_looked_are_not_sent_under_the_old_check(
    three: list[UUID], population: MemoryRegister
) -> None:
    amend_profile(by=NURSE, at=SOON, profile_id=three[0], because="Xem lại giấy", full_name="Nguyễn Văn Ân")
    assert send_batch(population, SOON) == 2
    assert states(three)[0] == "WAITING"
    assert "Nguyễn Văn Ân" not in {one.full_name for one in population.asked}
    assert check_identities(person_ids=three, at=SOON) == {three[0]}


def test_one_bad_row_holds_nobody_else_back(register: Register) -> None:
    people = [register(f"Trần Văn {chr(65 + n)}", identifiers=[("CCCD", number(n))]).person_id for n in range(9)]
    check_identities(person_ids=people, at=AT)
    bad = number(4)

    class Picky(MemoryRegister):
        def ask(self, batch_id, asked):  # type: ignore[no-untyped-def]
            if any(one.number == bad for one in asked):
                raise RegisterRefused("register_422")
            return super().ask(batch_id, asked)

    at = SOON
    for _ in range(40):
        send_batch(Picky(), at)
        at += dt.timedelta(minutes=15)
    assert states(people) == ["MISMATCHED"] * 4 + ["WAITING"] + ["MISMATCHED"] * 4
    assert set(Alarm.objects.values_list("code", "subject_id")) == {("POPULATION_REFUSED", people[4])}


def test_a_register_that_refuses_everybody_rings_some_times_and_once_for_each(register: Register) -> None:
    people = [register(f"Trần Văn {chr(65 + n)}", identifiers=[("CCCD", number(n))]).person_id for n in range(9)]
    check_identities(person_ids=people, at=AT)

    class Refusing(MemoryRegister):
        def ask(self, batch_id, asked):  # type: ignore[no-untyped-def]
            raise RegisterRefused("register_422")

    for n in range(60):
        send_batch(Refusing(), SOON + n * dt.timedelta(minutes=15))
    rung = list(Alarm.objects.values_list("subject_id", flat=True))
    assert len(rung) == len(set(rung)) == 5
    see_alarm(Alarm.objects.get(subject_id=rung[0]).id, by=new_id(), at=SOON)
    for n in range(60, 80):
        send_batch(Refusing(), SOON + n * dt.timedelta(minutes=15))
    assert Alarm.objects.filter(seen_at__isnull=True).count() == 5


def test_a_foreigner_and_a_duplicate_never_leave(register: Register, population: MemoryRegister) -> None:
    people = [
        register("John Smith", identifiers=[("CCCD", number(5))], nationality="US").person_id,
        register("Lê Văn Một", identifiers=[("CCCD", number(6))]).person_id,
        register("Lê Văn Hai", identifiers=[("CCCD", number(6))]).person_id,
    ]
    check_identities(person_ids=people, at=AT)
    assert send_batch(population, SOON) == 0
    assert population.asked == []


def test_the_register_is_asked_again_an_hour_after_the_police_confirmed(
    three: list[UUID], population: MemoryRegister
) -> None:
    send_batch(population, SOON)
    said = {"officer": "Thượng úy Lê Văn Tâm", "minute_ref": "BB-12/2026"}
    confirm_identity(by=OFFICER, at=SOON, person_id=three[2], **said)
    assert send_batch(population, SOON) == 0
    assert send_batch(population, SOON + HOUR) == 1
    row = IdentityCheck.objects.get(person_id=three[2])
    assert (row.state, row.why, row.minute_ref) == ("MISMATCHED", "AFTER_POLICE", "BB-12/2026")
    confirm_identity(by=OFFICER, at=SOON + HOUR, person_id=three[2], **said)
    population.citizens[number(2)]["full_name"] = "Nguyễn Văn Cường"
    assert send_batch(population, SOON + 2 * HOUR) == 1
    assert states(three)[2] == "MATCHED"
