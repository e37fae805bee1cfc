"""The partner hears of every change, sees no name and no number, and its absence stops nobody."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.doses.conftest import days_ago
from tests.following import unsettled_too
from tests.interop.pc_covid.conftest import AGREED, StandIn
from tiemchung.certificates import tasks as certificates
from tiemchung.certificates.reads import card_of_person
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.receipts import receipts_of
from tiemchung.doses import actions as doses
from tiemchung.doses.reads import Entry
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.interop.pc_covid import tasks
from tiemchung.interop.pc_covid.http_partner import GuardedPartner
from tiemchung.interop.pc_covid.keys import number_hash, person_token
from tiemchung.interop.pc_covid.models import Telling
from tiemchung.interop.pc_covid.ports import Answer, News, PartnerAway, Said
from tiemchung.interop.pc_covid.telling import tell_due, version_of
from tiemchung.people.actions import amend_profile, link_profiles, undo_link

pytestmark = pytest.mark.usefixtures("agreed")


def put_dose(person: UUID, key: str, days: int = 40, source: DoseSource = DoseSource.BACKLOG) -> doses.RecordedDose:
    """Put a past dose on record."""
    facts = DoseFacts(product="PFIZER", given_on=days_ago(days), lot_number="L1", place_name="Trạm Y tế Bến Nghé")
    return doses.record_dose(
        by=SYSTEM, at=NOW, key=key, profile_id=person, facts=facts, source=source, because="theo sổ giấy"
    )


def void(given: doses.RecordedDose) -> None:
    """Say that the dose never took place."""
    row = given.dose
    doses.void_dose(
        by=SYSTEM, at=NOW, key=f"void-{row.id}", profile_id=row.profile_id, dose_id=row.id, version=row.version,
        because="ghi nhầm người khác",
    )


def follow_all() -> None:
    """Do what the worker does, but for telling."""
    with unsettled_too():
        while tasks.follow_ledger(NOW) + tasks.follow_people(NOW):
            pass


class Ear:
    """A partner in memory that says what a test wants."""

    def __init__(self, said: Answer | PartnerAway | None = None) -> None:
        self.said, self.heard = said, []  # type: ignore[var-annotated]

    def is_away(self) -> bool:
        """It is never known to be away beforehand."""
        return False

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hear, and say."""
        self.heard += [one.body for one in news]
        if isinstance(self.said, PartnerAway):
            raise self.said
        return {one.token: self.said or Answer(Said.TAKEN, one.version) for one in news}


@pytest.mark.django_db
def test_a_recorded_dose_reaches_the_partner_over_http(partner: GuardedPartner, standin: StandIn) -> None:
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()
    assert tell_due(partner, at=NOW) >= 1
    (told,) = standin.told(person_token(person))
    body = told["body"]
    assert (body["colour"], body["count"], body["version"]) == ("YELLOW", 1, 1)
    assert [(d["number"], d["product"], d["given_on"], d["state"]) for d in body["doses"]] == [
        (1, "PFIZER", str(days_ago(40)), "CONFIRMED")
    ]


@pytest.mark.django_db
def test_the_partner_gets_no_name_no_phone_and_numbers_only_as_agreed_hashes() -> None:
    cccd = builders.a_cccd()
    person = builders.a_person("Đào Thị Hoa", identifiers=[("CCCD", cccd)], phones=[("0900012345", "OWN")]).person_id
    put_dose(person, "one")
    follow_all()
    ear = Ear()
    tell_due(ear, at=NOW)
    text = json.dumps(ear.heard, ensure_ascii=False)
    for secret in ("Đào", "Hoa", cccd, "0900012345", "900012345", str(person), "1990", "Trạm", "L1"):
        assert secret not in text
    assert ear.heard[0]["numbers"] == [number_hash("CCCD", cccd)]


@pytest.mark.django_db
def test_the_token_is_the_same_for_ever_and_the_hash_follows_the_agreed_key(settings: Any) -> None:
    person = builders.a_person().person_id
    before = person_token(person), number_hash("CCCD", "079190000001")
    settings.PC_COVID_KEY = "another"
    assert person_token(person) == before[0]
    assert number_hash("CCCD", "079190000001") != before[1]


@pytest.mark.django_db
def test_each_change_is_a_newer_version_and_a_voided_dose_is_gone() -> None:
    person, ear = builders.a_person().person_id, Ear()
    given = put_dose(person, "one")
    follow_all()
    tell_due(ear, at=NOW)
    void(given)
    follow_all()
    tell_due(ear, at=NOW)
    assert [(b["version"], b["count"], len(b["doses"])) for b in ear.heard] == [(1, 1, 1), (2, 0, 0)]
    assert tell_due(ear, at=NOW) == 0


@pytest.mark.django_db
def test_a_receipt_comes_only_when_the_partner_said_yes() -> None:
    person = builders.a_person().person_id
    put_dose(person, "one", source=DoseSource.CASE)
    follow_all()
    entry = Entry.objects.get(profile_id=person).id
    tell_due(Ear(PartnerAway("partner_503")), at=NOW)
    assert receipts_of([person], [entry]) == ()
    later = NOW + dt.timedelta(minutes=10)
    assert tell_due(Ear(), at=later) == 1
    assert [(r.follower, r.at) for r in receipts_of([person], [entry])] == [("pc_covid", later)]


