"""Who shows a paper at a desk reports on their own record; the case says so, and nobody's record opens by it."""

import datetime as dt
from typing import Any

import pytest

from tests.builders import NOW, a_dose, a_key, a_nurse, a_person, a_phone, an_area, an_officer
from tests.cases.conftest import Office
from tiemchung.access.rules import NOTICE_PHONE
from tiemchung.cases.actions import claim_case
from tiemchung.cases.actions.at_desk import report_at_desk
from tiemchung.cases.actions.noticing import claimed_dose
from tiemchung.cases.models import Case
from tiemchung.cases.reads import progress_of
from tiemchung.cases.rules import Claim, shown_ref
from tiemchung.cases.rules.papers import PaperSeen
from tiemchung.core.actor import PUBLIC, Role
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine, OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import prove_person
from tiemchung.people.reads import NotFound, persons_on_phone, phones_on_record, proven_persons
from tiemchung.places.rules import Level

pytestmark = pytest.mark.usefixtures("country", "db")
BIRTH, DAY = dt.date(1991, 3, 5), dt.date(2026, 10, 1)


class Counter:
    """An at a desk that sees her, with her phone at home and a dose on record."""

    def __init__(self, office: Office) -> None:
        self.office, self.home = office, a_phone()
        self.person = a_person("Nguyễn Thị An", BIRTH, phones=[(self.home, "OWN")]).person_id
        self.dose = a_dose(self.person, given_on=DAY, by=a_nurse(office.facility)).dose

    def ask(self, **more: Any) -> Any:
        """Take her report that this dose was never given."""
        values: dict[str, Any] = {
            "by": self.office.lead, "at": NOW, "key": a_key(), "kind": "NEVER_GIVEN", "person_id": self.person,
            "claim": Claim(full_name="Ai Đó", birth_date=dt.date(2000, 1, 1), doses=(claimed_dose(self.dose),)),
            "paper": "ID_CARD", "dose_id": self.dose.id,
        }  # fmt: skip
        return report_at_desk(**(values | more))

    def told(self, phone: str) -> list[str]:
        """Give what this phone was sent of reports at desks."""
        found = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="case_at_desk")
        return [unseal("outbox.text", row.sealed_text, str(row.id)) for row in found]


@pytest.fixture
def counter(office: Office) -> Counter:
    """Give the desk."""
    return Counter(office)


def test_the_case_is_about_the_person_and_the_dose_and_says_which_paper_was_seen(counter: Counter) -> None:
    opened = counter.ask()
    file = claim_case(by=counter.office.lead, at=NOW, ref=opened.ref)
    assert (file.person_id, file.dose_id, file.door) == (counter.person, counter.dose.id, "DESK")
    assert (file.claim.full_name, file.claim.birth_date) == ("Nguyễn Thị An", BIRTH), "as on record, not as sent"
    assert file.claim.seen_paper == PaperSeen.ID_CARD
    line = AuditLine.objects.get(action="cases.report_at_desk")
    assert (line.subject_id, line.object_id, line.facts["paper"]) == (counter.person, opened.case_id, "ID_CARD")


@pytest.mark.parametrize("paper", ["", "LIBRARY_CARD"])
def test_without_a_paper_that_was_seen_nothing_is_taken(counter: Counter, paper: str) -> None:
    with pytest.raises(Refused, match="PAPER_NOT_NAMED"):
        counter.ask(paper=paper)
    assert not Case.objects.exists()


def test_a_citizen_or_nobody_takes_no_report_at_a_desk(counter: Counter) -> None:
    with pytest.raises(Refused, match="PAPER_NOT_NAMED"):
        counter.ask(by=PUBLIC)


def test_whom_the_desk_may_not_see_does_not_exist(counter: Counter) -> None:
    far = an_officer(Role.DATA_CORRECTOR, an_area("01", level=Level.PROVINCE))
    for person in (counter.person, new_id()):
        with pytest.raises(NotFound):
            counter.ask(by=far, person_id=person)
    assert not Case.objects.exists()


def test_a_dose_of_somebody_else_is_refused(counter: Counter) -> None:
    other = a_dose(a_person("Trần Văn Hai", BIRTH).person_id, given_on=DAY).dose
    with pytest.raises(Refused, match="NO_SUCH_DOSE"):
        counter.ask(dose_id=other.id)


@pytest.mark.parametrize("own", [True, False])
def test_the_phone_on_record_hears_of_a_report_from_any_other_phone(counter: Counter, own: bool) -> None:
    opened = counter.ask(phone=counter.home if own else a_phone())
    assert [shown_ref(opened.ref) in words for words in counter.told(counter.home)] == ([] if own else [True])


def test_a_reporter_without_a_phone_is_told_of_to_the_phone_on_record_once(counter: Counter) -> None:
    key = a_key()
    ref = counter.ask(key=key).ref
    assert counter.ask(key=key).ref == ref
    (words,) = counter.told(counter.home)
    assert "An" not in words.split()
    assert str(DAY.year) not in words.replace(shown_ref(ref), "")  # a number may hold these digits


def test_the_reporters_phone_gets_no_way_to_the_record(counter: Counter) -> None:
    stranger = a_phone()
    opened = counter.ask(phone=stranger)
    key = contact_key(stranger)
    assert (persons_on_phone(key), proven_persons(key, NOW)) == (frozenset(), ())
    assert [one.contact_key for one in phones_on_record([counter.person])] == [contact_key(counter.home)]
    tried = prove_person(by=PUBLIC, at=NOW, contact_key=key, full_name="Nguyễn Thị An", birth_date=BIRTH)
    assert not tried.verdict.allowed
    seen = progress_of(opened.ref, key)
    assert seen is not None
    assert "Nguyễn Thị An" not in repr(seen)


def test_a_phone_that_stands_for_hundreds_is_not_flooded(counter: Counter) -> None:
    for _ in range(NOTICE_PHONE.count + 3):
        counter.ask()
    assert len(counter.told(counter.home)) == NOTICE_PHONE.count
