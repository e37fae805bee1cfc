"""The verifier as an app: revocations known in a tunnel, the register, foreign keys, a clock that is wrong.

Unlike its neighbour this journey has a database: what is revoked there reaches the browser by the lists alone.
"""

import base64
import datetime as dt
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.certificates.stranger_cast import below_our_root
from tests.journeys.browser import await_that, faults_of, picture_of, too_wide
from tests.journeys.verifier_stage import (
    ABROAD,
    HOME,
    LOG,
    NOW,
    Signer,
    bodies_of,
    open_verifier,
    serving,
    show_picture,
)
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.actions.trust_import import import_trust
from tiemchung.certificates.formats.list_proof import list_proof, proof_header
from tiemchung.certificates.keys import kid_of
from tiemchung.certificates.log import append_leaves, leaf_of_text
from tiemchung.certificates.models import Certificate, CertificateByHash, Revocation, SigningKey
from tiemchung.certificates.rules import CertificateKind, CertificateState, KeyPurpose
from tiemchung.certificates.trust_import import parse_list
from tiemchung.core.actor import SYSTEM

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
DAY = dt.timedelta(days=1)
NUMBER = "URN:UVCI:01:VN:TEST1"
NEXT = Signer("VN")


def hash_of(number: str) -> bytes:
    return sha256(number.encode()).digest()[:16]


def issued(number: str) -> Certificate:
    """Put a number into register and log as the passport that HOME signs of it."""
    leaf = leaf_of_text(number, HOME.issue(number=number))
    row = Certificate.objects.create(
        person_id=uuid4(), kind=CertificateKind.PASSPORT, uvci=number, kid=HOME.kid, content=b"", dose_id=uuid4(),
        state=CertificateState.ISSUED, issued_at=NOW - DAY, expires_at=NOW + 300 * DAY,
        log_position=append_leaves([leaf], NOW),
    )  # fmt: skip
    CertificateByHash.objects.create(hash=hash_of(number), person_id=row.person_id, certificate_id=row.id)
    return row


def revoke(row: Certificate, because: str = "ORDER") -> None:
    """Take it out of force and hand that out, as actions and worker do."""
    Certificate.objects.filter(person_id=row.person_id, id=row.id).update(
        state=CertificateState.REVOKED, revoked_because=because, revoked_at=NOW
    )
    Revocation.objects.create(
        hash=hash_of(row.uvci), kid=HOME.kid, revoked_at=dt.datetime.now(dt.UTC), expires_at=row.expires_at
    )
    publish_revocations(at=dt.datetime.now(dt.UTC))


def add_key(signer: Signer) -> None:
    """Put a key of ours on record, as one that signs passports: below our root, else nobody believes the row."""
    signer.der = below_our_root(signer.key.public_key(), NOW - 30 * DAY)
    signer.kid = kid_of(signer.der)
    ends = NOW + 700 * DAY
    SigningKey.objects.create(
        kid=signer.kid, purpose=KeyPurpose.PASSPORT, certificate=signer.der, valid_from=NOW - DAY, valid_to=ends
    )


@pytest.fixture
def address(
    settings: Any, transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path))  # a root as old as HOME's certificate, for this test alone
    for name in ("der", "kid"):  # afterwards HOME is again as others know it
        monkeypatch.setattr(HOME, name, getattr(HOME, name))
    add_key(HOME)
    with serving(settings) as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    yield opened
    opened.close()


def wait_until(page: Page, told: str) -> None:
    """Wait until an async expression in the page is true; the browser's own waiting takes a promise for true."""
    await_that(page, lambda: page.evaluate(f"async () => Boolean({told})"), f"never: {told}")


KEPT = "await (await caches.open('tc-trust-data')).match('/verify/kept/revocations')"


def lists_kept(page: Page) -> None:
    """Wait until what was revoked lies on the device."""
    wait_until(page, KEPT)


