"""Citizens about to send a report from the health book: signed in, everything told, only the photo is missing."""

import datetime as dt
import json
import random
from importlib import import_module
from io import BytesIO
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from PIL import Image, ImageDraw

from bench.kit.reports_stage import GIVEN
from tiemchung.cases.rules import ClaimedDose
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions import prove_person, register_profile
from tiemchung.places.reads import FacilityView
from tiemchung.web.citizen.pending import keep_phone
from tiemchung.web.citizen.reports import draft as drafts

BORN = dt.date(1985, 3, 5)
PHOTOS, SIDES, WEIGHT = 6, (2000, 1500), 300_000  # as frontend/src/shrink leaves a photo of 3 MB


def clear_reports() -> None:
    """Empty the tables of an earlier run, as the owner of the bench's own database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'cases\\_%%' OR tablename IN "
                       "('core_outboxmessage', 'core_auditline', 'django_session', 'access_ratebucket', "
                       "'doses_dose', 'doses_ledgerentry')")  # fmt: skip
        cursor.execute(f"TRUNCATE {', '.join(name for (name,) in cursor.fetchall())}")
        cursor.execute("DELETE FROM core_actionkey WHERE key LIKE 'book:%'")


def ready_reports(count: int, facility: FacilityView, sink: Path) -> None:
    """Write one line for each of `count` reports that are ready to be sent: session, token, draft, network."""
    with sink.open("w") as lines:
        for n in range(count):
            lines.write(json.dumps(_ready(n, facility)) + "\n")


def _ready(n: int, facility: FacilityView) -> dict[str, str]:
    phone, name = f"+849000{n:05}", f"Nguyễn Thị {GIVEN[n % 14]} {GIVEN[n // 14 % 14]}"
    person = once(f"bench-report-{n}", "bench", {}, clock.now(), lambda: _person(phone, name))
    dose = ClaimedDose(1, "PFIZER", "FK0112", dt.date(2021, 9, 7), facility_id=facility.id, place_name=facility.name)
    draft = drafts.begin(drafts.DECLARED, UUID(person["id"]), dose=dose)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update({"citizen_contact": contact_key(phone).hex(), "trace": "bench", "seen_at": clock.now().isoformat()})
    keep_phone(session, phone)
    drafts.keep(session, draft)
    session.create()
    # Each of them has a network of its own (limits count the first three parts), as the proxy in front would tell.
    network = f"100.{64 + n // 256}.{n % 256}.7"
    return {"session": str(session.session_key), "csrf": _get_new_csrf_string(), "draft": str(draft.case_id),
            "network": network}  # fmt: skip


def _person(phone: str, name: str) -> dict[str, str]:
    made = register_profile(
        by=SYSTEM, at=clock.now(), key=f"bench-reporter-{phone}", full_name=name, birth_date=BORN, sex="FEMALE",
        source="BACKLOG", identifiers=[], phones=[(phone, "OWN")],
    )  # fmt: skip
    prove_person(
        by=Actor(kind=Kind.CITIZEN), at=clock.now(), contact_key=contact_key(phone), full_name=name, birth_date=BORN
    ).verdict.or_raise()
    return {"id": str(made.person_id)}


def make_photos(folder: Path) -> list[Path]:
    """Draw some photos of papers, each of about the weight that a shrunk one has, and give their files."""
    found = []
    for n in range(PHOTOS):
        path = folder / f"photo-{n}.jpg"
        path.write_bytes(_photo(n))
        found.append(path)
    return found


def _photo(seed: int) -> bytes:
    rng = random.Random(seed)
    for grain in range(1, 30):
        paper = Image.effect_noise(SIDES, grain).convert("RGB")
        pen = ImageDraw.Draw(paper)
        for _ in range(80):
            pen.text((rng.randrange(SIDES[0]), rng.randrange(SIDES[1])), "GIAY XAC NHAN DA TIEM", fill=(20, 20, 60))
        kept = BytesIO()
        paper.save(kept, "JPEG", quality=80)
        if len(kept.getvalue()) >= WEIGHT:
            break
    return kept.getvalue()
