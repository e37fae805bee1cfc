"""The watch finds what was done to the tables behind everybody's back, and goes on where it stopped."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from tests.builders import NOW, a_dose, a_person
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates.actions import refresh_card, watching
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.actions.watching import compare_sample, watch_batch
from tiemchung.certificates.comparing import drift_of, partners, sampled_persons
from tiemchung.certificates.models import (
    Card,
    CardByToken,
    Certificate,
    DoseSignature,
    Passport,
    SampleDay,
    SigningKey,
    WatchDay,
    WatchRange,
)
from tiemchung.certificates.watch_ranges import cut_range, free_range
from tiemchung.core.alarms import alarms
from tiemchung.people.models import Profile

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def a_look(at: dt.datetime = NOW, limit: int = 500) -> WatchDay:
    while watch_batch(at=at, limit=limit):
        pass
    return WatchDay.objects.latest("began_at")


def found(day: WatchDay) -> dict[str, int]:
    return dict(day.reasons)


def test_a_night_without_faults_sees_everything_and_says_nothing() -> None:
    persons = [a_passport() for _ in range(3)]
    for person in persons:
        refresh_card(person_id=person, at=NOW)
    day = a_look()
    assert (day.seen, day.wrong, found(day), day.ended_at) == (6, 0, {}, NOW)
    assert not alarms(unseen=True)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"hc1": "HC1:NOTHING"}, {"DAMAGED"}),
        ({"kid": b"unknown!"}, {"KEY_UNKNOWN"}),
        ({"expires_at": NOW + dt.timedelta(days=4000)}, {"DAYS"}),
        ({"uvci": "URN:UVCI:01:VN:ANOTHER"}, {"CONTENT"}),
        ({"log_position": None}, {"NOT_LOGGED", "LEAF_WITHOUT_ROW"}),
        ({"log_position": 999_999}, {"NOT_LOGGED", "LEAF_WITHOUT_ROW", "LEAF_BEYOND_LOG"}),
        ({"log_position": -1}, {"NOT_LOGGED", "LEAF_WITHOUT_ROW", "LEAF_BEYOND_LOG"}),
        ({"log_position": 0}, {"OTHER_LEAF", "LEAF_WITHOUT_ROW", "LEAF_CLAIMED_TWICE"}),
        ({"log_position": 2}, {"OTHER_LEAF", "LEAF_WITHOUT_ROW", "LEAF_CLAIMED_TWICE"}),
    ],
)
def test_a_certificate_whose_row_was_changed_is_found(change: dict[str, object], codes: set[str]) -> None:
    _, person, _ = a_passport(), a_passport(), a_passport()
    assert certificate_of(person).log_position == 1
    Certificate.objects.filter(person_id=person).update(**change)
    assert found(a_look()) == dict.fromkeys(codes, 1)
    assert [one.facts["why"] for one in alarms(unseen=True) if one.code == "CERTIFICATE_WRONG"] == [
        next(code for code in codes if not code.startswith("LEAF"))
    ]


def test_a_number_that_is_missing_from_the_register_and_a_forged_dose_signature_are_found() -> None:
    person, other = a_passport(), a_passport()
    with connection.cursor() as cursor:
        # As the owner of the tables: the application itself may not take a row out of the register.
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM certificates_certificatebyhash WHERE person_id = %s", [person])
        cursor.execute("SET LOCAL ROLE tiemchung_app")
    DoseSignature.objects.filter(profile_id=other).update(signature=bytes(64))
    assert found(a_look()) == {"NOT_LISTED": 1, "DOSE_SIGNATURE": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"hc1": "HC1:NOTHING"}, "DAMAGED"), ({"log_position": 0}, "OTHER_LEAF"), ({"kid": b"unknown!"}, "KEY_UNKNOWN")],
)
def test_what_was_revoked_is_looked_at_as_well(change: dict[str, object], code: str) -> None:
    _, person = a_passport(), a_passport()
    revoke_certificates(certificates=[certificate_of(person)], because="ORDERED", at=NOW)
    Certificate.objects.filter(person_id=person).update(**change)
    assert found(a_look())[code] == 1


def test_what_was_revoked_is_not_asked_for_its_key_and_its_facilities() -> None:
    person = a_passport()
    revoke_certificates(certificates=[certificate_of(person)], because="KEY_COMPROMISED", at=NOW)
    SigningKey.objects.filter(purpose="PASSPORT").update(compromised_since=NOW)
    DoseSignature.objects.filter(profile_id=person).update(signature=bytes(64))
    day = a_look()
    assert (day.seen, found(day)) == (1, {})


def test_a_certificate_that_somebody_calls_revoked_and_long_over_is_found() -> None:
    person = a_passport()
    Certificate.objects.filter(person_id=person).update(state="REVOKED", expires_at=NOW - dt.timedelta(days=1))
    assert found(a_look()) == {"DAYS": 1}


def test_another_persons_text_does_not_pass_for_ones_own() -> None:
    one, other = a_passport(), a_passport()
    Certificate.objects.filter(person_id=one).update(hc1=certificate_of(other).hc1)
    assert found(a_look()) == {"CONTENT": 1}


def test_the_look_goes_on_where_it_stopped_and_counts_nobody_twice() -> None:
    for _ in range(5):
        a_passport()
    assert watch_batch(at=NOW, limit=2) == 2
    assert a_look(limit=2).seen == 5
    assert WatchDay.objects.count() == 1


def test_all_certificates_of_a_person_are_in_one_range() -> None:
    for _ in range(3):
        refresh_card(person_id=a_passport(), at=NOW)
    assert watch_batch(at=NOW, limit=1) == 2
    assert a_look(limit=3).seen == 6


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


def _die(*args: object, **kwargs: object) -> None:
    raise Killed


@pytest.mark.parametrize("name", ["cut_range", "rows_of", "faults_of", "_note", "raise_alarm", "all_done"])
def test_killed_at_any_point_the_next_worker_sees_all_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = [a_passport() for _ in range(4)]
    Certificate.objects.filter(person_id=persons[0]).update(hc1="HC1:NOTHING")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(watching, name, _die)
        a_look(limit=2)
    day = a_look(LATER, limit=2)
    assert (day.seen, day.wrong, found(day), day.ended_at) == (4, 1, {"DAMAGED": 1}, LATER)
    assert WatchDay.objects.count() == 1
    assert [one.code for one in alarms(unseen=True)] == ["CERTIFICATE_WRONG"]
    assert not WatchRange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_a_look_and_what_a_dying_one_held_is_taken_up() -> None:
    for _ in range(4):
        a_passport()
    assert watch_batch(at=NOW, limit=1) == 1
    day = WatchDay.objects.get()
    assert cut_range(day.id, 1)
    held, die = threading.Event(), threading.Event()

    def other_worker() -> None:
        try:
            with transaction.atomic():
                assert free_range(day.id) is not None
                held.set()
                die.wait(60)
                raise Killed
        except Killed:
            pass
        finally:
            connection.close()

    worker = threading.Thread(target=other_worker)
    worker.start()
    assert held.wait(60)
    assert sum(iter(lambda: watch_batch(at=NOW, limit=1), 0)) == 2
    day.refresh_from_db()
    assert (day.seen, day.ended_at) == (3, None)
    die.set()
    worker.join()
    assert sum(iter(lambda: watch_batch(at=LATER, limit=1), 0)) == 1
    day.refresh_from_db()
    assert (day.seen, day.wrong, day.ended_at) == (4, 0, LATER)


def test_a_new_look_begins_when_the_last_one_is_a_day_old() -> None:
    a_passport()
    a_look()
    assert watch_batch(at=NOW + dt.timedelta(hours=3), due=True) == 0
    assert watch_batch(at=NOW + dt.timedelta(hours=23), due=True) == 1


def test_each_day_is_compared_once_whatever_the_look_does() -> None:
    person = a_sampled_person()
    assert watch_batch(at=NOW, limit=1) > 0  # the look goes on, tonight and tomorrow
    Card.objects.filter(person_id=person).update(colour="none")
    assert [compare_sample(at=LATER + dt.timedelta(hours=h)) for h in (0, 1, 24, 25)] == [1, 0, 1, 0]
    days = SampleDay.objects.order_by("day").values_list("sampled", "reasons")
    assert list(days) == [(1, {"DRIFT_CARD_COLOUR": 1})] * 2
    assert [(one.code, one.subject_id) for one in alarms(unseen=True)] == [("DRIFT", person)] * 2


def test_a_comparison_that_died_is_made_by_the_next_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    a_sampled_person()
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(watching, "drift_of", _die)
        compare_sample(at=LATER)
    assert compare_sample(at=LATER) == 1
    assert SampleDay.objects.get().done_at == LATER


def a_sampled_person() -> object:
    person = a_passport()
    refresh_card(person_id=person, at=NOW)
    return person


def test_the_sample_finds_everybody_in_agreement() -> None:
    persons = [a_sampled_person() for _ in range(3)]
    assert sorted(sampled_persons(LATER, 120)) == sorted(persons)  # type: ignore[type-var]
    assert drift_of(persons, LATER) == {}  # type: ignore[arg-type]


def test_who_changed_a_moment_ago_is_not_asked() -> None:
    a_sampled_person()
    assert sampled_persons(NOW) == []


def test_every_drift_has_its_code() -> None:
    colour, shown, card, online, state, lookup, text, partner = (a_sampled_person() for _ in range(8))
    Card.objects.filter(person_id=colour).update(colour="none")
    CardByToken.objects.filter(person_id=shown).update(payload=b'{"colour": "green", "count": 9}')
    Certificate.objects.filter(person_id=card, kind="CARD").update(content=bytes(32))
    Certificate.objects.filter(person_id=online, kind="PASSPORT").update(uvci="URN:UVCI:01:VN:ANOTHER")
    Passport.objects.filter(person_id=state).update(certificate_id=None)
    Certificate.objects.filter(person_id=lookup, kind="PASSPORT").update(hc1="HC1:NOTHING")
    Certificate.objects.filter(person_id=text, kind="CARD").update(kid=b"unknown!")
    partners["testing"] = lambda persons, at: {p for p in persons if p == partner}
    try:
        drift = drift_of([colour, shown, card, online, state, lookup, text, partner], LATER)  # type: ignore[list-item]
    finally:
        del partners["testing"]
    assert drift == {
        colour: ["CARD_COLOUR"],
        shown: ["CARD_SHOWN"],
        card: ["CARD_CONTENT"],
        online: ["PASSPORT_ONLINE", "LOOKUP"],
        state: ["PASSPORT_STATE"],
        lookup: ["LOOKUP"],
        text: ["LOOKUP"],
        partner: ["PARTNER_TESTING"],
    }


@pytest.mark.parametrize(
    "change", [{"full_name": "Nguyễn Thị Khác"}, {"birth_date": dt.date(1960, 1, 1)}], ids=["name", "birth"]
)
def test_a_code_in_the_look_up_that_no_longer_says_what_the_record_says_is_a_drift(change: dict[str, object]) -> None:
    person = a_sampled_person()
    Profile.objects.filter(id=person).update(**change)
    assert "LOOKUP" in drift_of([person], LATER)[person]  # type: ignore[list-item,index]


def test_a_code_that_ended_is_not_shown_and_no_drift() -> None:
    person = a_sampled_person()
    ended = max(one.expires_at for one in Certificate.objects.filter(person_id=person)) + dt.timedelta(days=1)
    assert drift_of([person], ended) == {}  # type: ignore[list-item]


def test_whoever_has_no_code_yet_is_no_drift_of_the_look_up() -> None:
    bare, carded = a_person().person_id, a_person()
    a_dose(carded.profile_id)
    for person in (bare, carded.person_id):
        refresh_card(person_id=person, at=NOW)
    assert drift_of([bare, carded.person_id], LATER) == {}


def test_a_dose_that_the_followers_never_heard_of_is_a_drift_of_all() -> None:
    person = a_person()
    a_dose(person.profile_id)
    refresh_card(person_id=person.person_id, at=NOW)
    a_dose(person.profile_id, given_on=dt.date(2026, 9, 1), because="sổ tiêm của trạm có mũi này")
    assert "CARD_SHOWN" in drift_of([person.person_id], LATER)[person.person_id]
