"""Published lists of foreign signers are taken in with their age, and what is wrong in them is named."""

import base64
import datetime as dt
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import CommandError, call_command

from tests.certificates.formats.cast import TESTDATA, needs_testdata
from tests.conftest import NOW
from tiemchung.certificates.actions.trust_import import import_trust
from tiemchung.certificates.formats import dcc, hc1, read, uvci
from tiemchung.certificates.formats.reading import Why
from tiemchung.certificates.formats.trust import kid_of
from tiemchung.certificates.models import ForeignSigner, SigningKey, TrustImport
from tiemchung.certificates.reads import trusted
from tiemchung.certificates.trust_import import ListRefused, parse_list
from tiemchung.certificates.trust_import.parsed import ParsedList
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM

DAY = dt.timedelta(days=1)


class ForeignSignerCast:
    """A signer of another country and its certificate."""

    def __init__(self, country: str = "FR", *, kind: str = "EC", days: int = 700) -> None:
        self.key: Any = (
            ec.generate_private_key(ec.SECP256R1()) if kind == "EC" else rsa.generate_private_key(65537, 2048)
        )
        name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, country)])
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 1, NOW - 30 * DAY, NOW + days * DAY)
        signing = self.key if kind == "EC" else ec.generate_private_key(ec.SECP256R1())
        self.der = made.sign(signing, hashes.SHA256()).public_bytes(Encoding.DER)
        self.kid, self.country = kid_of(self.der), country

    def sign(self, message: bytes) -> bytes:
        """Sign as COSE wants it."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def item(self, **changes: Any) -> dict[str, Any]:
        """Give its item in the gateway's form."""
        return {
            "kid": base64.b64encode(self.kid).decode(), "timestamp": (NOW - DAY).isoformat(), "country": self.country,
            "certificateType": "DSC", "thumbprint": sha256(self.der).hexdigest(), "signature": "MIIA",
            "rawData": base64.b64encode(self.der).decode(), **changes,
        }  # fmt: skip

    def code(self, name: str = "Tran", number: str = "") -> str:
        """Give a code that it signed."""
        dose = dcc.VaccineDose("1119349007", "EU/1/20/1528", "ORG-100030215", 2, 2, dt.date(2021, 9, 17))
        payload = dcc.vaccination(dcc.Holder("An", name, "1984-03-05"), dose, number or uvci.new_uvci())
        payload["v"][0]["co"] = self.country
        return hc1.issue(
            payload, signer=self, kid=self.kid, issued_at=NOW - DAY, expires_at=NOW + 90 * DAY, country=self.country
        )


FRANCE, ITALY = ForeignSignerCast(), ForeignSignerCast("IT", kind="RSA")


def as_items(*items: Any) -> bytes:
    return json.dumps(items).encode()


def codes_of(listed: ParsedList) -> dict[str, int]:
    return dict(listed.passed_over)


def test_gateway_items_are_read_and_the_list_is_as_old_as_its_newest_item() -> None:
    listed = parse_list(as_items(FRANCE.item(), ITALY.item(timestamp=(NOW - 3 * DAY).isoformat())))
    assert [(one.kind, one.country, one.kid) for one in listed.signers] == [
        ("DSC", "FR", FRANCE.kid), ("DSC", "IT", ITALY.kid)
    ]  # fmt: skip
    assert (listed.form, listed.made_at) == ("EU_ITEMS", NOW - DAY)


def test_the_good_keys_of_a_half_bad_list_are_kept_and_the_others_counted_by_reason() -> None:
    odd = ForeignSignerCast("DE")
    curve = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "BE")])
    strange = x509.CertificateBuilder(name, name, curve.public_key(), 1, NOW, NOW + DAY).sign(curve, hashes.SHA256())
    strange_der = strange.public_bytes(Encoding.DER)
    listed = parse_list(
        as_items(
            FRANCE.item(), 5, odd.item(rawData="!!"), odd.item(thumbprint="00"), odd.item(certificateType="UPLOAD"),
            odd.item(rawData=base64.b64encode(b"no certificate").decode(), thumbprint=""),
            odd.item(rawData=base64.b64encode(strange_der).decode(), thumbprint="", kid=""), ITALY.item(),
        )
    )  # fmt: skip
    assert [one.country for one in listed.signers] == ["FR", "IT"]
    assert codes_of(listed) == {
        "ENTRY_UNREADABLE": 2, "THUMBPRINT_WRONG": 1, "NOT_A_SIGNER": 1, "CERTIFICATE_UNREADABLE": 1, "KEY_KIND": 1
    }  # fmt: skip
    assert listed.problems[0] == "item 2: ENTRY_UNREADABLE"