def foreign_kept(page: Page) -> None:
    """Wait until other countries' keys lie on the device; in the page they are before."""
    wait_until(page, "await (await caches.open('tc-trust-data')).match('/verify/kept/foreign')")


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("TIEMCHUNG_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"verifier-app-{name}.png", full_page=True)


def result(page: Page, verdict: str, said: str) -> None:
    expect(page.locator('[data-verify="result"]')).to_have_attribute("data-verdict", verdict)
    expect(page.locator('[data-verify="result"]')).to_contain_text(said)


def again(page: Page) -> None:
    page.locator('[data-verify="again"]').click()


def test_a_revocation_reaches_a_device_and_holds_in_a_tunnel(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    row = issued(NUMBER)
    page = open_verifier(context, address)
    lists_kept(page)
    picture = picture_of(HOME.issue(), tmp_path / "an.png")
    context.set_offline(True)
    show_picture(page, picture)
    result(page, "VALID", "Hộ chiếu vắc xin")
    expect(page.locator('[data-verify="checked"]')).to_contain_text("Danh sách thu hồi cập nhật lúc")
    shot(page, "valid-offline")
    again(page)
    revoke(row)
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(page, f"Object.keys((await ({KEPT}).json()).lists).length === 1")
    context.set_offline(True)
    show_picture(page, picture)
    result(page, "INVALID", "Nơi cấp đã thu hồi chứng nhận này")
    shot(page, "revoked-offline")
    page.close()
    page = open_verifier(context, address)  # a new window in the same tunnel
    show_picture(page, picture)
    result(page, "INVALID", "Nơi cấp đã thu hồi chứng nhận này")


def test_another_number_by_the_same_key_stays_valid_beside_a_revoked_one(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    for n in range(40):
        revoke(issued(f"URN:UVCI:01:VN:OTHER{n}"))
    issued(NUMBER)
    page = open_verifier(context, address)
    lists_kept(page)
    context.set_offline(True)
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    result(page, "VALID", "Chứng nhận hợp lệ")


def test_with_a_network_the_register_is_believed_at_once(context: BrowserContext, address: str, tmp_path: Path) -> None:
    row = issued(NUMBER)
    page = open_verifier(context, address)
    picture = picture_of(HOME.issue(), tmp_path / "an.png")
    show_picture(page, picture)
    result(page, "VALID", "Sổ cấp vừa xác nhận")
    shot(page, "valid-online")
    again(page)
    Certificate.objects.filter(person_id=row.person_id).update(state="REVOKED", revoked_because="REPLACED")
    show_picture(page, picture)
    result(page, "INVALID", "thay chứng nhận này bằng bản mới")
    expect(page.locator('[data-verify="checked"]')).to_have_text("Theo sổ cấp vào lúc này.")
    shot(page, "replaced")
    again(page)
    revoke(row, because="REPLACED")
    page.reload()
    wait_until(page, f"Object.keys((await ({KEPT}).json()).lists).length === 1")
    show_picture(page, picture)  # the list on the device says revoked, the register says by what
    result(page, "INVALID", "thay chứng nhận này bằng bản mới")


def test_a_number_that_was_never_issued_is_refused_and_the_code_is_sent_in(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    asked = bodies_of(context)
    text = HOME.issue()
    show_picture(page, picture_of(text, tmp_path / "an.png"))
    result(page, "INVALID", "không có trong sổ cấp")
    assert "Thị An" not in page.locator("body").inner_text()
    shot(page, "not-issued")
    await_that(page, lambda: len(asked) >= 2)  # the code goes while the answer is shown
    page.wait_for_timeout(500)
    assert [(url.removeprefix(address), list(told)) for url, told in asked] == [
        ("/trust/state", ["hash"]),
        ("/trust/unknown", ["text"]),
    ]
    assert asked[1][1]["text"] == text


def import_list(made_at: dt.datetime) -> None:
    item = {
        "kid": base64.b64encode(ABROAD.kid).decode(), "country": "FR", "certificateType": "DSC",
        "timestamp": made_at.isoformat(), "rawData": base64.b64encode(ABROAD.der).decode(),
    }  # fmt: skip
    data = json.dumps([item]).encode()
    import_trust(source="EU", listed=parse_list(data), data=data, by=SYSTEM, at=NOW)


def test_another_countrys_code_is_valid_by_an_imported_list_also_in_a_tunnel(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    import_list(NOW - DAY)
    page = open_verifier(context, address)
    foreign_kept(page)
    context.set_offline(True)
    show_picture(page, picture_of(ABROAD.issue(), tmp_path / "abroad.png"))
    result(page, "VALID", "Khóa ký lấy từ danh sách EU")
    shot(page, "foreign")


def test_an_imported_list_that_is_too_old_is_not_believed(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    import_list(NOW - 31 * DAY)
    page = open_verifier(context, address)
    foreign_kept(page)
    show_picture(page, picture_of(ABROAD.issue(), tmp_path / "abroad.png"))
    result(page, "UNKNOWN", "quá cũ")


def test_a_code_of_a_key_that_came_after_the_page_was_opened_is_known_at_once(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    lists_kept(page)
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2))
    add_key(NEXT)
    show_picture(page, picture_of(NEXT.issue(number="URN:UVCI:01:VN:NEXT"), tmp_path / "next.png"))
    result(page, "INVALID", "không có trong sổ cấp")  # its signature is believed, and nobody issued it


@pytest.mark.parametrize("days", [40, -40])
def test_a_clock_forty_days_off_is_named_and_does_no_harm(
    context: BrowserContext, address: str, tmp_path: Path, days: int
) -> None:
    issued(NUMBER)
    page = context.new_page()
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) + days * DAY)
    page.goto(f"{address}/verify")
    expect(page.locator('[data-verify="clock"]')).to_contain_text("lệch khoảng 40 ngày")
    page.keyboard.press("Shift")
    lists_kept(page)
    shot(page, f"clock{days}")
    context.set_offline(True)
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    result(page, "VALID", "Chứng nhận hợp lệ")
    again(page)
    show_picture(page, picture_of(HOME.issue(days=-1), tmp_path / "old.png"))
    result(page, "INVALID", "hết hạn ngày")


def test_lists_that_were_not_renewed_for_two_weeks_call_nothing_valid(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    issued(NUMBER)
    page = open_verifier(context, address)
    lists_kept(page)
    context.set_offline(True)
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) + 15 * DAY)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator('[data-verify="list-warning"]')).to_contain_text("15 ngày")
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    result(page, "UNKNOWN", "quá cũ")
    shot(page, "too-old")


def test_the_browser_finds_the_app_installable(context: BrowserContext, address: str) -> None:
    page = open_verifier(context, address)
    session = context.new_cdp_session(page)
    told = session.send("Page.getAppManifest")
    assert (told["errors"], told["url"]) == ([], f"{address}/verify/app.webmanifest")
    faults = {fault["errorId"] for fault in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert faults <= {"in-incognito"}  # where every test's window is


@pytest.mark.parametrize("width", [320, 1280])
def test_what_is_new_on_the_page_is_accessible_and_fits_the_screen(
    browser: Browser, address: str, tmp_path: Path, width: int
) -> None:
    issued(NUMBER)
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="vi-VN")
    page = open_verifier(context, address)
    shot(page, f"ask-{width}")
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    result(page, "VALID", "Hộ chiếu vắc xin")
    shot(page, f"valid-{width}")
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    context.close()


def later_kept(page: Page, count: int) -> None:
    """Wait until that many codes lie on the device to be asked about."""
    codes = """new Promise((done) => {
      const opened = indexedDB.open('tc-verify-later', 1);
      opened.onsuccess = () => {
        const asked = opened.result.transaction('codes').objectStore('codes').count();
        asked.onsuccess = () => { opened.result.close(); done(asked.result); };
      };
    })"""
    wait_until(page, f"(await {codes}) === {count}")


def test_a_code_seen_in_a_tunnel_is_asked_about_afterwards_and_forgotten(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    lists_kept(page)
    asked = bodies_of(context)
    context.set_offline(True)
    forged = HOME.issue()
    show_picture(page, picture_of(forged, tmp_path / "forged.png"))
    result(page, "VALID", "Chứng nhận hợp lệ")
    again(page)
    issued("URN:UVCI:01:VN:KNOWN")
    show_picture(page, picture_of(HOME.issue(number="URN:UVCI:01:VN:KNOWN"), tmp_path / "known.png"))
    result(page, "VALID", "Chứng nhận hợp lệ")
    later_kept(page, 2)
    page.close()
    page = context.new_page()  # whoever stood in the tunnel closed the page and opens it again outside
    context.set_offline(False)
    page.goto(f"{address}/verify")
    page.keyboard.press("Shift")
    later_kept(page, 0)
    sent = [(url.removeprefix(address), told) for url, told in asked if told]
    assert [url for url, _told in sent] == ["/trust/state", "/trust/unknown", "/trust/state"]
    assert sent[1][1] == {"text": forged}


def test_a_list_of_keys_that_somebody_else_made_is_refused_and_the_own_one_goes_on(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    issued(NUMBER)
    page = open_verifier(context, address)
    lists_kept(page)
    forger = {"made_at": dt.datetime.now(dt.UTC).isoformat(), "keys": [], "authorities": [LOG.root]}
    body = json.dumps(forger).encode()
    header = proof_header(about="keys", made_at=dt.datetime.now(dt.UTC), certificate=LOG.certificate)
    context.route(
        "**/verify/trust.json",
        lambda route: route.fulfill(
            body=body, headers={"X-Proof": list_proof(header, body, LOG.sign)}, content_type="application/json"
        ),
    )
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator('[data-verify="list-warning"]')).to_contain_text("không có chữ ký hợp lệ")
    shot(page, "refused")
    page.reload()
    expect(page.locator('[data-verify="list-warning"]')).to_contain_text("không có chữ ký hợp lệ")
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    result(page, "VALID", "Chứng nhận hợp lệ")


def test_a_key_that_was_given_up_is_refused_with_the_next_list_and_until_then_the_age_is_told(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    issued(NUMBER)
    page = open_verifier(context, address)
    lists_kept(page)
    picture = picture_of(HOME.issue(), tmp_path / "an.png")
    context.set_offline(True)
    SigningKey.objects.filter(kid=HOME.kid).update(compromised_since=NOW - 25 * DAY)
    # A device that had no network for a day cannot know: it says how old its list is (docs/how-to/verifier.md).
    page.clock.set_fixed_time(dt.datetime.now(dt.UTC) + DAY + dt.timedelta(minutes=1))
    show_picture(page, picture)
    result(page, "VALID", "đã 1 ngày chưa cập nhật")
    shot(page, "old-lists")
    again(page)
    expect(page.locator('[data-verify="list-warning"]')).to_contain_text("1 ngày")
    context.set_offline(False)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # looked at again: older than an hour
    keys = "await (await caches.open('tc-trust-data')).match('/verify/kept/keys')"
    wait_until(page, f"(await ({keys}).json()).given_up.length === 1")
    context.set_offline(True)
    show_picture(page, picture)
    result(page, "INVALID", "Nơi cấp đã thu hồi")
