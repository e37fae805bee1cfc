"""Who has everything and cannot be stated is on a work list like everybody else, once, until something changes."""

import datetime as dt

import pytest

from tests.builders import NOW, a_facility
from tests.certificates.central_cast import a_ready_person, centre_signs, certificate_of, facility_signs, know
from tiemchung.certificates.actions import central_batch, refresh_passports
from tiemchung.certificates.actions.central_signing import start_renewal_run, work_central_runs
from tiemchung.certificates.actions.renewing import note_endings
from tiemchung.certificates.issuing import NotDrawn
from tiemchung.certificates.models import Certificate, Passport, PassportTask
from tiemchung.certificates.reads import unit_counts
from tiemchung.certificates.rules import NOTICE, Lack, PassportState
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.people.actions import amend_profile
from tiemchung.people.models import IdentityCheck

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
AFTER = LATER + dt.timedelta(hours=1)


@pytest.fixture(params=["drawn", "tried"])
def cannot_be_stated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let what everybody states be refused: when it is drawn up, or by the scratch key's trial."""

    def refuse(*facts: object) -> bytes:
        raise NotDrawn("BIRTH_DATE")

    if request.param == "drawn":
        monkeypatch.setattr(central_batch, "claims_of", refuse)
    else:
        monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_HOLDER")
    return monkeypatch


def told() -> list[str]:
    return [one.code for one in alarms(unseen=True)]


def test_it_stands_on_the_list_of_the_unit_and_waits_for_the_centre_no_more(cannot_be_stated: object) -> None:
    facility = a_facility()
    person = a_ready_person(facilities=[facility])
    centre_signs(at=LATER)
    passport = Passport.objects.get(person_id=person)
    assert passport.state == PassportState.NOT_ELIGIBLE
    assert [one["code"] for one in passport.reasons] == ["NOT_ISSUABLE"]
    open_now = PassportTask.objects.filter(person_id=person, done_at=None).values_list("unit_id", "reason")
    assert list(open_now) == [(facility.id, Lack.NOT_ISSUABLE)]
    counts = unit_counts(None)[facility.id]
    assert (counts.gaps, counts.number("TO_ISSUE")) == (1, 0)
    assert told() == ["PASSPORT_NOT_ISSUABLE"]


def test_no_refresh_and_no_run_asks_again_while_the_same_would_be_stated(cannot_be_stated: object) -> None:
    person = a_ready_person()
    centre_signs(at=LATER)
    asked = IdentityCheck.objects.filter(person_id=person)
    was = asked.values_list("state", flat=True).get()
    for state in (was, "WAITING", was):  # another lack that comes and goes is no change either
        asked.update(state=state)
        assert refresh_passports(person_ids=[person], at=AFTER)[person] is PassportState.NOT_ELIGIBLE
    centre_signs(at=AFTER)
    assert told() == ["PASSPORT_NOT_ISSUABLE"]
    assert PassportTask.objects.get(person_id=person, done_at=None).reason == Lack.NOT_ISSUABLE


def test_once_something_else_would_be_stated_it_is_tried_anew(cannot_be_stated: pytest.MonkeyPatch) -> None:
    person = a_ready_person("Nguyễn Thị Bình")
    centre_signs(at=LATER)
    cannot_be_stated.undo()
    amend_profile(by=SYSTEM, at=AFTER, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bính")
    know(person, at=AFTER)
    facility_signs(person, at=AFTER)
    centre_signs(at=AFTER)
    assert certificate_of(person).hc1.startswith("HC1:")
    assert not PassportTask.objects.filter(person_id=person, done_at=None).exists()


def test_a_certificate_in_force_that_cannot_be_renewed_holds_to_its_own_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = a_ready_person()
    centre_signs()
    made = certificate_of(person)
    then = made.expires_at - NOTICE
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "LINT_HOLDER")
    note_endings(at=then)
    for _ in range(3):
        start_renewal_run(at=then)
        work_central_runs(then)
    assert told() == ["PASSPORT_NOT_ISSUABLE"]
    assert certificate_of(person).id == made.id
    assert Certificate.objects.filter(person_id=person, state="REVOKED").count() == 0
