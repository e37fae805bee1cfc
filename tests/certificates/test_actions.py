"""A certificate says what the ledger says, and nothing else is ever signed."""

import base64
import datetime as dt
import json
from collections.abc import Callable

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, days_ago, desk, make_desk, somebody  # noqa: F401 - fixtures
from tiemchung.certificates import actions, reads
from tiemchung.certificates.formats import Outcome, Why, trust_list
from tiemchung.certificates.formats import read as read_code
from tiemchung.certificates.formats.trust import key_of_certificate
from tiemchung.certificates.models import CardByToken, Certificate, Revocation
from tiemchung.certificates.rules import CertificateState
from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind
from tiemchung.doses.actions import record_dose, void_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.people.actions import link_profiles, undo_link
from tiemchung.people.reads import NotFound

LATER = NOW + dt.timedelta(minutes=5)


def refresh(desk: Desk, at: dt.datetime = NOW) -> reads.CardView:
    """Do what the follower does, and give the card."""
    actions.refresh_card(person_id=desk.profile_id, at=at)
    card = reads.card_of_person(SYSTEM, desk.profile_id, NOW)
    assert card is not None
    return card


def read(text: str, at: dt.datetime = LATER):  # type: ignore[no-untyped-def]
    """Read a code as a stranger does: with our published list alone."""
    published = reads.trust_list(at)
    keys = [key_of_certificate(base64.b64decode(k["certificate"])) for k in published["keys"]]
    revoked = {base64.b64decode(entry) for entry in published["revoked"]}
    return read_code(
        text, keys=trust_list(keys), now=at, revoked=lambda hashes: any(h in revoked for h in hashes.listed())
    )


def test_a_stranger_verifies_the_card_with_the_published_list_alone(desk: Desk) -> None:
    desk.record()
    reading = read(refresh(desk).hc1)
    assert (reading.outcome, reading.why) == (Outcome.VALID, Why.GENUINE)
    assert (reading.holder_name, reading.birth_date) == ("Nguyễn Thị An", "1985-03-05")
    assert [(d.number, d.of, d.given_on) for d in reading.doses] == [(1, 2, "2026-11-20")]


def test_a_person_without_counted_doses_has_a_card_and_no_certificate(desk: Desk) -> None:
    card = refresh(desk)
    assert (card.colour, card.hc1) == ("NONE", "")


def test_nothing_is_signed_anew_when_nothing_changed(desk: Desk) -> None:
    desk.record()
    first = refresh(desk)
    assert refresh(desk, LATER).number == first.number
    assert Certificate.objects.filter(person_id=desk.profile_id).count() == 1


def test_a_second_dose_brings_a_new_certificate_and_the_first_stays_true(desk: Desk) -> None:
    desk.record("first", by=SYSTEM, given_on=days_ago(28))
    old = refresh(desk)
    desk.record("second")
    new = refresh(desk, LATER)
    assert new.colour == "GREEN"
    assert new.token == old.token
    assert new.number != old.number
    assert read(old.hc1).outcome is read(new.hc1).outcome is Outcome.VALID
    assert Revocation.objects.count() == 0


def test_a_first_dose_that_falls_takes_its_earlier_certificate_with_it(desk: Desk) -> None:
    first = desk.record("first", by=SYSTEM, given_on=days_ago(28)).dose
    old = refresh(desk)
    desk.record("second")
    second = refresh(desk, LATER)
    void_dose(
        by=SYSTEM, at=LATER, key="v", profile_id=desk.profile_id, dose_id=first.id, version=1,
        because="ghi nhầm cho người khác",
    )
    new = refresh(desk, LATER)
    assert new.colour == "YELLOW"
    assert read(old.hc1).why is read(second.hc1).why is Why.REVOKED
    assert read(new.hc1).outcome is Outcome.VALID


def test_a_voided_dose_takes_its_certificate_with_it(desk: Desk) -> None:
    dose = desk.record().dose
    old = refresh(desk)
    void_dose(
        by=desk.lead, at=LATER, key="v", profile_id=desk.profile_id, dose_id=dose.id, version=1,
        because="ghi nhầm cho người khác",
    )
    assert refresh(desk, LATER).hc1 == ""
    assert read(old.hc1).why is Why.REVOKED


def test_a_citizen_gets_the_card_of_their_own_and_of_nobody_else(desk: Desk) -> None:
    refresh(desk)
    mine = Actor(kind=Kind.CITIZEN, person_ids=frozenset({desk.profile_id}))
    assert reads.card_of_person(mine, desk.profile_id, NOW) is not None
    for other in (Actor(kind=Kind.CITIZEN), PUBLIC):
        with pytest.raises(NotFound):
            reads.card_of_person(other, desk.profile_id, NOW)


def test_the_payload_behind_the_token_is_what_the_phone_shows_offline(desk: Desk) -> None:
    desk.record()
    card = refresh(desk)
    body = json.loads(bytes(CardByToken.objects.get(person_id=desk.profile_id).payload))
    assert (body["name"], body["colour"], body["count"]) == ("Nguyễn Thị An", "YELLOW", 1)
    assert body["certificate"]["hc1"] == card.hc1
    assert [(d["number"], d["lot"], d["place"], d["state"]) for d in body["doses"]] == [
        (1, "FA1234", "Trạm Y tế Bến Nghé", "CONFIRMED")
    ]


def test_two_changes_within_one_second_are_told_apart(desk: Desk) -> None:
    desk.record()
    marks = []
    for after in (dt.timedelta(), dt.timedelta(milliseconds=300)):
        card = refresh(desk, NOW.replace(microsecond=0) + after)
        told = json.loads(bytes(CardByToken.objects.get(person_id=desk.profile_id).payload))["made_at"]
        assert card.made_at == told, "a phone compares what its page says with these bytes"
        marks.append(told)
    assert len(set(marks)) == 2


def test_joined_persons_have_one_certificate_and_parting_gives_each_their_own(desk: Desk) -> None:
    other = somebody("other")
    desk.record()
    record_dose(
        by=SYSTEM, at=NOW, key="early", profile_id=other, source=DoseSource.BACKLOG,
        facts=desk.facts.amended({"given_on": days_ago(30)}),
    )
    refresh(desk)
    actions.refresh_card(person_id=other, at=NOW)
    linked = link_profiles(
        by=SYSTEM, at=LATER, key="link", keep_person=desk.profile_id, join_person=other, because="một người hai hồ sơ"
    )
    actions.refresh_card(person_id=other, at=LATER)
    live = Certificate.objects.filter(state=CertificateState.ISSUED)
    assert [c.person_id for c in live] == [desk.profile_id]
    former = json.loads(bytes(CardByToken.objects.get(person_id=other).payload))
    assert former["count"] == 2
    undo_link(by=SYSTEM, at=LATER, profile_id=other, link_id=linked.link_id, because="hai người khác nhau")
    for person in (desk.profile_id, other):
        actions.refresh_card(person_id=person, at=LATER)
    assert {c.person_id for c in Certificate.objects.filter(state=CertificateState.ISSUED)} == {desk.profile_id, other}


def test_every_bit_that_flips_makes_the_code_worthless(desk: Desk, make_desk: Callable[[], Desk]) -> None:
    desk.record()
    text = refresh(desk).hc1
    for position in range(4, len(text), 7):
        other = "A" if text[position] != "A" else "B"
        assert read(text[:position] + other + text[position + 1 :]).outcome is not Outcome.VALID
