"""Signed messages are read as they were written, by us and by OpenSSL, and nothing that was touched is believed."""

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOW
from tiemchung.certificates.formats.cms import MAX_BYTES, CmsWrong, read_signed, signed_message

DAY = dt.timedelta(days=1)
CONTENT = b'{"country":"VN","entries":[]}\r\n'


def a_signer(
    key: Any = None, name: str = "VN_NBUP", days: tuple[dt.datetime, dt.datetime] = (NOW - DAY, NOW + DAY)
) -> tuple[Any, bytes]:
    """Give a key and its certificate, valid from the first to the second moment."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 7, *days)
    return key, made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


KEY, CERTIFICATE = a_signer()
MESSAGE = signed_message(CONTENT, CERTIFICATE, KEY)
DETACHED = signed_message(CONTENT, CERTIFICATE, KEY, detached=True)


def refusal(message: bytes, **more: Any) -> str:
    with pytest.raises(CmsWrong) as refused:
        read_signed(message, **more)
    return refused.value.code


def test_what_is_written_is_read_with_the_certificate_that_signed() -> None:
    for said in (read_signed(MESSAGE), read_signed(DETACHED, content=CONTENT), read_signed(MESSAGE, content=CONTENT)):
        assert (said.content, said.certificate) == (CONTENT, CERTIFICATE)


@given(st.binary(max_size=200))
def test_every_content_comes_back_as_it_is(content: bytes) -> None:
    assert read_signed(signed_message(content, CERTIFICATE, KEY)).content == content


@pytest.mark.parametrize("bits", [2048])
def test_rsa_signers_are_read_too(bits: int) -> None:
    key, certificate = a_signer(rsa.generate_private_key(65537, bits))
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    for padding in (None, "pss"):
        from cryptography.hazmat.primitives.asymmetric import padding as paddings

        how = paddings.PSS(paddings.MGF1(hashes.SHA256()), 32) if padding else paddings.PKCS1v15()
        signer = x509.load_der_x509_certificate(certificate)
        made = builder.add_signer(signer, key, hashes.SHA256(), rsa_padding=how)
        assert read_signed(made.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])).certificate == certificate


def test_another_content_is_not_what_was_signed() -> None:
    assert refusal(DETACHED, content=CONTENT + b" ") == "CMS_SIGNATURE"
    assert refusal(MESSAGE, content=CONTENT + b" ") == "CMS_SIGNATURE"
    assert refusal(DETACHED) == "CMS_SIGNATURE"


def test_a_certificate_put_in_the_signers_place_does_not_verify() -> None:
    # Of equal length, with the same name and serial number: only the key is another.
    for _ in range(60):
        _, other = a_signer()
        if len(other) == len(CERTIFICATE):
            break
    assert refusal(MESSAGE.replace(CERTIFICATE, other)) == "CMS_SIGNATURE"


def test_no_single_bit_can_be_turned_in_what_was_signed() -> None:
    start = MESSAGE.index(CONTENT)
    for place in range(start, start + len(CONTENT)):
        turned = bytearray(MESSAGE)
        turned[place] ^= 1
        assert refusal(bytes(turned)) == "CMS_SIGNATURE"


@pytest.mark.parametrize("bit", range(8))
def test_a_turned_bit_anywhere_is_refused_or_changes_nothing_that_counts(bit: int) -> None:
    for place in range(0, len(MESSAGE), 3):
        turned = bytearray(MESSAGE)
        turned[place] ^= 1 << bit
        try:
            said = read_signed(bytes(turned))
        except CmsWrong:
            continue
        assert said.content == CONTENT


JUNK = [b"", b"0", b"\x30\x80", CERTIFICATE, CONTENT, MESSAGE[:-1], MESSAGE + b"x", b"\x30" * 5000]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_what_is_no_message_is_refused(junk: bytes) -> None:
    assert refusal(junk) == "CMS_UNREADABLE"


def test_a_message_of_a_megabyte_is_not_even_opened() -> None:
    assert refusal(bytes(MAX_BYTES + 1)) == "CMS_UNREADABLE"


def test_two_signers_and_other_digests_are_not_for_this_reader() -> None:
    signer = x509.load_der_x509_certificate(CERTIFICATE)
    other_key, other = a_signer(name="second")
    second = x509.load_der_x509_certificate(other)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    two = builder.add_signer(signer, KEY, hashes.SHA256()).add_signer(second, other_key, hashes.SHA256())
    assert refusal(two.sign(Encoding.DER, [])) == "CMS_SIGNERS"
    long = builder.add_signer(signer, KEY, hashes.SHA512())
    assert refusal(long.sign(Encoding.DER, [])) == "CMS_KIND"
    plain = builder.add_signer(signer, KEY, hashes.SHA256()).sign(Encoding.DER, [pkcs7.PKCS7Options.NoAttributes])
    assert refusal(plain) == "CMS_KIND"
    bare = builder.add_signer(signer, KEY, hashes.SHA256()).sign(Encoding.DER, [pkcs7.PKCS7Options.NoCerts])
    assert refusal(bare) == "CMS_SIGNERS"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
@pytest.mark.parametrize("detached", [False, True])
def test_openssl_reads_ours_and_we_read_openssls(tmp_path: Path, detached: bool) -> None:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "cert.pem").write_bytes(x509.load_der_x509_certificate(CERTIFICATE).public_bytes(Encoding.PEM))
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "ours.der").write_bytes(DETACHED if detached else MESSAGE)
    apart = ["-content", "content"] if detached else []
    read = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "ours.der", "-noverify", "-out", "read"]
    subprocess.run([*read, *apart], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "read").read_bytes() == CONTENT
    write = ["openssl", "cms", "-sign", "-binary", "-in", "content", "-signer", "cert.pem", "-inkey", "key.pem",
             "-outform", "DER", "-out", "theirs.der", "-md", "sha256"]  # fmt: skip
    subprocess.run([*write, *([] if detached else ["-nodetach"])], cwd=tmp_path, check=True, capture_output=True)
    said = read_signed((tmp_path / "theirs.der").read_bytes(), content=CONTENT if detached else None)
    assert (said.content, said.certificate) == (CONTENT, CERTIFICATE)
