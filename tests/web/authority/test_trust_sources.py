"""The page of other countries' keys: which lists, how old, and taking a newer one in with a second factor."""

import datetime as dt
from base64 import b64encode
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.certificates.test_trust_import import FRANCE, ITALY, as_items
from tests.certificates.test_uploaders import ANCHOR, GOOD, UPLOADERS
from tests.web.authority.conftest import LATER, House, enter_as, shown
from tiemchung.certificates.models import TrustImport
from tiemchung.certificates.reads.trusted import foreign_list, foreign_made_at, foreign_version, trust_sources
from tiemchung.core.actor import Role
from tiemchung.core.models import AuditLine
from tiemchung.web.shared.formats import format_moment

SOURCES, TAKE = "/authority/khoa/nguon", "/authority/khoa/nguon/nap"
DAY = dt.timedelta(days=1)


@pytest.fixture
def admin(house: House) -> Client:
    return enter_as(builders.a_staff_member(Role.ADMIN))


def send(client: Client, data: bytes, **told: str) -> Any:
    file = SimpleUploadedFile("list.json", data)
    return client.post(TAKE, {"source": "EU", "file": file, **told})


def an_item(days: int = 1) -> bytes:
    return as_items(FRANCE.item(timestamp=(LATER - days * DAY).isoformat()), ITALY.item(timestamp=""), 5)


def test_a_list_is_taken_in_and_shown_with_its_age_its_keys_and_what_was_passed_over(admin: Client) -> None:
    assert "Chưa nhận danh sách nào" in shown(admin.get(SOURCES))
    assert send(admin, an_item()).url == SOURCES
    words = shown(admin.get(SOURCES))
    for told in ("EU", "JSON của cổng EU", "2 khóa", "Bỏ qua 1 mục: không đọc được (1)", "Còn mới"):
        assert told in words
    line = AuditLine.objects.get(action="import_trust")
    assert (line.subject_id, line.facts["keys"]) == (trust_sources(LATER)[0].id, 2)


def test_an_old_list_warns_and_a_too_old_one_says_that_it_is_not_believed(admin: Client) -> None:
    send(admin, an_item(days=9))
    assert "đã cũ" in shown(admin.get(SOURCES))
    TrustImport.objects.update(made_at=LATER - 31 * DAY)
    assert "không được tin nữa" in shown(admin.get(SOURCES))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'[\n{"rawData": "x"},\n5 6]', "dòng 3"), (b"nothing", "Không nhận ra dạng"), (b"  ", "Tệp trống"),
        (as_items(FRANCE.item(timestamp="")), "không ghi ngày lập"),
        (as_items({"rawData": ""}), "mục 1: không phải khóa ký"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_what_is_wrong_and_where(admin: Client, data: bytes, said: str) -> None:
    answer = send(admin, data)
    assert (answer.status_code, said in shown(answer)) == (422, True)
    assert trust_sources(LATER) == []


def test_the_day_is_asked_for_where_the_file_does_not_say_it(admin: Client) -> None:
    day = LATER - 2 * DAY
    told = {"made_on_day": str(day.day), "made_on_month": str(day.month), "made_on_year": str(day.year)}
    assert send(admin, as_items(FRANCE.item(timestamp="")), **told).status_code == 302
    assert trust_sources(LATER)[0].made_at.date() == day.date()


def with_anchor(client: Client, data: bytes, anchor: bytes) -> Any:
    files = {"file": SimpleUploadedFile("list.json", data), "anchor": SimpleUploadedFile("anchor.der", anchor)}
    return client.post(TAKE, {"source": "EU", **files})


def test_with_the_gateways_anchor_the_items_are_checked_and_the_page_says_so(admin: Client) -> None:
    assert with_anchor(admin, as_items(*UPLOADERS, GOOD), ANCHOR).url == SOURCES
    words = shown(admin.get(SOURCES))
    assert "đã được kiểm tra đến chứng thư gốc" in words
    assert "chưa được kiểm tra" not in words
    send(admin, an_item(), source="FR")
    assert "chưa được kiểm tra" in shown(admin.get(SOURCES))


@pytest.mark.parametrize(
    ("data", "anchor", "said"),
    [
        (as_items(GOOD), b"x", "chứng thư gốc không đọc được"),
        (as_items(GOOD), b"x" * 30_000, "chứng thư gốc không đọc được"),
        (b"-----BEGIN CERTIFICATE-----\n" + b64encode(FRANCE.der) + b"\n-----END CERTIFICATE-----", ANCHOR,
         "không có chữ ký của từng mục"),
        (as_items(GOOD), ANCHOR, "người gửi mục không được cổng công nhận"),
    ],
    ids=["no certificate", "too long", "a form without signatures", "no uploader in the file"],
)  # fmt: skip
def test_an_anchor_that_does_not_fit_is_refused_with_the_reason(
    admin: Client, data: bytes, anchor: bytes, said: str
) -> None:
    answer = with_anchor(admin, data, anchor)
    assert (answer.status_code, said in shown(answer)) == (422, True)
    assert trust_sources(LATER) == []


def test_each_missing_thing_is_said_at_its_field_and_in_the_summary(admin: Client) -> None:
    page = admin.post(TAKE, {"made_on_day": "31", "made_on_month": "2", "made_on_year": "2022"})
    assert page.status_code == 422
    for field in ("source", "file", "made_on-day"):
        assert f'<a href="#{field}">' in page.content.decode()
    assert "Ghi tên danh sách" in shown(page)
    assert "ngày có thật" in shown(page)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (as_items(FRANCE.item(timestamp="")), "made_on-day"),
        (b'{"keys": [{"kty": "EC"}]}', "issuer"),
        (b"nothing", "file"),
    ],
)
def test_what_the_file_lacks_is_said_at_the_field_that_mends_it(admin: Client, data: bytes, field: str) -> None:
    answer = send(admin, data)
    assert (answer.status_code, f'<a href="#{field}">' in answer.content.decode()) == (422, True)


