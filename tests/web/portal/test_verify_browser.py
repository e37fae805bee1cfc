"""The browser's verifier under Node: its own tests, and its agreement with the server's reader on every vector."""

import base64
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates.formats import test_icao
from tiemchung.certificates.formats import base45, registry
from tiemchung.certificates.formats.trust import (
    TrustList,
    key_of_certificate,
    key_of_jwk,
    kid_of,
    load_certificate,
    trust_list,
)

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "frontend/test/verifier"
VECTORS = Path(os.environ.get("TIEMCHUNG_TESTDATA") or ROOT.parent / "shared/testdata") / "dcc"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed; the browser journey still runs")
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no test vectors at {VECTORS}")


def run_node(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(NODE), *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=TESTS)


def test_the_verifiers_own_tests_pass() -> None:
    files = sorted(path.name for path in TESTS.glob("*.test.js"))
    done = run_node("--test", *files)
    assert done.returncode == 0, re.findall(r"^ *not ok [\s\S]{0,700}", done.stdout, re.MULTILINE)[:3]
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[0]) >= len(files)


@dataclass(frozen=True)
class Case:
    """One text, with whom to believe and when, as both readers get it."""

    name: str
    text: str
    moment: datetime
    der: bytes = b""
    authority: bytes = b""
    issuer: str = ""
    jwks: Sequence[Mapping[str, Any]] = ()

    def for_server(self) -> TrustList:
        """Give the server's reader its list."""
        keys = [key_of_certificate(self.der)] if self.der else []
        keys += [key_of_jwk(jwk, issuer=self.issuer) for jwk in self.jwks if jwk.get("kty") == "EC"]
        return trust_list(keys, [load_certificate(self.authority)] if self.authority else [])

    def for_browser(self) -> dict[str, Any]:
        """Give the browser's reader its list."""
        kid, der = (base64.b64encode(raw).decode() for raw in (kid_of(self.der), self.der))
        spki = public_der(self.authority) if self.authority else b""
        return {
            "text": self.text, "now": self.moment.timestamp(),
            "trust": {
                "keys": [{"kid": kid, "certificate": der}] if self.der else [],
                "authorities": [base64.b64encode(spki).decode()] if spki else [],
                "issuers": [{"url": self.issuer, "keys": list(self.jwks)}] if self.jwks else [],
            },
        }  # fmt: skip


def public_der(certificate: bytes) -> bytes:
    key = load_certificate(certificate).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def dcc_cases() -> Iterator[Case]:
    for file in sorted((VECTORS / "dgc-testdata").rglob("raw/*.json")):
        vector = json.loads(file.read_text("utf-8-sig"))
        moment = datetime.fromisoformat(vector["TESTCTX"]["VALIDATIONCLOCK"])
        der = base64.b64decode(vector["TESTCTX"]["CERTIFICATE"])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        yield Case(str(file.relative_to(VECTORS)), vector.get("PREFIX", ""), moment, der)


def network_cases() -> Iterator[Case]:
    moment = datetime(2022, 8, 1, tzinfo=UTC)
    for file in sorted((VECTORS / "gdhcn-validator").glob("*.txt")):
        if "Unpacked" not in file.name:
            yield Case(file.name, file.read_text("utf-8"), moment)
    pem = (VECTORS / "gdhcn-validator/ICAOHealthMLSigner1.pem.crt").read_bytes()
    authority = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    for file in sorted((VECTORS / "gdhcn-validator").glob("ICAO*Contents.txt")):
        text = file.read_text("utf-8")
        yield Case(f"{file.name} beside another authority", text, moment, authority=authority)
        yield Case(f"{file.name} changed", text.replace('"seq":1', '"seq":7'), moment, authority=authority)


ISSUERS = ("https://spec.smarthealth.cards/examples/issuer", "https://smarthealth.cards/examples/issuer")


