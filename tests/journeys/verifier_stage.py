"""What journeys at the verifier share: signers here and abroad, a server for one room, and the parts of the page."""

import base64
import datetime as dt
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.urls import include, path
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.journeys.browser import serve_plainly
from tiemchung.web.portal import revocation_lists, verify

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


class Doors:
    """The verifier, the lists it asks for, and the shared pages; no other room."""

    urlpatterns = [
        path("", include(verify.urlpatterns)),
        path("", include(revocation_lists.urlpatterns)),
        path("", include("tiemchung.web.shared.urls")),
    ]


class Signer:
    """A key with its certificate, and HC1 texts by it; written apart from the product's own issuer."""

    def __init__(self, country: str) -> None:
        self.country = country
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, country)])
        made = x509.CertificateBuilder(
            name, name, self.key.public_key(), 1, NOW - dt.timedelta(days=30), NOW + dt.timedelta(days=700)
        )
        self.der = made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)
        self.kid = sha256(self.der).digest()[:8]

    def line(self) -> dict[str, Any]:
        kid, der = (base64.b64encode(raw).decode() for raw in (self.kid, self.der))
        return {"kid": kid, "country": self.country, "certificate": der, "usages": ["v"], "purpose": "PASSPORT"}

    def issue(
        self, given: str = "Thị An", *, shown: str | None = None, days: int = 300, number: str = "URN:UVCI:01:VN:TEST1"
    ) -> str:
        """Give the HC1 text of a dose; with `shown` the name is changed after signing."""
        expires = int((NOW + dt.timedelta(days=days)).timestamp())
        issued = int((NOW - dt.timedelta(days=20)).timestamp())

        def payload(name: str) -> bytes:
            return cbor2.dumps(
                {
                    1: self.country,
                    4: expires,
                    6: issued,
                    -260: {
                        1: {
                            "ver": "1.3.0",
                            "dob": "1984-03-05",
                            "nam": {"fn": "Trần", "gn": name, "fnt": "TRAN", "gnt": "THI<AN"},
                            "v": [
                                {
                                    "tg": "840539006",
                                    "vp": "1119349007",
                                    "mp": "EU/1/20/1528",
                                    "ma": "ORG-100030215",
                                    "dn": 2,
                                    "sd": 2,
                                    "dt": "2021-09-17",
                                    "co": self.country,
                                    "is": "Bộ Y tế",
                                    "ci": number,
                                }
                            ],
                        }
                    },
                }
            )

        header = cbor2.dumps({1: -7, 4: self.kid})
        signed = cbor2.dumps(["Signature1", header, b"", payload(given)])
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return hc1_text(cbor2.dumps(cbor2.CBORTag(18, [header, {}, payload(shown or given), signature])))


def hc1_text(cose: bytes) -> str:
    """Give the text of a QR code around COSE bytes."""
    packed, text = zlib.compress(cose), "HC1:"
    for at in range(0, len(packed), 2):
        pair = packed[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, sign = divmod(value, 45)
            text += BASE45[sign]
    return text


class DocumentsSigner:
    """The key of documents below a root of its own, where there is no database to keep them: it proves the lists."""

    def __init__(self) -> None:
        root, day = ec.generate_private_key(ec.SECP256R1()), dt.timedelta(days=1)
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN")])
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 1, NOW - 90 * day, NOW + 700 * day)
        made = made.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]), critical=False)
        self.certificate = made.sign(root, hashes.SHA256()).public_bytes(Encoding.DER)
        self.kid = sha256(self.certificate).digest()[:8]
        spki = root.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.root = base64.b64encode(spki).decode()

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature, r then s."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


LOG = DocumentsSigner()
HOME = Signer("VN")
ABROAD = Signer("FR")


class Counting(WSGIRequestHandler):
    """A request handler that notes each request instead of logging it: what really left the browser."""

    arrived: ClassVar[list[str]] = []

    def log_message(self, *facts: Any) -> None:
        """Note the request line."""
        self.arrived.append(str(facts))


@contextmanager
def serving(settings: Any) -> Iterator[str]:
    """Serve the verifier at localhost, where browsers allow service workers and the camera; give its address."""
    settings.ROOT_URLCONF = Doors
    serve_plainly(settings)
    server = ThreadedWSGIServer(("localhost", 0), Counting)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def open_verifier(context: BrowserContext, address: str) -> Page:
    """Open the verifier and wait until it works offline and asks for nothing more."""
    page = context.new_page()
    page.goto(f"{address}/verify")
    expect(page.locator('[data-verify="list"]')).to_be_visible()
    page.keyboard.press("Shift")  # somebody is there: the long lists are not left for later
    expect(page.locator('[data-verify="offline"]')).to_have_attribute("data-ready", "true")
    expect(page.locator('[data-verify="list"]')).to_have_attribute("data-state", "FRESH")
    page.locator("link[rel=manifest]").wait_for(state="attached")  # named when the last list has come
    return page


def show_picture(page: Page, picture: Path) -> None:
    page.locator('input[type="file"]').set_input_files(picture)
    expect(page.locator('[data-verify="result"]')).to_be_visible()


def requests_of(page: Page, context: BrowserContext) -> list[str]:
    seen: list[str] = []

    def note(request: Request) -> None:
        seen.append(request.url)

    page.on("request", note)
    context.on("request", note)
    return seen


def bodies_of(context: BrowserContext) -> list[tuple[str, Any]]:
    """Note each request from now on, with what it carries."""
    seen: list[tuple[str, Any]] = []
    context.on(
        "request", lambda request: seen.append((request.url, request.post_data_json if request.post_data else None))
    )
    return seen