def test_two_keys_with_one_id_are_both_kept() -> None:
    other = ForeignSignerCast("FR")
    listed = parse_list(as_items(FRANCE.item(), other.item(kid=FRANCE.item()["kid"])))
    assert [one.kid for one in listed.signers] == [FRANCE.kid, FRANCE.kid]


def signed(key: ec.EllipticCurvePrivateKey, *items: Any) -> bytes:
    body = json.dumps({"certificates": items}).encode()
    r, s = decode_dss_signature(key.sign(body, ec.ECDSA(hashes.SHA256())))
    return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")) + b"\n" + body


def test_a_signed_list_is_believed_by_its_publishers_key_alone() -> None:
    publisher, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    data = signed(publisher, FRANCE.item())
    assert parse_list(data, publisher_key=publisher.public_key()).form == "SIGNED_JSON"
    with pytest.raises(ListRefused, match="SIGNATURE_WRONG line 1"):
        parse_list(data, publisher_key=other.public_key())
    with pytest.raises(ListRefused, match="SIGNATURE_WRONG"):
        parse_list(data.replace(b"DSC", b"DSc"), publisher_key=publisher.public_key())


def did(*methods: Any) -> bytes:
    return json.dumps(
        {"id": "did:web:x", "verificationMethod": methods, "proof": {"created": NOW.isoformat()}}
    ).encode()


def method(signer: ForeignSignerCast, **changes: Any) -> dict[str, Any]:
    kid = base64.b64encode(signer.kid).decode()
    jwk = {"kty": "EC", "crv": "P-256", "kid": kid, "x5c": [base64.b64encode(signer.der).decode()]}
    name = f"did:web:tng-cdn.who.int:v2:trustlist:DCC:PRT:DSC#{kid}"
    return {
        "id": name,
        "type": "JsonWebKey2020",
        "participant": "PRT",
        "keyusage": "dsc",
        "publicKeyJwk": jwk,
        **changes,
    }


def test_the_whos_list_is_read_with_its_three_letter_countries() -> None:
    listed = parse_list(
        did(method(FRANCE), method(ITALY, keyusage="SCA", participant="ITA"), method(FRANCE, keyusage="DECA"))
    )
    assert [(one.kind, one.country) for one in listed.signers] == [("DSC", "PT"), ("SCA", "IT")]
    assert (listed.form, listed.made_at, codes_of(listed)) == ("DID", NOW, {"NOT_A_SIGNER": 1})


def test_a_method_without_a_certificate_is_passed_over() -> None:
    listed = parse_list(did(method(FRANCE), method(ITALY, publicKeyJwk={"kty": "EC"}), {"id": 5}))
    assert codes_of(listed) == {"CERTIFICATE_MISSING": 1, "ENTRY_UNREADABLE": 1}


@needs_testdata
def test_the_published_key_set_needs_the_address_of_its_issuer() -> None:
    data = (TESTDATA / "shc/example-issuer-jwks.json").read_bytes()
    with pytest.raises(ListRefused, match="ISSUER_MISSING"):
        parse_list(data)
    listed = parse_list(data, issuer="https://spec.smarthealth.cards/examples/issuer")
    assert {one.kind for one in listed.signers} == {"JWK"}
    with pytest.raises(ListRefused, match="ISSUER_WRONG"):
        parse_list(data, issuer="http://spec.smarthealth.cards/examples/issuer/")


def test_a_directory_of_issuers_is_read() -> None:
    numbers = FRANCE.key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).decode().rstrip("=") for n in (numbers.x, numbers.y))
    jwk = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k", "x": x, "y": y}
    info = [{"issuer": {"iss": "https://issuer.example/a"}, "keys": [jwk, {"kty": "RSA"}]}]
    listed = parse_list(json.dumps({"time": NOW.isoformat(), "issuerInfo": info}).encode())
    assert [(one.issuer, one.kid) for one in listed.signers] == [("https://issuer.example/a", b"k")]
    assert (listed.made_at, codes_of(listed)) == (NOW, {"KEY_KIND": 1})