def test_the_moment_of_a_list_taken_before_reads_as_every_moment_of_the_site(admin: Client) -> None:
    send(admin, an_item())
    words = shown(send(admin, an_item()))
    assert f"đã nhận lúc {format_moment(trust_sources(LATER)[0].taken_at)}" in words


def test_without_a_file_the_page_says_so(admin: Client) -> None:
    assert "Chọn một tệp" in shown(admin.post(TAKE, {"source": "EU"}))


def test_taking_a_list_in_asks_for_the_second_factor_again(house: House) -> None:
    client = enter_as(builders.a_staff_member(Role.ADMIN))
    session = client.session
    session.pop("stepped_up_at", None)
    session.save()
    assert client.get(TAKE).url == reverse("staff:step_up")


@pytest.mark.parametrize("name", ["lead", "corrector", "nurse"])
def test_the_page_exists_for_those_who_keep_keys_alone(house: House, name: str) -> None:
    assert enter_as(getattr(house, name)).get(SOURCES).status_code == 404


def test_a_list_is_dropped_with_a_reason_and_verifiers_hear_of_it(admin: Client) -> None:
    send(admin, an_item())
    (source,) = trust_sources(LATER)
    page = f"{SOURCES}/{source.id}/bo"
    assert page in admin.get(SOURCES).content.decode()
    assert "Thôi tin danh sách" in shown(admin.get(page))
    refused = admin.post(page, {"because": "nhầm"})
    assert (refused.status_code, len(trust_sources(LATER))) == (422, 1)
    before, version = foreign_made_at(LATER), foreign_version()
    answer = admin.post(page, {"because": "Nhận nhầm tệp thử nghiệm, đã báo Cục"}, follow=True)
    assert "Đã thôi tin danh sách EU" in shown(answer)
    assert "Chưa nhận danh sách nào" in shown(answer)
    assert (trust_sources(LATER), foreign_list()["keys"]) == ([], [])
    # A device takes no list that is older than its own: dropping moves the moment on, and the name changes.
    assert foreign_made_at(LATER) >= before
    assert foreign_version() != version
    line = AuditLine.objects.get(action="drop_trust_source")
    assert (line.subject_id, line.facts["source"]) == (source.id, "EU")
    assert admin.post(page, {"because": "Nhận nhầm tệp thử nghiệm, đã báo Cục"}).status_code == 404
    assert send(admin, an_item()).url == SOURCES  # and may come back
    assert len(trust_sources(LATER)) == 1
