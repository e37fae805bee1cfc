"""A report that was taken in has a number, an owner and a due time, and is never taken in twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from tests.builders import NOW, a_dose, a_facility, a_key, a_lead, a_nurse, a_person, a_phone, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.cases.actions import open_case
from tiemchung.cases.models import Case, CaseInbox, CaseStep
from tiemchung.cases.reads import desk_file, progress_of, queue_at
from tiemchung.cases.rules import THE_NATION, CaseState, Claim, ClaimedDose, DeskLevel, RouteReason
from tiemchung.core.actor import PUBLIC, Actor, Kind, Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.places import actions as places
from tiemchung.places.rules import Level

H48 = dt.timedelta(hours=48)


def test_the_facility_of_the_dose_answers_within_48_hours(office: Office) -> None:
    opened = office.report()
    assert (opened.desk.unit_id, opened.desk.level) == (office.facility.id, DeskLevel.FACILITY)
    assert (opened.due_at, opened.why) == (NOW + H48, RouteReason.FACILITY_OF_DOSE)
    line = queue_at(office.lead, NOW).lines[0]
    assert (line.ref, line.due_at) == (opened.ref, NOW + H48)


def test_the_successor_answers_for_a_facility_that_was_closed(office: Office) -> None:
    from tests.cases.test_opening import _succeeded

    old, heir = _succeeded()
    opened = office.report(claim=office.claim(doses=(ClaimedDose(1, "PFIZER", facility_id=old.id),)))
    assert (opened.desk.unit_id, opened.why) == (heir.id, RouteReason.SUCCESSOR)


def _succeeded() -> tuple[Any, Any]:
    from tiemchung.core.actor import SYSTEM

    old, heir = a_facility("Trạm Y tế cũ"), a_facility("Trạm Y tế mới")
    a_lead(heir)
    places.succeed_facility(
        by=SYSTEM, at=NOW, key=a_key(), facility_id=old.id, successor_id=heir.id, on=dt.date(2026, 6, 1),
        because="Trạm đã sáp nhập",
    )
    return old, heir


def test_a_facility_where_nobody_is_posted_is_answered_for_by_the_desk_above(office: Office) -> None:
    empty = a_facility("Trạm không người")
    opened = office.report(claim=office.claim(doses=(ClaimedDose(1, "PFIZER", facility_id=empty.id),)))
    assert (opened.desk.level, opened.why) == (DeskLevel.PROVINCE, RouteReason.NOBODY_BELOW)


def test_an_address_of_2021_finds_the_desk_of_today(office: Office) -> None:
    old_ward = an_area("26740", on=dt.date(2021, 9, 1))
    officer = an_officer(Role.COMMUNE_OFFICER, area=an_area())
    opened = office.report(claim=office.claim(doses=(ClaimedDose(1, "PFIZER"),), commune_id=old_ward.id))
    assert opened.desk.level is DeskLevel.COMMUNE
    assert queue_at(officer, NOW).lines[0].ref == opened.ref


def test_only_a_province_known_goes_to_the_province(office: Office) -> None:
    province = an_area("79", level=Level.PROVINCE)
    opened = office.report(claim=office.claim(doses=(ClaimedDose(1, "PFIZER"),), province_id=province.id))
    assert opened.desk.level is DeskLevel.PROVINCE
    assert queue_at(office.corrector, NOW).lines[0].ref == opened.ref


def test_what_names_no_place_has_an_owner_too(office: Office) -> None:
    opened = office.report(claim=office.claim(doses=(ClaimedDose(1, "PFIZER"),)))
    assert opened.desk == THE_NATION


def test_the_reporter_is_told_the_number_and_nothing_about_anybody(office: Office) -> None:
    from tiemchung.core.sealing import unseal

    phone = a_phone()
    opened = office.report(phone=phone, full_name="Trần Thị Bí Mật")
    message = OutboxMessage.objects.get(contact_key=contact_key(phone))
    text = unseal("outbox.text", message.sealed_text, str(message.id))
    assert opened.ref[:3] in text
    assert "Mật" not in text


def test_asked_twice_with_one_key_it_is_one_case(office: Office) -> None:
    claim, key, phone = office.claim(), a_key(), a_phone()
    first = office.report(claim=claim, key=key, phone=phone)
    assert office.report(claim=claim, key=key, phone=phone) == first
    assert CaseInbox.objects.filter(unit_id=office.facility.id).count() == 1


def test_a_repeat_of_the_same_defect_joins_the_open_case(office: Office) -> None:
    phone, claim = a_phone(), office.claim()
    first = office.report(claim=claim, phone=phone)
    again = office.report(claim=office.claim(text="Tôi gửi lại lần hai"), phone=phone)
    assert (first.joined, again.joined) == (False, True)
    assert again.ref != first.ref
    assert [line.ref for line in queue_at(office.lead, NOW).lines] == [first.ref]
    file = desk_file(office.lead, NOW, first.ref)
    assert file is not None
    assert [repeat.claim.text for repeat in file.repeats] == ["Tôi gửi lại lần hai"]


def test_two_people_of_one_phone_are_two_cases(office: Office) -> None:
    phone = a_phone()
    office.report(claim=office.claim(full_name="Nguyễn Thị An"), phone=phone)
    sister = office.claim(full_name="Nguyễn Thị Ân", birth_date=dt.date(1993, 1, 1))
    assert not office.report(claim=sister, phone=phone).joined


def test_one_person_with_two_defects_has_two_cases(office: Office) -> None:
    phone = a_phone()
    office.report(claim=office.claim(), phone=phone)
    assert not office.report("PERSONAL_DATA", claim=office.claim("PERSONAL_DATA"), phone=phone).joined


def test_another_desk_does_not_see_the_case_and_the_authority_above_does(office: Office) -> None:
    opened = office.report()
    stranger, officer = a_lead(a_facility()), an_officer(Role.PROVINCE_OFFICER)
    elsewhere = an_officer(Role.PROVINCE_OFFICER, area=an_area("01", level=Level.PROVINCE))
    assert desk_file(stranger, NOW, opened.ref) is None
    assert desk_file(elsewhere, NOW, opened.ref) is None
    assert desk_file(officer, NOW, opened.ref) is not None
    assert desk_file(Actor(kind=Kind.CITIZEN), NOW, opened.ref) is None


def test_the_number_alone_or_another_phone_shows_nothing(office: Office) -> None:
    phone = a_phone()
    opened = office.report(phone=phone)
    assert progress_of(opened.ref, contact_key(a_phone())) is None
    assert progress_of("0000000000", contact_key(phone)) is None
    progress = progress_of(opened.ref, contact_key(phone))
    assert progress is not None
    assert (progress.state, progress.desk.unit_id) == (CaseState.ROUTED, office.facility.id)


def test_what_was_said_lies_sealed(office: Office) -> None:
    opened = office.report(full_name="Trần Thị Bí Mật")
    row = Case.objects.get(contact_key=opened.contact_key, id=opened.case_id)
    assert "Bí Mật".encode() not in bytes(row.sealed_claim)


def test_a_person_without_a_phone_is_served(office: Office) -> None:
    opened = office.report(phone="")
    assert progress_of(opened.ref, opened.contact_key) is not None
    assert desk_file(office.lead, NOW, opened.ref) is not None


@pytest.mark.usefixtures("db")
class TestAboutAPerson:
    """Reports from the apps name the person and the dose."""

    def citizen(self) -> tuple[Actor, Any]:
        person = a_person("Nguyễn Thị An", dt.date(1991, 3, 5))
        person_id = getattr(person, "person_id", person)
        return Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id})), person_id

    def test_a_citizen_reports_for_their_own_people_only(self, office: Office) -> None:
        _, person_id = self.citizen()
        stranger = Actor(kind=Kind.CITIZEN, person_ids=frozenset({uuid4()}))
        with pytest.raises(Refused, match="NOT_YOUR_PERSON"):
            office.report("PERSONAL_DATA", by=stranger, door="BOOK", person_id=person_id)

    def test_a_dose_that_does_not_exist_cannot_be_wrong(self, office: Office) -> None:
        by, person_id = self.citizen()
        with pytest.raises(Refused, match="NO_SUCH_DOSE"):
            office.report("DOSE_WRONG", by=by, door="BOOK", person_id=person_id, dose_id=uuid4())

    def test_the_dead_had_no_dose_afterwards(self, office: Office) -> None:
        from tiemchung.people.actions import amend_profile

        by, person_id = self.citizen()
        amend_profile(
            by=an_officer(Role.DATA_CORRECTOR), at=NOW, profile_id=person_id, because="Giấy chứng tử",
            died_on=dt.date(2026, 1, 1),
        )  # fmt: skip
        with pytest.raises(Refused, match="CLAIM_AFTER_DEATH"):
            office.report(by=by, door="BOOK", person_id=person_id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "NO_SUCH_KIND"}, "CLAIM_KIND_UNKNOWN"),
        ({"claim": Claim("An\x00", dt.date(1991, 3, 5))}, "TEXT_HAS_NUL"),
        ({"claim": Claim("An", dt.date(2030, 3, 5))}, "CLAIM_BIRTH_FUTURE"),
        ({"kind": "DOSE_DECLARED", "door": "PORTAL"}, "CLAIM_KIND_NOT_HERE"),
    ],
)
def test_a_bad_report_is_refused_and_writes_nothing(office: Office, changes: dict[str, Any], code: str) -> None:
    values = {"kind": "DOSE1_MISSING", "claim": office.claim(), "door": "HOTLINE"} | changes
    with pytest.raises(Refused, match=code):
        open_case(by=PUBLIC, at=NOW, key=a_key(), phone=a_phone(), **values)
    assert not CaseStep.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_repeats_at_once_are_one_case_and_49_repeats(make_office: Any) -> None:
    office = make_office()
    phone = a_phone()

    def once_more(_: int) -> bool:
        try:
            return office.report(claim=office.claim(), phone=phone).joined
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        joined = list(pool.map(once_more, range(50)))
    connections.close_all()
    assert (joined.count(False), joined.count(True)) == (1, 49)
    assert len(queue_at(office.lead, NOW).lines) == 1


def test_where_the_place_itself_is_wrong_the_recorder_answers(office: Office) -> None:
    dose = a_dose(a_person().profile_id, by=a_nurse(office.facility))
    person_id = dose.person_id
    elsewhere = a_facility("Trạm Y tế khác")
    a_lead(elsewhere)
    claim = office.claim("DOSE_WRONG", doses=(ClaimedDose(1, facility_id=elsewhere.id, dose_id=dose.dose.id),))
    by = Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))
    opened = office.report(
        "DOSE_WRONG", claim=claim, by=by, door="BOOK", person_id=person_id, dose_id=dose.dose.id
    )
    assert opened.desk.unit_id == office.facility.id


def _told_at(*facilities: Any) -> tuple[ClaimedDose, ...]:
    days = (dt.date(2026, 8, 1), dt.date(2026, 9, 1), dt.date(2026, 10, 1))
    return tuple(
        ClaimedDose(n + 1, "PFIZER", "FA1234", days[n], facility_id=facility.id)
        for n, facility in enumerate(facilities)
    )


def test_doses_of_two_facilities_are_answered_by_the_lowest_desk_above_both(office: Office) -> None:
    other = a_facility("Trạm Y tế khác")
    a_lead(other)
    opened = office.report("BOTH_MISSING", claim=office.claim(doses=_told_at(office.facility, other)))
    assert (opened.desk.level, opened.why) == (DeskLevel.PROVINCE, RouteReason.TWO_PLACES)


def test_a_commune_that_has_both_facilities_and_an_officer_answers_for_both(office: Office) -> None:
    officer, other = an_officer(Role.COMMUNE_OFFICER, area=an_area()), a_facility("Trạm Y tế khác")
    opened = office.report("BOTH_MISSING", claim=office.claim(doses=_told_at(office.facility, other)))
    assert (opened.desk.level, opened.why) == (DeskLevel.COMMUNE, RouteReason.TWO_PLACES)
    assert [line.ref for line in queue_at(officer, NOW).lines] == [opened.ref]


def test_two_doses_of_one_facility_or_of_its_successor_stay_with_it(office: Office) -> None:
    same = office.report("BOTH_MISSING", claim=office.claim(doses=_told_at(office.facility, office.facility)))
    assert (same.desk.unit_id, same.why) == (office.facility.id, RouteReason.FACILITY_OF_DOSE)
    old, heir = _succeeded()
    both = office.report("BOTH_MISSING", claim=office.claim(doses=_told_at(old, heir)))
    assert both.desk.unit_id == heir.id


def test_doses_of_two_provinces_stay_with_the_first_place(office: Office) -> None:
    far = a_facility(area=an_area("00070", level=Level.COMMUNE))
    a_lead(far)
    opened = office.report("BOTH_MISSING", claim=office.claim(doses=_told_at(office.facility, far)))
    assert (opened.desk.unit_id, opened.why) == (office.facility.id, RouteReason.FACILITY_OF_DOSE)
