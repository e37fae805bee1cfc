"""The verifier's page, trust list and service worker, as the server hands them out."""

import json
import re
import tomllib
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import include, path
from PIL import Image

from tiemchung.certificates.reads import trusted
from tiemchung.web.portal import revocation_lists, verify

OUTCOME = Path(__file__).parents[3] / "frontend/src/verifier/outcome.js"
WORDS = Path(verify.__file__).parents[1] / "shared/words"
LIST = {"made_at": "2026-11-22T03:00:00+00:00", "keys": [{"kid": "AAAAAAAAAAA=", "purpose": "PASSPORT"}]}
FOREIGN = {"keys": [["AAAAAAAAAAA=", "FR", "v", 0, 0, 0, "key"]]}
ADDRESSES = ["/verify", "/verify/trust.json", "/verify/foreign.json", "/verify/app.webmanifest", "/verify/sw.js"]


class Doors:
    """The verifier, the lists it asks for and the shared pages, without the other front doors."""

    urlpatterns = [
        path("", include(verify.urlpatterns)),
        path("", include(revocation_lists.urlpatterns)),
        path("", include("tiemchung.web.shared.urls")),
    ]


@pytest.fixture
def client(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.ROOT_URLCONF = Doors
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    monkeypatch.setattr(trusted, "verifier_list", lambda at: {**LIST, "asked_at_is_aware": at.tzinfo is not None})
    monkeypatch.setattr(trusted, "foreign_list", lambda: FOREIGN)
    monkeypatch.setattr(trusted, "foreign_version", lambda: "v1")
    monkeypatch.setattr(trusted, "foreign_made_at", lambda at: at)
    monkeypatch.setattr(trusted, "own_roots", lambda at: ["root+1=", "root/2="])
    monkeypatch.setattr(verify, "documents_signer", lambda at: SimpleNamespace(kid=b"documents"))
    monkeypatch.setattr(verify, "proof_of_list", lambda body, about, made_at, at: f"proof of {about}")
    return Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})


def test_the_page_asks_one_question_in_the_language_of_the_reader(client: Client) -> None:
    page = client.get("/verify").content.decode()
    assert "<h1" in page
    assert "Quét mã QR của chứng nhận" in page
    client.cookies["lang"] = "en"
    assert "Scan the certificate" in client.get("/verify").content.decode()


def test_the_page_says_what_to_do_without_javascript(client: Client) -> None:
    inside = re.search(r"<noscript>(.*?)</noscript>", client.get("/verify").content.decode(), re.DOTALL)
    assert inside
    assert "Hãy bật JavaScript" in inside[1]


def test_the_policy_lets_the_qr_reader_compile_and_nothing_else(client: Client) -> None:
    policy = client.get("/verify").headers["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self' 'wasm-unsafe-eval'"
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy


def test_the_page_carries_words_for_every_reason_in_both_languages(client: Client) -> None:
    for lang in ("vi", "en"):
        client.cookies["lang"] = lang
        page = client.get("/verify").content.decode()
        block = re.search(r'<script type="application/json" id="verify-words">(.*?)</script>', page, re.DOTALL)
        assert block
        told = json.loads(block[1])
        assert set(told["result"]) == {"VALID", "INVALID", "UNKNOWN"}
        assert all(len(reason["what"]) > 10 and len(reason["todo"]) > 10 for reason in told["reason"].values())


def test_the_browser_names_no_reason_without_words() -> None:
    named = set(re.findall(r"^  ([A-Z_]+): (?:VALID|INVALID|UNKNOWN),$", OUTCOME.read_text(), re.MULTILINE))
    assert len(named) > 15
    assert named | {"GENUINE"} == set(verify.REASONS)


def test_the_words_hold_no_reason_that_nobody_names() -> None:
    for lang in ("vi", "en"):
        table = tomllib.loads((WORDS / lang / "portal_verify.toml").read_text("utf-8"))
        assert set(table["verify"]["reason"]) == set(verify.REASONS)


def test_our_keys_are_what_certificates_give_and_are_asked_anew_each_time(client: Client) -> None:
    answer = client.get("/verify/trust.json")
    assert answer.json() == {**LIST, "asked_at_is_aware": True}
    assert datetime.fromisoformat(answer.json()["made_at"]).tzinfo
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Proof"] == "proof of keys"


def test_the_page_names_the_roots_for_a_device_that_knows_none(client: Client) -> None:
    assert 'data-roots="root+1= root/2="' in client.get("/verify").content.decode()


def test_other_countries_keys_are_sent_again_only_when_they_changed(client: Client) -> None:
    answer = client.get("/verify/foreign.json")
    assert (answer.json(), answer.headers["X-Proof"]) == (FOREIGN, "proof of foreign")
    again = client.get("/verify/foreign.json", headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_phone_may_install_the_verifier_as_an_app_of_its_own(client: Client) -> None:
    told = client.get("/verify/app.webmanifest").json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/verify", "/verify", "standalone")
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        picture = Image.open(BytesIO(Path(str(finders.find(icon["src"].removeprefix("/static/")))).read_bytes()))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert 'data-manifest="/verify/app.webmanifest"' in client.get("/verify").content.decode()


def test_the_service_worker_is_told_its_parts_and_may_serve_the_page(client: Client) -> None:
    answer = client.get("/verify/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/verify"
    told = json.loads(answer.content.decode().splitlines()[0].removeprefix("self.TC_VERIFY=").removesuffix(";"))
    assert (told["page"], told["data"]) == ("/verify", ["/verify/app.webmanifest"])
    assert {"/static/tc/verify.js", "/static/tc/zxing_reader.wasm"} <= set(told["parts"])


def test_the_pages_part_list_is_all_that_the_page_asks_for(client: Client) -> None:
    page = client.get("/verify").content.decode()
    asked = set(re.findall(r'(?:src|href|content)="/static/([^"]+)"', page))
    assert asked <= set(verify.PARTS)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_can_be_sent_to_the_verifier(client: Client, address: str) -> None:
    assert client.post(address, {"text": "HC1:"}).status_code == 405


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_verifier_leaves_no_cookie(client: Client, address: str) -> None:
    assert not client.get(address).cookies