def test_plain_certificates_are_read_one_a_line_and_as_pem() -> None:
    line = base64.b64encode(FRANCE.der).decode()
    plain = parse_list(f"# signers\n{line}\n{base64.b64encode(FRANCE.kid).decode()} {line}\n".encode())
    pem = b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(s.der) + b"-----END CERTIFICATE-----\n"
        for s in (FRANCE, ITALY)
    )
    assert [one.country for one in plain.signers] == ["FR"]
    assert codes_of(plain) == {"TWICE": 1}
    assert ([one.country for one in parse_list(pem).signers], parse_list(pem).made_at) == (["FR", "IT"], None)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" \n", "EMPTY"), (b"\x89PNG", "FORM_UNKNOWN"), (b'{"a":\n5,}', "NOT_JSON line 2"), (b"{}", "FORM_UNKNOWN"),
        (b'[{"rawData": "x"}', "NOT_JSON line 1"), (b'["rawData"]', "NO_SIGNER item 1: ENTRY_UNREADABLE"),
        (b'[{"rawData": "\xff"}]', "NOT_UTF8"), (b'{"eu_keys": {}}', "FORM_WITHOUT_CERTIFICATES"),
        (b'{"verificationMethod": 5}', "FORM_UNKNOWN"), (b"[" * 100_000 + b'"rawData"', "NOT_JSON"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_reason_and_the_line(data: bytes, why: str) -> None:
    with pytest.raises(ListRefused, match=why):
        parse_list(data)


def take(*items: Any, source: str = "EU", at: dt.datetime = NOW, **told: Any) -> Any:
    data = as_items(*items)
    return import_trust(source=source, listed=parse_list(data), data=data, by=SYSTEM, at=at, **told)


@pytest.mark.django_db
def test_an_imported_signer_is_believed_by_the_servers_reader_until_its_list_is_too_old() -> None:
    take(FRANCE.item())
    text = FRANCE.code()
    assert read(text, keys=trusted.believed(NOW), now=NOW).why is Why.GENUINE
    assert trusted.believed(NOW + 31 * DAY).find(FRANCE.kid) == ()


@pytest.mark.django_db
def test_a_newer_list_of_a_source_takes_the_place_of_the_older_one_and_of_no_other() -> None:
    take(FRANCE.item())
    take(ITALY.item(), source="WHO")
    take(ITALY.item(timestamp=NOW.isoformat()), at=NOW)
    assert [(one.source, one.keys) for one in trusted.trust_sources(NOW)] == [("EU", 1), ("WHO", 1)]
    assert trusted.believed(NOW).find(FRANCE.kid) == ()
    with pytest.raises(ListRefused, match="OLDER"):
        take(FRANCE.item())
    assert ForeignSigner.objects.count() == 3


@pytest.mark.django_db
def test_the_same_file_a_list_without_a_date_and_one_of_tomorrow_are_refused() -> None:
    take(FRANCE.item())
    with pytest.raises(ListRefused, match="SAME"):
        take(FRANCE.item())
    with pytest.raises(ListRefused, match="MADE_AT_MISSING"):
        take(FRANCE.item(timestamp=""), source="DE")
    with pytest.raises(ListRefused, match="FROM_THE_FUTURE"):
        take(FRANCE.item(timestamp=(NOW + DAY).isoformat()), source="DE")
    take(FRANCE.item(timestamp=""), source="DE", made_at=NOW - DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "age"), [(2, "FRESH"), (8, "OLD"), (31, "TOO_OLD")])
def test_a_list_says_how_old_it_is(days: int, age: str) -> None:
    take(FRANCE.item(), ForeignSignerCast("AT", days=1).item())
    (one,) = trusted.trust_sources(NOW - DAY + days * DAY)
    assert (one.age, one.ended) == (age, int(days > 2))


@pytest.mark.django_db
def test_the_browsers_list_holds_every_key_in_little_room() -> None:
    take(FRANCE.item(), ITALY.item(), ForeignSignerCast("AT").item(certificateType="CSCA"))
    told = trusted.foreign_list()
    first, second = told["keys"]
    assert (first[1], len(base64.b64decode(first[6])), second[6][0]) == ("FR", 64, "R")
    assert [one[0] for one in told["authorities"]] == ["AT"]
    assert len(json.dumps(first)) < 180
    before = trusted.foreign_version()
    take(FRANCE.item(timestamp=NOW.isoformat()))
    assert trusted.foreign_version() != before