def smart_cases() -> Iterator[Case]:
    jwks = json.loads((VECTORS / "shc/example-issuer-jwks.json").read_text("utf-8"))["keys"]
    moment = datetime(2024, 6, 1, tzinfo=UTC)
    for issuer in ISSUERS:
        for file in sorted((VECTORS / "shc").rglob("*")):
            if re.search(r"-f-qr-code-numeric-value-\d|-d-jws-", file.name) and file.suffix == ".txt":
                text = file.read_text("utf-8")
                yield Case(f"{file.name} by {issuer}", text, moment, issuer=issuer, jwks=jwks)
                if "-d-jws-" in file.name:
                    digits = "shc:/" + "".join(f"{ord(sign) - 45:02d}" for sign in text.strip() if ord(sign) < 145)
                    yield Case(f"{file.name} in digits by {issuer}", digits, moment, issuer=issuer, jwks=jwks)


NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Sealing:
    """A signer whose codes may have any shape; written apart from the product's own issuer."""

    def __init__(self, use: str = "") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN")])
        day = timedelta(days=1)
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 1, NOW - 30 * day, NOW + 700 * day)
        if use:
            made = made.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(use)]), critical=False)
        self.der = made.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)
        self.kid = kid_of(self.der)

    def message(
        self, payload: bytes, header: Any = None, open_header: Any = None, *, tags: Sequence[int] = (18,)
    ) -> bytes:
        """Give COSE bytes around a payload."""
        protected = cbor2.dumps({1: -7, 4: self.kid} if header is None else header)
        signed = cbor2.dumps(["Signature1", protected, b"", payload])
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        told: Any = [protected, open_header or {}, payload, r.to_bytes(32, "big") + s.to_bytes(32, "big")]
        for tag in tags:
            told = cbor2.CBORTag(tag, told)
        return cbor2.dumps(told)


def claims(**changes: Any) -> dict[Any, Any]:
    entry = {"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
             "dt": "2021-09-17", "co": "VN", "is": "Bộ Y tế", "ci": "URN:UVCI:01:VN:TEST1"}  # fmt: skip
    body = {"ver": "1.3.0", "dob": "1984-03-05", "nam": {"fn": "Trần", "gn": "Thị An", "fnt": "TRAN", "gnt": "THI<AN"}}
    entry |= {name[2:]: value for name, value in changes.items() if name.startswith("v_")}
    body |= {name[2:]: value for name, value in changes.items() if name.startswith("b_")}
    body.setdefault("v", [entry])  # type: ignore[arg-type]
    found: dict[Any, Any] = {1: "VN", 4: int(NOW.timestamp()) + 86400, 6: int(NOW.timestamp()) - 86400, -260: {1: body}}
    return found | changes.get("claims", {})


def deep(levels: int) -> Any:
    return 1 if not levels else {"a": deep(levels - 1)}


