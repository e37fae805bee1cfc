"""Writing reports in the health book as a citizen without scripts does."""

import datetime as dt
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.web.portal.feedback_pages import texts_to
from tiemchung.cases.reads import cases_of_contact
from tiemchung.cases.values import Progress
from tiemchung.core.outbox import contact_key

__all__ = ["a_photo", "declare", "draft_of", "fields_of", "reports_of", "send", "texts_to"]


def a_photo(colour: str = "white") -> SimpleUploadedFile:
    """Give a small photo as a phone would send it."""
    kept = BytesIO()
    Image.new("RGB", (400, 300), colour).save(kept, "JPEG")
    return SimpleUploadedFile("giay.jpg", kept.getvalue(), content_type="image/jpeg")


def fields_of(day: dt.date, product: str = "PFIZER", lot: str = "FA0123") -> dict[str, str]:
    """Give a dose as its form sends it."""
    given = {"given_day": str(day.day), "given_month": str(day.month), "given_year": str(day.year)}
    return {"product": product, "lot_number": lot, **given}


def draft_of(page: Any) -> str:
    """Give the hidden number of the draft on the check page."""
    return str(page.content.decode().split('name="draft" value="', 1)[1].split('"', 1)[0])


def send(client: Client, **more: Any) -> Any:
    """Send the report that is being written."""
    page = client.get("/so/phan-anh/viet/gui")
    return client.post("/so/phan-anh/viet/gui", {"draft": draft_of(page), **more})


def declare(client: Client, person_id: UUID, day: dt.date, *, photo: bool = True, **more: Any) -> Any:
    """Declare a missing dose, place in own words, with a photo of its paper."""
    client.post(f"/so/ho-so/{person_id}/thieu-mui", fields_of(day))
    client.post("/so/phan-anh/viet/noi-tiem", {"place": "other", "place_name": "Nhà văn hóa phường 5"})
    return send(client, **({"evidence": a_photo()} if photo else {}), **more)


def reports_of(phone: str) -> tuple[Progress, ...]:
    """Give what this phone has reported, newest first."""
    return cases_of_contact(contact_key(phone))
