"""Filling in the report's pages as a citizen without scripts does."""

import html
import re
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tiemchung.core import clock
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.places import reads as places

PERSON = {
    "full_name": "Nguyễn Thị Minh Châu", "birth_day": "5", "birth_month": "3", "birth_year": "1984", "sex": "FEMALE",
    "number": "079184000123", "workplace": "Chợ Bến Thành",
}  # fmt: skip
DOSE = {"product": "PFIZER", "given_day": "14", "given_month": "8", "given_year": "2021", "lot_number": "FA0123"}


def a_photo(colour: str = "white", kind: str = "JPEG") -> SimpleUploadedFile:
    """Give a small photo as a phone would send it."""
    kept = BytesIO()
    Image.new("RGB", (400, 300), colour).save(kept, kind)
    return SimpleUploadedFile("giay.jpg", kept.getvalue(), content_type="image/jpeg")


def text_of(answer: Any) -> str:
    """Give a page's words without its marks."""
    body = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.S)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def saigon() -> str:
    """Give the id of today's Ho Chi Minh City."""
    (city,) = [a for a in places.children_of(None, clock.today()) if "Hồ Chí Minh" in a.name]
    return str(city.id)


def newest_code(phone: str) -> str:
    """Give the newest code that is on its way to this phone, empty where there is none."""
    rows = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("-created_at")
    for row in rows:
        found = re.search(r"\b\d{6}\b", unseal("outbox.text", row.sealed_text, str(row.id)))
        if found:
            return found[0]
    return ""


def texts_to(phone: str) -> list[str]:
    """Give all texts on their way to this phone, oldest first."""
    rows = OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("created_at", "id")
    return [unseal("outbox.text", row.sealed_text, str(row.id)) for row in rows]


def begin(client: Client) -> Any:
    """Open the report and begin."""
    return client.post("/phan-anh")


def fill_person(client: Client, mobile: str, **other: str) -> Any:
    """Answer the first question."""
    return client.post("/phan-anh/nguoi", {**PERSON, "phone": "0" + mobile[3:], **other})


def fill_area(client: Client, commune: str = "Phường Sài Gòn") -> Any:
    """Answer where the person lives: province first, then the ward."""
    client.post("/phan-anh/noi-o", {"province": saigon()})
    return client.post("/phan-anh/noi-o", {"province": saigon(), "commune": commune})


def fill_dose(client: Client, number: int = 1, place: str = "other", **other: str) -> Any:
    """Answer vaccine, day, lot and place of one dose."""
    client.post(f"/phan-anh/mui/{number}", {**DOSE, **other})
    return client.post(f"/phan-anh/mui/{number}/noi-tiem", {"place": place, "place_name": "Nhà văn hóa phường 5"})


def fill_until_check(client: Client, phone: str, kind: str = "DOSE1_MISSING", commune: str = "Phường Sài Gòn") -> Any:
    """Answer every question before the check page."""
    begin(client)
    fill_person(client, phone)
    fill_area(client, commune)
    client.post("/phan-anh/noi-dung", {"kind": kind})
    fill_dose(client)
    return client.post("/phan-anh/giay", {"evidence": a_photo(), "text": "Tôi còn giữ giấy."})


def send(client: Client) -> Any:
    """Press Gửi phản hồi."""
    return client.post("/phan-anh/kiem-tra", {"captcha": "granted"})


def confirm(client: Client, code: str) -> Any:
    """Press Xác nhận."""
    return client.post("/phan-anh/ma", {"code": code})
