"""A verifier that others wrote, in a browser, accepts what we issue and nothing else."""

import base64
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Error, Page

from tests.builders import country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import a_signed_person, issue_passport
from tests.journeys.verifier_stage import ABROAD, HOME
from tiemchung.certificates.models import SigningKey

pytestmark = [pytest.mark.journey, pytest.mark.django_db]
SECOND = Path(__file__).parents[1] / "oracles" / "browser" / "second_verifier.js"


@pytest.fixture
def page(browser: Browser) -> Any:
    """A page of its own with the other verifier alone; WebCrypto is there for localhost."""
    opened = browser.new_context()
    page = opened.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<title>second</title>", content_type="text/html"))
    page.goto("http://localhost/")
    page.add_script_tag(path=SECOND)
    yield page
    opened.close()


def key_in(certificate: bytes) -> str:
    """Give a certificate's public key as SubjectPublicKeyInfo in base64."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def read_by_others(page: Page, text: str, certificate: bytes) -> dict[str, str]:
    return dict(page.evaluate("([text, key]) => secondVerifier(text, key)", [text, key_in(certificate)]))


@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Châu", "Đặng Ưng Ý"])
def test_a_passport_of_ours_is_read_and_believed_by_a_strangers_verifier(page: Page, name: str) -> None:
    passport = issue_passport(a_signed_person(name))
    signer = bytes(SigningKey.objects.get(kid=bytes(passport.kid)).certificate)
    found = read_by_others(page, passport.hc1, signer)
    assert (found["name"], found["id"], found["issuer"]) == (name, passport.uvci, "VN")


def test_it_refuses_a_name_that_was_changed_and_another_key(page: Page) -> None:
    assert read_by_others(page, HOME.issue(), HOME.der)["name"] == "Trần Thị An"
    for text, signer in ((HOME.issue(shown="Thị Bình"), HOME.der), (HOME.issue(), ABROAD.der)):
        with pytest.raises(Error, match="Signature mismatch"):
            read_by_others(page, text, signer)
