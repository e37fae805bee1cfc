"""A person is told of each new dose once, and one tap says that it was never given."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, a_dose, a_facility, a_nurse, a_person, a_phone, an_officer
from tests.cases.conftest import Office
from tests.following import unsettled_too
from tiemchung.cases import tasks
from tiemchung.cases.actions import noticing
from tiemchung.cases.actions.noticing import disown_dose
from tiemchung.cases.models import Case, DoseNotice
from tiemchung.cases.notice_links import token_of
from tiemchung.cases.reads.notices import disowned_among, notice_of
from tiemchung.cases.rules import DeskLevel
from tiemchung.cases.rules.notices import LINK_LIFE, initials, is_token, letters_of, worth_telling
from tiemchung.core import clock
from tiemchung.core.actor import PUBLIC, Role
from tiemchung.core.ids import new_id
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.quiet import is_quiet
from tiemchung.core.sealing import unseal
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import void_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.interop.messages.parts import cut_text
from tiemchung.people.actions import amend_profile, choose_language

DAY, TODAY = dt.timedelta(days=1), clock.local(NOW).date()
NETWORK = "203.0.113.7"


def told(phone: str) -> list[str]:
    """Give the notices on their way to a phone."""
    rows = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind=noticing.MESSAGE_KIND)
    return [unseal("outbox.text", row.sealed_text, str(row.id)) for row in rows.order_by("created_at")]


def follow(at: dt.datetime = NOW) -> None:
    """Let the follower read everything."""
    with unsettled_too():
        for _ in range(5):
            tasks.tell_of_new_doses(at)


class Told:
    """Somebody who has just been given a dose at the office's facility, and the token of the link that came."""

    def __init__(self, office: Office, **more: Any) -> None:
        self.phone = a_phone()
        phones = [(self.phone, more.pop("relation", "OWN"))]
        self.person = a_person("Nguyễn Thị Ánh Đào", phones=phones, **more)
        self.dose = a_dose(self.person.profile_id, by=a_nurse(office.facility)).dose
        self.token = token_of(self.dose.id)

    def disown(self, at: dt.datetime = NOW) -> noticing.DisownedDose:
        """Tap the button."""
        return disown_dose(token=self.token, at=at, network=NETWORK)


@pytest.fixture
def somebody(office: Office) -> Told:
    """Give somebody who was told of a new dose."""
    one = Told(office)
    follow()
    return one


def test_the_message_says_day_product_and_place_with_initials_and_no_name(somebody: Told) -> None:
    (text,) = told(somebody.phone)
    assert "N.T.A.D." in text
    assert "20/11/2026" in text
    assert "Pfizer" in text
    assert "Anh Dao" not in text
    assert text.endswith(f"/k/{somebody.token}")


def test_one_message_is_one_sms(somebody: Told) -> None:
    assert len(cut_text(told(somebody.phone)[0], reference=1).parts) == 1


@pytest.mark.parametrize(("name", "told_of"), [("Trạm Y tế Hoa Ngâu", True), ("Bệnh viện Đa khoa " * 4, False)])
def test_a_long_place_gives_way_to_the_link(office: Office, settings: Any, name: str, told_of: bool) -> None:
    settings.PUBLIC_ADDRESS = "https://tiemchung.example.vn"
    office.facility = a_facility(name)
    one = Told(office)
    follow()
    (text,) = told(one.phone)
    assert (len(text) <= 160, "Tram Y Te Hoa Ngau" in text) == (True, told_of)
    assert text.endswith(f"https://tiemchung.example.vn/k/{one.token}")


def test_a_foreigner_is_told_in_english(office: Office) -> None:
    one = Told(office, nationality="GB")
    follow()
    assert "dose on 20/11/2026" in told(one.phone)[0]


def test_who_chose_english_is_told_of_the_dose_in_english(office: Office) -> None:
    one = Told(office)
    choose_language(by=PUBLIC, at=NOW, contact_key=contact_key(one.phone), language="en")
    follow()
    assert "dose on 20/11/2026" in told(one.phone)[0]


def test_a_dose_is_told_of_once_however_often_it_is_read(somebody: Told) -> None:
    entries = list(noticing.Entry.objects.filter(profile_id=somebody.person.profile_id))
    assert noticing.tell_of_doses(entries, NOW) == 0
    assert len(told(somebody.phone)) == 1


