"""No private key lies in the database, in whatever form, column or table: the search finds each that is put there."""

import base64
import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import connection

from tests.builders import a_facility
from tests.certificates.central_cast import a_passport
from tests.certificates.keys.conftest import WHY_NOT
from tests.conftest import NOW
from tiemchung.certificates import actions
from tiemchung.certificates.keys import forget_stores, store_named
from tiemchung.certificates.keys.files import point_of, point_of_certificate
from tiemchung.certificates.keys.soft_token import keep_soft_token
from tiemchung.certificates.models import Authority, FacilityKey, SigningKey
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.actor import SYSTEM
from tiemchung.core.audit import write_line
from tiemchung.core.ids import new_id

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
SIZE = 32  # bytes of a private scalar on P-256
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
TABLES = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"""
# The signature over one batch of doses, the centre's three keys, both roots, and a facility's second key.
A_KEY_AT_LEAST = {FacilityKey: 2, SigningKey: 3, Authority: 2}


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of keys of an installation that has none yet."""
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path))
    monkeypatch.delenv("TIEMCHUNG_TOKEN_LABEL", raising=False)
    forget_stores()
    yield tmp_path / "keys"
    forget_stores()


def make_all_keys() -> None:
    """Let keys of every kind be made, and sign: a passport, its card, the log, and a facility that only has its key."""
    a_passport()
    actions.make_facility_key(facility_id=a_facility().id, at=NOW)
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW)
    for model, count in A_KEY_AT_LEAST.items():
        assert model.objects.count() >= count


def whole_database() -> Iterator[tuple[str, str]]:
    """Give each value of each table as the database writes it, bytes in hex, with the table; rights hide nothing."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        assert len(names) > 50
        for name in names:
            with cursor.copy(f"COPY (SELECT * FROM {name}) TO STDOUT") as rows:
                for line in b"".join(rows).decode().splitlines():
                    yield from ((name, value) for value in line.split("\t"))


def hidden_in(value: str) -> Iterator[bytes]:
    """Give the bytes that a value holds: those of a column of bytes, and what a text may mean in any writing."""
    for digits in re.findall(r"\\x([0-9a-f]+)", value):
        held = bytes.fromhex(digits)
        yield held
        yield from meant_by(held.decode("latin-1"))
    yield from meant_by(re.sub(r"\\\\?[nrt]", "", value))


def meant_by(text: str) -> Iterator[bytes]:
    """Give the bytes that a text may mean, whatever stands before them and wherever its lines break."""
    joined = re.sub(r"[\s\\:]", "", text)
    for digits in re.findall(r"[0-9A-Fa-f]{64,}", joined):
        yield from (bytes.fromhex(digits[n:][: (len(digits) - n) // 2 * 2]) for n in (0, 1))
    for run in re.findall(r"[A-Za-z0-9+/_-]{43,}", joined):
        plain = run.replace("-", "+").replace("_", "/")
        for n in range(4):
            yield base64.b64decode(plain[n:] + "A" * (-(len(plain) - n) % 4))
    yield from (int(digits).to_bytes(SIZE + 1)[1:] for digits in re.findall(r"(?<!\d)\d{70,78}(?!\d)", joined))


def every_window() -> dict[bytes, str]:
    """Give each 32 bytes in a row that the database holds anywhere, with a table that has them."""
    found = {}
    for name, value in whole_database():
        for held in hidden_in(value):
            found.update({held[n : n + SIZE]: name for n in range(len(held) - SIZE + 1)})
    return found


def private_keys(folder: Path) -> dict[str, ec.EllipticCurvePrivateKey]:
    """Give the private keys of a folder by their files' names."""
    passphrase = settings.SECRETS.signing_passphrase.encode()
    loaded = {
        path.name: serialization.load_pem_private_key(path.read_bytes(), passphrase) for path in folder.glob("*.pem")
    }
    return {name: key for name, key in loaded.items() if isinstance(key, ec.EllipticCurvePrivateKey)}


