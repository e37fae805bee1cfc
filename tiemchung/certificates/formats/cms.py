"""Signed messages of the European gateway: CMS (RFC 5652), the signer's certificate inside, the content in or apart.

Written by `cryptography`, read by a reader of our own: exactly one signer, SHA-256, ECDSA or RSA. Nothing is decided
here about whom to believe; the reader gives the certificate that signed.
"""

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from asn1crypto import cms  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

MAX_BYTES = 1024 * 1024


class CmsWrong(ValueError):
    """No signed message that can be believed; `code` is CMS_UNREADABLE, CMS_SIGNERS, CMS_KIND or CMS_SIGNATURE."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """What was signed, the certificate (DER) whose key signed it, and when the signer says that was, if at all."""

    content: bytes
    certificate: bytes
    signed_at: dt.datetime | None = None


def signed_message(
    content: bytes, certificate: bytes, key: ec.EllipticCurvePrivateKey, *, detached: bool = False
) -> bytes:
    """Give the signed message (DER) about bytes that are kept as they are; `detached` leaves them out of it."""
    options = [PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    options += [PKCS7Options.DetachedSignature] if detached else []
    signer = x509.load_der_x509_certificate(certificate)
    return PKCS7SignatureBuilder().set_data(content).add_signer(signer, key, SHA256()).sign(Encoding.DER, options)


def read_signed(message: bytes, *, content: bytes | None = None) -> SignedMessage:
    """Give content and signer of a message whose signature holds; `content` is what a detached one is about.

    Raises CmsWrong, also where a message brings its own content and another one is named.
    """
    if len(message) > MAX_BYTES:
        raise CmsWrong("CMS_UNREADABLE")
    try:
        signed, signer = _opened(message)
        held = signed["encap_content_info"]["content"].native
        about = held if held is not None else content
        if about is None or (content is not None and about != content):
            raise CmsWrong("CMS_SIGNATURE")
        certificate = _certificate_of(signed, signer)
        _check(signer, about, certificate, signed["encap_content_info"]["content_type"].native)
        return SignedMessage(bytes(about), certificate, _signed_at(signer))
    except CmsWrong:
        raise
    except Exception:
        # Two parsers of hostile bytes, which say in a dozen ways that a field is not what it should be.
        raise CmsWrong("CMS_UNREADABLE") from None


def _opened(message: bytes) -> tuple[Any, Any]:
    info = cms.ContentInfo.load(message, strict=True)
    if info["content_type"].native != "signed_data":
        raise CmsWrong("CMS_UNREADABLE")
    signers = info["content"]["signer_infos"]
    if len(signers) != 1:
        raise CmsWrong("CMS_SIGNERS")
    return info["content"], signers[0]


def _certificate_of(signed: Any, signer: Any) -> bytes:
    """Give the certificate that the message brings for its signer."""
    name, sid = signer["sid"].name, signer["sid"].chosen
    for choice in signed["certificates"] or ():
        one = choice.chosen
        if name == "issuer_and_serial_number":
            found = one.issuer == sid["issuer"] and one.serial_number == sid["serial_number"].native
        else:
            found = one.key_identifier == sid.native
        if found:
            return bytes(one.dump())
    raise CmsWrong("CMS_SIGNERS")


def _check(signer: Any, content: bytes, certificate: bytes, content_type: str) -> None:
    if signer["digest_algorithm"]["algorithm"].native != "sha256":
        raise CmsWrong("CMS_KIND")
    attributes = signer["signed_attrs"]
    if not attributes:
        # A signature over bare content could be one over the attributes of another message, given out as content.
        raise CmsWrong("CMS_KIND")
    told = {one["type"].native: one["values"] for one in attributes}
    whole = told["message_digest"][0].native == sha256(content).digest()
    if not whole or told["content_type"][0].native != content_type:
        raise CmsWrong("CMS_SIGNATURE")
    # RFC 5652, 5.4: what is signed is the attributes' own SET, not the tagged field of the message.
    over = attributes.untag().dump()
    key = x509.load_der_x509_certificate(certificate).public_key()
    algorithm = signer["signature_algorithm"].signature_algo
    try:
        _verify(key, algorithm, signer["signature"].native, over)
    except InvalidSignature:
        raise CmsWrong("CMS_SIGNATURE") from None


def _signed_at(signer: Any) -> dt.datetime | None:
    """Give the moment that stands among the signed attributes; the signer's own word, and many write none."""
    told = [
        value.native
        for one in signer["signed_attrs"]
        if one["type"].native == "signing_time"
        for value in one["values"]
    ]
    if len(told) > 1:  # RFC 5652, 11.3: one at most
        raise CmsWrong("CMS_UNREADABLE")
    return told[0] if told else None


def _verify(key: Any, algorithm: str, signature: bytes, over: bytes) -> None:
    if algorithm == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, over, ec.ECDSA(SHA256()))
    elif algorithm == "rsassa_pkcs1v15" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, over, padding.PKCS1v15(), SHA256())
    elif algorithm == "rsassa_pss" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, over, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), SHA256())
    else:
        raise CmsWrong("CMS_KIND")
