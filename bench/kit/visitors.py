"""Who visits the pages: a citizen and two members of staff, made by the real actions, with a session each."""

import datetime as dt
import os
import secrets
from dataclasses import dataclass
from typing import Any

# Of the range reserved for synthetic numbers; no other bench uses it.
PHONE = "+84900099901"
BORN = dt.date(1985, 3, 5)
NAMES = {"complete": "Nguyễn Thị Bích Ngọc", "one-dose": "Trần Bình", "none": "Lê Văn Chi"}
GIVEN_ON = {
    "complete": (dt.date(2021, 9, 7), dt.date(2021, 10, 12)),
    "one-dose": (dt.date(2021, 10, 12),),
    "none": (),
}
_SINCE = dt.date(2025, 7, 1)
_PROVINCE = "79"
_WARD = "26740"  # Sài Gòn, of the list in force since that day


@dataclass(frozen=True, slots=True)
class Visitors:
    """The session of each audience (empty for the public); the persons on the citizen's phone by state, and a dose."""

    sessions: dict[str, str]
    ids: dict[str, Any]


def make_visitors() -> Visitors:
    """Give the visitors; who is there from an earlier run is found again. Sets Django up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")
    import django

    django.setup()
    ids = _family()
    facility_id, province = _facility(), _area(_PROVINCE, "PROVINCE")
    _add_lot()
    sessions = {
        "public": "",
        "citizen": _citizen_session(),
        "nurse": _staff_session("bench-nurse", "Nguyễn Văn Dũng", "VACCINATOR", facility_id=facility_id),
        "corrector": _staff_session("bench-corrector", "Vũ Thị Giang", "DATA_CORRECTOR", area_id=province.id),
    }
    return Visitors(sessions, ids)


def _family() -> dict[str, Any]:
    """Three on one phone: with two doses, with one, with none; `dose` is one of the first."""
    from tiemchung.certificates.actions import refresh_card
    from tiemchung.core import clock

    ids: dict[str, Any] = {}
    for state, name in NAMES.items():
        ids[state] = _person(state, name)
        for day in GIVEN_ON[state]:
            dose_id = _dose(ids[state], day)
            ids.setdefault("dose", dose_id)
        refresh_card(person_id=ids[state], at=clock.now())
    return ids


def _person(state: str, name: str) -> Any:
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.people.actions import register_profile

    return register_profile(
        by=SYSTEM, at=clock.now(), key=f"bench-visitor-{state}", full_name=name, birth_date=BORN, source="BACKLOG",
        sex="FEMALE", phones=[(PHONE, "FAMILY")], area_id=_area(_WARD, "COMMUNE").id,
    ).profile_id  # fmt: skip


def _dose(profile_id: Any, day: dt.date) -> Any:
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.doses.actions import record_dose
    from tiemchung.doses.rules import DoseSource
    from tiemchung.doses.values import DoseFacts

    facts = DoseFacts("PFIZER", day, lot_number="FK0112", place_name="Trạm Y tế Bến Nghé")
    key = f"bench-visitor-{profile_id}-{day}"
    return record_dose(
        by=SYSTEM, at=clock.now(), key=key, profile_id=profile_id, facts=facts, source=DoseSource.BACKLOG
    ).dose.id


def _citizen_session() -> str:
    from tiemchung.core import clock
    from tiemchung.core.actor import Actor, Kind
    from tiemchung.core.outbox import contact_key
    from tiemchung.people.actions import prove_person

    contact, citizen = contact_key(PHONE), Actor(kind=Kind.CITIZEN)
    for name in NAMES.values():
        proved = prove_person(by=citizen, at=clock.now(), contact_key=contact, full_name=name, birth_date=BORN)
        proved.verdict.or_raise()
    return _session({"citizen_contact": contact.hex()}, phone=PHONE)


def _staff_session(username: str, name: str, role: str, **where: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

    from tiemchung.access.actions import hire_staff, open_role, post_staff
    from tiemchung.access.reads import postings_of
    from tiemchung.access.rules import SWITCHED_ROLES
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM, Role

    staff = get_user_model().objects.filter(username=username).first()
    if staff is None:
        words = secrets.token_urlsafe(24)
        hire_staff(by=SYSTEM, at=clock.now(), username=username, full_name=name, password=words)
        staff = get_user_model().objects.get(username=username)
    if not postings_of(staff.pk, clock.today()):
        if Role[role] in SWITCHED_ROLES:
            open_role(by=SYSTEM, at=clock.now(), role=Role[role], area_id=where["area_id"], valid_from=_SINCE)
        post_staff(by=SYSTEM, at=clock.now(), staff_id=staff.pk, role=Role[role], valid_from=_SINCE, **where)
    posting = postings_of(staff.pk, clock.today())[-1]
    return _session(
        {
            SESSION_KEY: str(staff.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: staff.get_session_auth_hash(),
            "posting_id": str(posting.id),
            "second_factor": True,
            "purpose": "PRESENT",  # the authority's pages ask for it before they show anybody
        }
    )


def _session(facts: dict[str, Any], phone: str = "") -> str:
    from importlib import import_module

    from django.conf import settings

    from tiemchung.core import clock
    from tiemchung.web.citizen.pending import keep_phone

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update({**facts, "trace": "bench", "seen_at": clock.now().isoformat()})
    if phone:
        keep_phone(store, phone)
    store.create()
    return str(store.session_key)


def _add_lot() -> None:
    """A lot that the desk may give today; the next run in the same month finds it."""
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.vaccines.actions import add_lot

    month = clock.today().replace(day=1)
    expires_on, number = month + dt.timedelta(days=120), f"BENCH{month:%y%m}"
    add_lot(product="PFIZER", number=number, expires_on=expires_on, by=SYSTEM, at=clock.now(), key=f"bench-{number}")


def _facility() -> Any:
    from tiemchung.core import clock
    from tiemchung.core.actor import SYSTEM
    from tiemchung.places.actions import open_facility
    from tiemchung.places.rules import FacilityKind, Level

    return open_facility(
        by=SYSTEM, at=clock.now(), key="bench-facility", code="79999", name="Trạm Y tế Thử Tải",
        area_id=_area(_WARD, "COMMUNE").id, kind=FacilityKind.COMMUNE_STATION, level=Level.COMMUNE, valid_from=_SINCE,
    )  # fmt: skip


def _area(code: str, level: str) -> Any:
    from tiemchung.core import clock
    from tiemchung.places.reads import area_by_code
    from tiemchung.places.rules import Level

    area = area_by_code(code, Level[level], clock.today())
    if area is None:
        raise SystemExit("The areas are not loaded: see `manage.py load_areas`.")
    return area