@pytest.mark.django_db
def test_the_command_takes_a_file_in_and_names_what_it_passed_over(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "eu.json"
    file.write_bytes(as_items(FRANCE.item(timestamp="2026-01-05T00:00:00Z"), 5))
    call_command("import_trust", str(file), "--source", "EU")
    told = capsys.readouterr().out
    assert "EU: 1 keys of form EU_ITEMS" in told
    assert "item 2: ENTRY_UNREADABLE" in told
    file.write_text("nothing")
    with pytest.raises(CommandError, match="FORM_UNKNOWN"):
        call_command("import_trust", str(file), "--source", "EU")


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "told"), [
    (2, "2 days old"), (9, "9 days old: verifiers warn, older than 7 days"),
    (40, "40 days old: NOT BELIEVED, older than 30 days; take in a newer list"),
])  # fmt: skip
def test_the_command_says_how_old_the_list_is_and_whether_anybody_believes_it(
    days: int, told: str, tmp_path: Path, capsys: Any
) -> None:
    file, made = tmp_path / "eu.json", clock.now() - days * DAY
    file.write_bytes(as_items(FRANCE.item(timestamp=made.isoformat(timespec="seconds"))))
    call_command("import_trust", str(file), "--source", "EU")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "made " in line]
    assert line.endswith(told)


HOME_LIKE = ForeignSignerCast("VN")


@pytest.mark.parametrize("item", [
    FRANCE.item(country="VN"), FRANCE.item(country="VNM"), FRANCE.item(country="vn"), HOME_LIKE.item(country="FR"),
    HOME_LIKE.item(country=""), FRANCE.item(country="VN", certificateType="CSCA"),
    HOME_LIKE.item(country="FR", certificateType="CSCA"),
])  # fmt: skip
def test_a_list_brings_no_key_and_no_authority_for_our_own_country(item: dict[str, Any]) -> None:
    listed = parse_list(as_items(ITALY.item(), item))
    assert [one.country for one in listed.signers] == ["IT"]
    assert codes_of(listed) == {"OWN_COUNTRY": 1}


@pytest.mark.django_db
def test_a_list_brings_no_web_key_of_our_own_address_and_no_twin_of_our_keys(settings: Any) -> None:
    settings.PUBLIC_ADDRESS = "https://tiemchung.example/"
    numbers = FRANCE.key.public_key().public_numbers()
    spelt = [base64.urlsafe_b64encode(n.to_bytes(32)).decode().rstrip("=") for n in (numbers.x, numbers.y)]
    jwk = {"kty": "EC", "crv": "P-256", "x": spelt[0], "y": spelt[1], "kid": "k1"}
    told = {
        "participatingIssuers": [],
        "issuerInfo": [
            {"issuer": {"iss": address}, "keys": [jwk]}
            for address in ("https://tiemchung.example", "https://issuer.example")
        ],
    }
    data = json.dumps(told).encode()
    import_trust(source="VCI", listed=parse_list(data), data=data, by=SYSTEM, at=NOW, made_at=NOW - DAY)
    SigningKey.objects.create(kid=FRANCE.kid, certificate=HOME_LIKE.der, valid_from=NOW - DAY, valid_to=NOW + DAY)
    take(FRANCE.item(), ITALY.item())
    assert set(ForeignSigner.objects.values_list("issuer", "country")) == {("https://issuer.example", ""), ("", "IT")}
    assert list(TrustImport.objects.values_list("passed_over", "keys")) == [({"OWN_COUNTRY": 1}, 1)] * 2


@pytest.mark.django_db
def test_a_key_of_an_older_import_that_says_it_is_ours_vouches_for_nobody_of_ours() -> None:
    take(FRANCE.item())
    ForeignSigner.objects.update(country="VN")  # as the first version took it in
    trusted._keys_of_import.cache_clear()
    posing = ForeignSignerCast("VN")
    posing.key, posing.kid = FRANCE.key, FRANCE.kid
    assert read(posing.code(), keys=trusted.believed(NOW), now=NOW).why is Why.COUNTRY_MISMATCH