class OddCodes:
    """Codes by one believed key, each with one thing about it that is odd or wrong."""

    def __init__(self, use: str = "") -> None:
        self.signer = Sealing(use)

    def case(self, name: str, cose: bytes, packed: bytes | None = None) -> Case:
        """Give the case of these COSE bytes, or of this stream in their place."""
        text = "HC1:" + base45.encode(zlib.compress(cose) if packed is None else packed)
        return Case(name, text, NOW, self.signer.der)

    def of_claims(self, name: str, told: Any, **shape: Any) -> Case:
        """Give the case of these claims, well signed."""
        return self.case(name, self.signer.message(cbor2.dumps(told), **shape))

    def dates_and_places(self) -> Iterator[Case]:
        """Give odd moments, issuers and places."""
        of_claims = self.of_claims
        late = NOW.timestamp() + 0.5
        yield of_claims("as it should be", claims())
        yield of_claims("float dates", claims(claims={4: late + 86400, 6: late - 86400}))
        yield of_claims("dates that are no numbers", claims(claims={4: float("nan"), 6: float("inf")}))
        yield of_claims("dates as text", claims(claims={4: "2027-01-01T00:00:00Z"}))
        yield of_claims("dates as tagged moments", claims(claims={4: cbor2.CBORTag(1, int(late) + 999)}))
        yield of_claims("a date that is true", claims(claims={4: True}))
        yield of_claims("no dates", {k: v for k, v in claims().items() if k not in (4, 6)})
        yield of_claims("signed forty days from now", claims(claims={6: int(late) + 40 * 86400}))
        yield of_claims("ended forty days ago", claims(claims={4: int(late) - 40 * 86400}))
        yield of_claims("another country's word under our key", claims(claims={1: "FR"}))
        yield of_claims("a ministry's name for a country", claims(claims={1: "Bộ Y tế"}))
        yield of_claims("a foreign place of the dose", claims(v_co="FR"))
        yield of_claims("no issuer and a foreign place", {k: v for k, v in claims(v_co="FR").items() if k != 1})

    def bodies(self) -> Iterator[Case]:
        """Give odd certificates under good claims."""
        of_claims = self.of_claims
        yield of_claims("doses in whole floats", claims(v_dn=2.0, v_sd=2.0))
        yield of_claims("half a dose", claims(v_dn=1.5))
        yield of_claims("no dose at all", claims(v_dn=0))
        yield of_claims("two doses in one", claims(b_v=[{}, {}]))
        yield of_claims("two kinds in one", claims(b_t=[{}]))
        yield of_claims("null beside the doses", claims(b_t=None, b_r=None))
        yield of_claims("a birth date of no calendar", claims(b_dob="1984-13-45"))
        yield of_claims("an old birth date", claims(b_dob="1809-01-01"))
        yield of_claims("a name without letters for machines", claims(b_nam={"fn": "Trần"}))
        yield of_claims("small letters for machines", claims(b_nam={"fnt": "tran"}))
        yield of_claims("a name of two hundred letters", claims(b_nam={"fn": "A" * 200, "fnt": "A"}))
        yield of_claims("no version", claims(b_ver=None))
        yield of_claims("a number for an id", claims(v_ci=5))
        yield of_claims("an id of a hundred letters", claims(v_ci="X" * 100))

    def shapes(self) -> Iterator[Case]:
        """Give odd claims, headers, tags and streams."""
        case, of_claims, signer, late = self.case, self.of_claims, self.signer, NOW.timestamp()
        yield of_claims("no certificate inside", {1: "VN", 4: int(late) + 99})
        yield of_claims("a list for claims", [1, 2])
        yield of_claims("an unknown sub-claim", claims(claims={-260: {9: {"a": 1}}}))
        yield of_claims("an address for a certificate", claims(claims={-260: {5: [{"u": "shlink:/x"}]}}))
        yield of_claims("a wrong algorithm", claims(), header={1: -35, 4: signer.kid})
        yield of_claims("a kind of signature that the key does not have", claims(), header={1: -37, 4: signer.kid})
        yield of_claims("an algorithm in words", claims(), header={1: "ES256", 4: signer.kid})
        yield of_claims("a short key id", claims(), header={1: -7, 4: b"abc"})
        yield of_claims("a key id in words", claims(), header={1: -7, 4: "abcdefgh"})
        yield of_claims("the key id outside", claims(), header={1: -7}, open_header={4: signer.kid})
        yield of_claims("no tag", claims(), tags=())
        yield of_claims("two tags", claims(), tags=(18, 61))
        yield of_claims("tags in the wrong order", claims(), tags=(61, 18))
        yield of_claims("a wrong tag", claims(), tags=(17,))
        yield of_claims("a tag around claims", cbor2.CBORTag(24, b"x"))
        yield of_claims("deep maps", claims(claims={99: deep(40)}))
        yield of_claims("maps as deep as allowed", claims(claims={99: deep(8)}))
        payload = cbor2.dumps(claims())
        yield case("bytes behind the claims", signer.message(payload + b"\0"))
        yield case("one key twice", signer.message(b"\xa2\x01\x62VN\x01\x62VN"))
        yield case("a list without an end", signer.message(b"\xbf\x01\x62VN\xff"))
        yield case("claims without a stated length", signer.message(b"\xbf" + payload[1:] + b"\xff"))
        good = signer.message(payload)
        yield case("bytes behind the message", good + b"\0")
        yield case("a cut message", good[:-9])
        yield case("three parts", cbor2.dumps([b"", {}, b""]))
        yield case("not compressed", b"", good)
        yield case("a cut stream", b"", zlib.compress(good)[:-5])
        yield case("bytes behind the stream", b"", zlib.compress(good) + b"\0\0")
        yield case("a bomb", b"", zlib.compress(bytes(2_000_000), 9))
        yield case("nothing", b"", b"")