def test_a_follower_killed_before_its_commit_tells_afterwards_and_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Told(office)
    with monkeypatch.context() as broken, unsettled_too():
        broken.setattr(tasks, "tell_of_doses", lambda entries, at: 1 / 0)
        tasks.tell_of_new_doses(NOW)
    assert told(one.phone) == []
    with unsettled_too():
        tasks.retry_failed(NOW + dt.timedelta(minutes=1))
        tasks.retry_failed(NOW + dt.timedelta(minutes=2))
    assert len(told(one.phone)) == 1


def test_at_night_nobody_is_texted_and_in_the_morning_they_are(office: Office) -> None:
    one = Told(office)
    evening = dt.datetime(2026, 11, 20, 15, 30, tzinfo=dt.UTC)  # 22:30 in Vietnam
    follow(evening)
    assert told(one.phone) == []
    follow(evening + dt.timedelta(hours=9))
    assert len(told(one.phone)) == 1


def test_a_load_of_old_doses_texts_nobody(office: Office) -> None:
    phone = a_phone()
    person = a_person(phones=[(phone, "OWN")])
    a_dose(person.profile_id, given_on=TODAY - 30 * DAY, by=a_nurse(office.facility), source=DoseSource.BACKLOG)
    follow()
    assert told(phone) == []


def test_a_ledger_of_years_is_passed_over_at_once_and_nobody_of_now_is_forgotten(office: Office) -> None:
    ids = [new_id() for _ in range(5 * tasks.NOTICES_A_TURN)]  # the oldest of the stream
    first = Told(office)
    between = [new_id() for _ in range(tasks.NOTICES_A_TURN)]
    second = Told(office)
    entry = noticing.Entry.objects.get(profile_id=first.person.profile_id)
    noticing.Entry.objects.bulk_create(_years_ago(entry, one) for one in (*ids, *between))
    with unsettled_too():
        assert tasks.tell_of_new_doses(NOW) == tasks.NOTICES_A_TURN
        for _ in range(2):
            tasks.tell_of_new_doses(NOW)
    assert (len(told(first.phone)), len(told(second.phone))) == (1, 1)


def _years_ago(entry: noticing.Entry, entry_id: UUID) -> noticing.Entry:
    """Give an entry that was recorded long ago, of a dose of its own."""
    return noticing.Entry(
        id=entry_id, profile_id=entry.profile_id, dose_id=new_id(), kind=entry.kind, recorded_at=NOW - 400 * DAY,
        key=f"old-{entry_id}", source=entry.source, facts=entry.facts, by_kind=entry.by_kind,
    )  # fmt: skip


def test_a_dose_taken_back_before_anybody_was_told_is_not_told_of(office: Office) -> None:
    one = Told(office)
    dose = one.dose
    void_dose(by=office.lead, at=NOW, key="v", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
              because="Bấm nhầm người")  # fmt: skip
    follow()
    assert told(one.phone) == []


def test_a_guardians_phone_hears_of_the_child_and_a_facilitys_phone_of_nobody(office: Office) -> None:
    child, ward = Told(office, relation="GUARDIAN"), Told(office, relation="FACILITY")
    follow()
    assert (len(told(child.phone)), told(ward.phone)) == (1, [])


def test_a_phone_that_stands_for_hundreds_is_told_of_ten_a_day(office: Office) -> None:
    phone, nurse = a_phone(), a_nurse(office.facility)
    for n in range(12):
        a_dose(a_person(f"Trần Văn {'Bcdeghiklmno'[n]}ình", phones=[(phone, "OWN")]).profile_id, by=nurse)
    follow()
    assert len(told(phone)) == 10


def test_one_tap_is_a_case_with_the_facility_answered_at_that_phone(somebody: Told, office: Office) -> None:
    done = somebody.disown()
    case = Case.objects.get(contact_key=contact_key(somebody.phone))
    assert (done.ref, done.again) == (case.ref, False)
    assert (case.kind, case.dose_id, case.person_id) == ("NEVER_GIVEN", somebody.dose.id, somebody.person.person_id)
    assert (case.unit_id, case.unit_level) == (office.facility.id, DeskLevel.FACILITY)
    assert case.due_at - NOW == dt.timedelta(hours=48)


def test_a_second_tap_gives_the_same_case(somebody: Told) -> None:
    first = somebody.disown()
    second = somebody.disown(NOW + DAY)
    assert (second.ref, second.again) == (first.ref, True)
    assert Case.objects.filter(contact_key=contact_key(somebody.phone)).count() == 1