@pytest.mark.django_db
def test_an_outage_queues_one_row_a_person_and_tells_the_state_of_its_end() -> None:
    person, away = builders.a_person().person_id, Ear(PartnerAway("partner_unreachable"))
    given = put_dose(person, "one")
    for minute in range(5):
        follow_all()
        tell_due(away, at=NOW + dt.timedelta(minutes=6 * minute))
        if minute == 2:
            void(given)
            put_dose(person, "two", 39)
    waiting = Telling.objects.get(person_id=person)
    assert (waiting.problem, waiting.told_version) == ("partner_unreachable", 0)
    assert NOW < waiting.next_try_at <= NOW + dt.timedelta(minutes=24 + 6)
    ear = Ear()
    assert tell_due(ear, at=NOW + dt.timedelta(hours=1)) == 1
    assert [d["given_on"] for d in ear.heard[0]["doses"]] == [str(days_ago(39))]
    ids = list(Entry.objects.filter(profile_id=person).values_list("id", flat=True))
    assert len(receipts_of([person], ids)) == len(ids) == 3


@pytest.mark.django_db
def test_an_absent_partner_stops_no_card(standin: StandIn, partner: GuardedPartner) -> None:
    standin.turn(mode="down")
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()
    assert tell_due(partner, at=NOW) == 0
    with unsettled_too():
        certificates.follow_ledger(NOW)
    card = card_of_person(SYSTEM, person, NOW)
    assert card is not None
    assert card.hc1.startswith("HC1:")
    standin.turn(mode="ok")
    assert tell_due(partner, at=NOW + dt.timedelta(minutes=10)) >= 1
    assert standin.told(person_token(person))


@pytest.mark.django_db
def test_a_change_between_telling_and_answer_is_told_next() -> None:
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()

    class Slow(Ear):
        def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
            put_dose(person, "meanwhile", 10)
            follow_all()
            return super().tell(news)

    ear = Ear()
    assert tell_due(Slow(), at=NOW) == 1
    assert tell_due(ear, at=NOW) == 1
    assert (ear.heard[0]["version"], ear.heard[0]["count"]) == (2, 2)


@pytest.mark.django_db
def test_what_a_dying_sender_had_claimed_is_told_a_minute_later() -> None:
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()

    class Dying(Ear):
        def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell_due(Dying(), at=NOW)
    assert tell_due(Ear(), at=NOW + dt.timedelta(seconds=59)) == 0
    assert tell_due(Ear(), at=NOW + dt.timedelta(seconds=60)) == 1


@pytest.mark.django_db
def test_a_partner_that_is_ahead_is_told_past_its_version() -> None:
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()
    assert tell_due(Ear(Answer(Said.STALE, 41)), at=NOW) == 0
    ear = Ear()
    assert tell_due(ear, at=NOW) == 1
    assert ear.heard[0]["version"] == version_of(person) == 42


@pytest.mark.django_db
def test_a_refusal_waits_for_a_person_and_raises_an_alarm() -> None:
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()
    assert tell_due(Ear(Answer(Said.REFUSED, 0, "unknown_person")), at=NOW) == 0
    assert tell_due(Ear(), at=NOW + dt.timedelta(days=1)) == 0
    assert [(a.code, a.subject_id, a.facts["why"]) for a in alarms()] == [
        ("PC_COVID_REFUSED", person, "unknown_person")
    ]
    put_dose(person, "two", 10)
    follow_all()
    assert tell_due(Ear(), at=NOW) == 1


@pytest.mark.django_db
def test_joined_persons_are_told_as_one_and_parted_ones_as_two() -> None:
    keep, join = builders.a_person().person_id, builders.a_person(identifiers=()).person_id
    put_dose(keep, "one")
    put_dose(join, "two", 10)
    linked = link_profiles(
        by=SYSTEM, at=NOW, key="link", keep_person=keep, join_person=join, because="một người hai hồ sơ"
    )
    follow_all()
    ear = Ear()
    tell_due(ear, at=NOW)
    told = {body["person"]: body for body in ear.heard}
    assert told[person_token(keep)]["count"] == 2
    assert told[person_token(join)]["joined_into"] == person_token(keep)
    undo_link(by=SYSTEM, at=NOW, profile_id=join, link_id=linked.link_id, because="hai người khác nhau")
    follow_all()
    ear = Ear()
    tell_due(ear, at=NOW)
    assert {body["person"]: body["count"] for body in ear.heard} == {person_token(keep): 1, person_token(join): 1}


@pytest.mark.django_db
def test_a_changed_name_is_told_as_a_new_version_without_the_name() -> None:
    person, ear = builders.a_person().person_id, Ear()
    amend_profile(by=SYSTEM, at=NOW, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bình")
    follow_all()
    assert tell_due(ear, at=NOW) == 1
    assert "Bình" not in json.dumps(ear.heard, ensure_ascii=False)


@pytest.mark.django_db
def test_while_the_partner_is_off_nothing_is_noted_and_later_nothing_is_missed(settings: Any) -> None:
    settings.PC_COVID = ""
    person = builders.a_person().person_id
    put_dose(person, "one")
    follow_all()
    assert tasks.send_news(NOW) == 0
    assert not Telling.objects.exists()
    settings.PC_COVID = "http://127.0.0.1:9/v1/news"
    follow_all()
    assert Telling.objects.filter(person_id=person).exists()


def test_the_key_of_the_tests_is_the_stand_ins(settings: Any) -> None:
    assert settings.PC_COVID_KEY == AGREED