def scalar(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give the private part of a key."""
    return key.private_numbers().private_value.to_bytes(SIZE)


def points() -> set[bytes]:
    """Give the public point of every certificate in the register of keys."""
    rows = [row for model in A_KEY_AT_LEAST for row in model.objects.values_list("certificate", flat=True)]
    return {point_of_certificate(bytes(row)) for row in rows}


def test_no_key_that_lies_in_a_file_lies_in_the_database(at_home: Path) -> None:
    make_all_keys()
    keys = private_keys(at_home)
    assert points() == {point_of(key.public_key()) for key in keys.values()}
    sealed = {base64.b64decode("".join((at_home / name).read_text().splitlines()[1:-1]))[-SIZE:] for name in keys}
    found = every_window()
    assert {found.get(secret) for secret in {scalar(key) for key in keys.values()} | sealed} == {None}
    # the register's certificates are seen, so a key beside them would be
    assert {point[1 : 1 + SIZE] for point in points()} <= found.keys()


def test_no_key_that_lies_in_a_token_lies_in_the_database(at_home: Path) -> None:
    if keep_soft_token(at_home) is None:
        pytest.skip(WHY_NOT)
    try:
        make_all_keys()
        in_token = SigningKey.objects.filter(store="token").count() + FacilityKey.objects.filter(store="token").count()
        assert in_token >= A_KEY_AT_LEAST[SigningKey] + A_KEY_AT_LEAST[FacilityKey]
        ours = points()
        # Nobody can ask the token for its keys; so whatever in the database could be a key is tried.
        assert [name for window, name in every_window().items() if point_below(window) in ours] == []
    finally:
        store_named("token").close()  # type: ignore[attr-defined]


def point_below(window: bytes) -> bytes | None:
    """Give the public point of the key whose private part these bytes are, None where they are none."""
    value = int.from_bytes(window)
    return point_of(ec.derive_private_key(value, ec.SECP256R1()).public_key()) if 0 < value < ORDER else None


def known_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Give the key of a name, the same in every run."""
    return ec.derive_private_key(int.from_bytes(sha256(name.encode()).digest()), ec.SECP256R1())


KEY = known_key("any")


def forms_of(key: ec.EllipticCurvePrivateKey) -> dict[str, bytes]:
    """Give a private key in every form that a text can hold."""
    encoding, form, open_ = serialization.Encoding, serialization.PrivateFormat, serialization.NoEncryption()
    pem, old_pem = (key.private_bytes(encoding.PEM, one, open_) for one in (form.PKCS8, form.TraditionalOpenSSL))
    der, bare = key.private_bytes(encoding.DER, form.PKCS8, open_), scalar(key)
    for_addresses = base64.urlsafe_b64encode(bare).rstrip(b"=")
    return {
        "PEM": pem, "SEC1 PEM": old_pem, "PEM in one line": pem.replace(b"\n", b""),
        "base64 of the DER": base64.b64encode(der), "base64 for addresses": base64.urlsafe_b64encode(der),
        "base64 of the scalar": base64.b64encode(bare), "base64 without its end": for_addresses,
        "hex of the DER": der.hex().encode(), "hex of the scalar": bare.hex().upper().encode(),
        "hex with colons": bare.hex(":").encode(), "digits": str(int.from_bytes(bare)).encode(),
        "JWK": json.dumps({"kty": "EC", "d": for_addresses.decode()}).encode(),
    }  # fmt: skip


def raw_forms_of(key: ec.EllipticCurvePrivateKey) -> dict[str, bytes]:
    """Give a private key in every form that only a column of bytes can hold."""
    form, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    der = key.private_bytes(serialization.Encoding.DER, form, open_)
    return {"the scalar": scalar(key), "the DER": der, "among other bytes": b"\x00\xff7" + der + b"tail"}


def into_bytes(form: bytes) -> str:
    """Put a form into a column of bytes."""
    SigningKey.objects.create(kid=new_id().bytes, certificate=form, valid_from=NOW, valid_to=NOW)
    return "public.certificates_signingkey"


def into_text(form: bytes) -> str:
    """Put a form into a column of text."""
    write_line(by=SYSTEM, at=NOW, action="plant", subject_id=new_id(), because="khóa " + form.decode())
    return "public.core_auditline"


def into_json(form: bytes) -> str:
    """Put a form deep into a column of JSON."""
    write_line(by=SYSTEM, at=NOW, action="plant", subject_id=new_id(), facts={"a": [{"b": form.decode()}]})
    return "public.core_auditline"


def test_a_key_that_is_put_into_the_database_is_found_in_every_form() -> None:
    planted: dict[bytes, tuple[str, str, str]] = {}
    for put in (into_bytes, into_text, into_json):
        every = raw_forms_of if put is into_bytes else lambda _: {}
        for name in [*forms_of(KEY), *every(KEY)]:
            key = known_key(f"{name} {put.__name__}")
            planted[scalar(key)] = (name, put.__name__, put((forms_of(key) | every(key))[name]))
    assert len(planted) == 3 * len(forms_of(KEY)) + len(raw_forms_of(KEY))
    found = every_window()
    assert [told for secret, told in planted.items() if found.get(secret) != told[2]] == []
    assert point_below(scalar(KEY)) == point_of(KEY.public_key())