def test_a_second_tap_after_the_name_was_corrected_is_still_the_same_case(somebody: Told) -> None:
    first = somebody.disown()
    amend_profile(by=an_officer(Role.DATA_CORRECTOR), at=NOW, profile_id=somebody.person.profile_id,
                  because="Sai dấu tên", full_name="Nguyễn Thị Anh Đào")  # fmt: skip
    assert somebody.disown().ref == first.ref


@pytest.mark.django_db(transaction=True)
def test_ten_taps_at_one_instant_are_one_case(country: None, make_office: Callable[[], Office]) -> None:
    one = Told(make_office())
    noticing.tell_of_doses(list(noticing.Entry.objects.filter(profile_id=one.person.profile_id)), NOW)
    start = threading.Barrier(10)

    def tap(_: int) -> str:
        start.wait()
        try:
            return one.disown().ref
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        refs = set(pool.map(tap, range(10)))
    assert len(refs) == 1
    assert Case.objects.filter(contact_key=contact_key(one.phone)).count() == 1


def test_looking_at_the_link_opens_no_case(somebody: Told) -> None:
    for _ in range(3):
        assert notice_of(somebody.token, NOW) is not None
    assert Case.objects.filter(contact_key=contact_key(somebody.phone)).count() == 0


def test_the_link_ends_after_thirty_days(somebody: Told) -> None:
    assert notice_of(somebody.token, NOW + LINK_LIFE - DAY) is not None
    assert notice_of(somebody.token, NOW + LINK_LIFE) is None
    with pytest.raises(Refused, match="LINK_OVER"):
        somebody.disown(NOW + LINK_LIFE)


@pytest.mark.parametrize("token", ["", "x" * 24, "a" * 23, "../../etc", "\0", "A" * 24, "é" * 24])
def test_what_is_no_link_opens_nothing(somebody: Told, token: str) -> None:
    assert notice_of(token, NOW) is None
    with pytest.raises(Refused, match="LINK_OVER"):
        disown_dose(token=token, at=NOW, network=NETWORK)


def test_a_dose_that_was_taken_back_meanwhile_needs_no_case(somebody: Told, office: Office) -> None:
    dose = somebody.dose
    void_dose(by=office.lead, at=NOW, key="v", profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
              because="Bấm nhầm người")  # fmt: skip
    with pytest.raises(Refused, match="DOSE_VOIDED"):
        somebody.disown()


def test_the_database_keeps_nothing_that_opens_the_link(somebody: Told) -> None:
    row = DoseNotice.objects.get(dose_id=somebody.dose.id)
    kept = b"".join(bytes(value) for value in (row.token_hash, row.sealed_phone))
    assert somebody.token.encode() not in kept
    assert somebody.phone.encode() not in kept


def test_a_disowned_dose_is_known_by_its_id(somebody: Told, office: Office) -> None:
    other = Told(office)
    follow()
    somebody.disown()
    assert disowned_among([somebody.dose.id, other.dose.id]) == {somebody.dose.id}


@given(st.binary(min_size=20, max_size=40))
def test_a_token_is_letters_alone_so_that_no_phone_takes_it_for_a_code(digest: bytes) -> None:
    assert is_token(letters_of(digest))
    assert re.fullmatch(r"[a-z]{24}", letters_of(digest))


@given(st.text(max_size=60))
def test_initials_never_hold_a_whole_word(name: str) -> None:
    assert all(len(part) <= 1 for part in initials(name).split("."))


@pytest.mark.parametrize(("hour", "quiet"), [(6, True), (7, False), (20, False), (21, True), (0, True)])
def test_the_night_is_from_nine_to_seven(hour: int, quiet: bool) -> None:
    there = dt.datetime(2026, 11, 20, hour, 30, tzinfo=clock.VIETNAM)
    assert is_quiet(there) is quiet


@pytest.mark.parametrize(
    ("kind", "source", "days", "hours", "yes"),
    [
        ("RECORDED", "DESK", 0, 0, True),
        ("RECORDED", "BACKLOG", 3, 0, True),
        ("RECORDED", "BACKLOG", 4, 0, False),
        ("RECORDED", "DESK", 0, 49, False),
        ("RECORDED", "CASE", 0, 0, False),
        ("AMENDED", "DESK", 0, 0, False),
        ("DECLARED", "SELF", 0, 0, False),
    ],
)
def test_only_what_was_given_and_recorded_lately_is_told(
    kind: str, source: str, days: int, hours: int, yes: bool
) -> None:
    recorded_at = NOW - dt.timedelta(hours=hours)
    assert worth_telling(kind, source, TODAY - days * DAY, recorded_at, NOW) is yes
