"""The desk prints the passport of whom it may open, and of nobody else."""

from uuid import UUID

import pypdfium2
from django.urls import reverse

from tests.builders import a_facility, a_nurse, an_area
from tests.certificates.passport_cast import NAME, a_signed_person, issue_passport, revoke_passport
from tests.web.facility.conftest import Station, signed_in
from tiemchung.core import clock
from tiemchung.core.models import AuditLine
from tiemchung.people.actions import find_people
from tiemchung.places.rules import Level

NUMBER = "079184000321"


def somebody_found(station: Station) -> UUID:
    """Give a person with signed doses whom this nurse found by the number on the card."""
    person_id = a_signed_person(number=NUMBER)
    find_people(by=station.nurse, at=clock.now(), text=NUMBER, purpose="desk")
    return person_id


def paper_of(person_id: UUID) -> str:
    """Give the address of a person's paper."""
    return reverse("facility:passport_paper", kwargs={"person_id": person_id})


def test_the_paper_names_its_holder_and_the_look_leaves_a_trace(station: Station) -> None:
    person_id, browser = somebody_found(station), signed_in(station.nurse)
    issue_passport(person_id, at=clock.now())
    shown = browser.get(reverse("facility:person", kwargs={"person_id": person_id})).content.decode()
    assert paper_of(person_id) in shown
    for paper in ("", "?giay=THE"):
        answer = browser.get(paper_of(person_id) + paper)
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
            200, "application/pdf", "no-store",
        )  # fmt: skip
        assert NAME in pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    looks = AuditLine.objects.filter(subject_id=person_id, because="facility: print passport")
    assert {look.actor_id for look in looks} == {station.nurse.id}


def test_a_passport_taken_away_is_offered_no_more(station: Station) -> None:
    person_id, browser = somebody_found(station), signed_in(station.nurse)
    issue_passport(person_id, at=clock.now())
    revoke_passport(person_id, at=clock.now())
    person_page = reverse("facility:person", kwargs={"person_id": person_id})
    assert paper_of(person_id) not in browser.get(person_page).content.decode()
    assert browser.get(paper_of(person_id)).headers["Location"] == person_page


def test_who_was_not_found_by_this_nurse_has_no_such_page(station: Station) -> None:
    person_id, elsewhere = a_signed_person(number=NUMBER), a_nurse(a_facility(area=an_area("01", level=Level.PROVINCE)))
    issue_passport(person_id, at=clock.now())
    assert signed_in(elsewhere).get(paper_of(person_id)).status_code == 404
