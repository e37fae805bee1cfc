"""Who asks in the benches of cases: signed-in desks, reporters on their way, and persons whom the cases are about."""

import datetime as dt
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string

from bench.kit.many_cases import first_cases
from tiemchung.access.models import Staff
from tiemchung.access.reads import postings_of
from tiemchung.cases.models import Case
from tiemchung.cases.reads.files import file_of
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import register_profile
from tiemchung.web.portal.feedback.progress import KEPT
from tiemchung.web.portal.pending_code import begin, keep


class Browser:
    """The headers of one signed-in browser."""

    def __init__(self, session: str) -> None:
        csrf = _get_new_csrf_string()
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={csrf}",
            "X-CSRFToken": csrf,
            "Content-Type": "application/x-www-form-urlencoded",
        }


def desk_browser(by: Actor) -> Browser:
    """Sign this member of staff in."""
    staff = Staff.objects.get(id=by.id)
    posting = postings_of(staff.id, clock.today())[0]
    facts = {
        "_auth_user_id": str(staff.id),
        "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": staff.get_session_auth_hash(),
        "posting_id": str(posting.id),
        "second_factor": True,
    }
    return Browser(_session(facts))


def reporter_browser(ref: str, phone: str) -> Browser:
    """Give a browser that has named this case and its phone, as the look-up leaves it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    keep(store, KEPT, begin(ref, phone))
    return Browser(_session(dict(store.items())))


def _session(facts: dict[str, object]) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update({**facts, "trace": "bench", "seen_at": clock.now().isoformat()})
    store.create()
    return str(store.session_key)


def name_persons(unit_id: UUID, count: int) -> int:
    """Put a person with one near dose on record for every second of the desk's first cases; give how many are new."""
    made = 0
    for place, (case_id, contact, _) in enumerate(first_cases(unit_id, count)):
        row = Case.objects.get(contact_key=contact, id=case_id)
        if place % 2 or row.person_id is not None:
            continue
        claim = file_of(row).claim
        person = register_profile(
            by=SYSTEM, at=clock.now(), key=f"bench-case-{case_id}", full_name=claim.full_name,
            birth_date=claim.birth_date, source="BACKLOG", sex="FEMALE", identifiers=list(claim.numbers), phones=[],
        )  # fmt: skip
        _near_dose(person.profile_id, claim.doses[0].given_on, claim.doses[0].facility_id)
        _point(person.person_id, contact, case_id)
        made += 1
    return made


def _near_dose(profile_id: UUID, told: dt.date | None, facility_id: UUID | None) -> None:
    """The told dose as a sheet has it: one day off, another letter in the lot."""
    day = (told or clock.today()) - dt.timedelta(days=1)
    facts = DoseFacts("PFIZER", day, lot_number="FO123", facility_id=facility_id, place_name="Trạm Y tế")
    record_dose(
        by=SYSTEM, at=clock.now(), key=f"bench-case-{profile_id}", profile_id=profile_id, facts=facts,
        source=DoseSource.BACKLOG,
    )  # fmt: skip


def _point(person_id: UUID, contact: bytes, case_id: UUID) -> None:
    with connection.cursor() as cursor:
        facts = [person_id, contact, case_id]
        cursor.execute("UPDATE cases_case SET person_id = %s WHERE contact_key = %s AND id = %s", facts)
        cursor.execute(
            "INSERT INTO cases_casebyperson (id, person_id, contact_key, case_id) "
            "VALUES (gen_random_uuid(), %s, %s, %s)",
            facts,
        )