SEAL_USES = ("", "1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.4.1.1847.2021.1.1", "2.23.136.1.1.14.2", "2.23.136.1.1.3",
             "2.23.136.1.1.140", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.1")  # fmt: skip


def seals() -> Iterator[Case]:
    """Give seals by signers made for this and that, under one authority."""
    above = test_icao.AUTHORITY.public_bytes(Encoding.DER)
    for use in SEAL_USES:
        purposes = (use,) if use else ()
        made = test_icao.certificate("seal", issuer=("authority", test_icao.AUTHORITY.subject), purposes=purposes)
        yield Case(f"a seal by a signer for {use or 'anything'}", test_icao.seal(made=made), NOW, authority=above)


KEY_USES = ("", "1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.1847.2021.1.2", "1.3.6.1.4.1.0.1847.2021.1.3",
            "2.23.136.1.1.14.2")  # fmt: skip
WHO_DOSE = {"name": "An", "birthDate": "1985-03-05", "vaccine": "XM68M6", "dose": 1, "date": "2021-09-02"}
WHO_TEST = {"name": "An", "test": {"pathogen": "94309-2", "date": "2021-09-02", "result": {"code": "260415000"}}}
WHO_BODIES: dict[str, dict[Any, Any]] = {
    "a yellow card": {-260: {-6: {"n": "An", "dob": "1985-03-05", "v": {"vp": "XM68M6", "dt": "2021-09-02"}}}},
    "a dose": {-260: {3: WHO_DOSE}},
    "a dose inside": {-260: {3: {"name": "An", "vaccination": WHO_DOSE}}},
    "a brand alone": {-260: {3: {"name": "An", "brand": "EU/1/20/1528"}}},
    "a name alone": {-260: {3: {"name": "An"}}},
    "a test": {-260: {4: WHO_TEST}},
    "a dose for a test": {-260: {4: WHO_DOSE}},
    "a test for a dose": {-260: {3: WHO_TEST}},
}


def bodies_of_the_who() -> Iterator[Case]:
    """Give the WHO's bodies, each by a key for everything, for one kind, and for travel documents."""
    for use in KEY_USES:
        codes = OddCodes(use)
        days = {name: moment for name, moment in claims().items() if name != -260}
        for name, told in WHO_BODIES.items():
            yield codes.of_claims(f"{name} by a key for {use or 'anything'}", days | told)
        yield codes.of_claims(f"a dose beside the claims by a key for {use or 'anything'}", days | WHO_DOSE)


def bad_input_cases() -> Iterator[Case]:
    codes = OddCodes()
    return chain(codes.dates_and_places(), codes.bodies(), codes.shapes(), seals(), bodies_of_the_who())


# Where one reader can do more than the other, and why.
DIFFER = {
    "ICAOJPQR1Contents.txt changed": "the server's library cannot read this signer's certificate and stops before the "
    "signature: the code is of an unknown key there and forged here, and valid nowhere",
}
# One fault of time seen from two sides: of the code and of its key.
TIME = {"EXPIRED", "KEY_EXPIRED", "NOT_YET_VALID"}


def same(server: tuple[str, str], browser: tuple[str, str]) -> bool:
    return server == browser or (server[0] == browser[0] and {server[1], browser[1]} <= TIME)


def disagreements(cases: Sequence[Case]) -> dict[str, str]:
    done = run_node("answers.js", stdin=json.dumps([case.for_browser() for case in cases]))
    assert done.returncode == 0, done.stderr
    found = {}
    for case, answer in zip(cases, json.loads(done.stdout), strict=True):
        reading = registry.read(case.text, keys=case.for_server(), now=case.moment)
        server = (str(reading.outcome), "" if reading.why == "GENUINE" else str(reading.why))
        browser = (answer["verdict"], answer["reason"])
        assert case.name not in DIFFER or "VALID" not in (server[0], browser[0])
        if not same(server, browser) and case.name not in DIFFER:
            found[case.name] = f"server {server}, browser {browser} {answer['detail']}"
    return found


@needs_vectors
@pytest.mark.parametrize(("cases", "least"), [(dcc_cases, 170), (network_cases, 25), (smart_cases, 60)])
def test_browser_and_server_give_the_same_result_for_the_same_reason(
    cases: Callable[[], Iterator[Case]], least: int
) -> None:
    every = list(cases())
    assert len(every) >= least
    assert disagreements(every) == {}


def test_browser_and_server_name_the_same_fault_of_a_badly_made_code() -> None:
    every = list(bad_input_cases())
    assert len(every) > 50
    assert disagreements(every) == {}
