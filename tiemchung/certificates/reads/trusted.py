"""Whom a verifier may believe: our own keys, and foreign signers from the lists that were taken in.

Our own are those that a root beside the keys answers for (`keys.roots`): a row of the register alone is none.
"""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Greatest

from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.formats.countries import HOME, country_code
from tiemchung.certificates.formats.trust import (
    TrustedKey,
    TrustList,
    country_of,
    key_of_certificate,
    key_of_jwk,
    load_certificate,
    trust_list,
)
from tiemchung.certificates.keys.roots import ours, pinned, standing_roots
from tiemchung.certificates.models import Authority, ForeignSigner, SigningKey, TrustImport
from tiemchung.certificates.reads.emissions import health_card_keys
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose
from tiemchung.certificates.trust_import.parsed import JWK, SCA

_RSA_POINT = "R"
_WEB_KEY = ("kty", "crv", "x", "y", "kid")


class ListAge(StrEnum):
    """How far an imported list may be believed: OLD warns, TOO_OLD is believed no more."""

    FRESH = "FRESH"
    OLD = "OLD"
    TOO_OLD = "TOO_OLD"


@dataclass(frozen=True, slots=True)
class TrustSource:
    """One list of foreign signers as it was taken in, and how old it is."""

    id: UUID
    source: str
    form: str
    made_at: dt.datetime
    taken_at: dt.datetime
    taken_by: str
    keys: int
    passed_over: Mapping[str, int]
    checked: bool  # each item's signature was followed to the trust anchor; otherwise nobody looked at them
    age: ListAge
    ended: int  # signers whose days are over; kept, since what they signed may still be shown


def age_of(made_at: dt.datetime, at: dt.datetime) -> ListAge:
    """Give the age of a list made at `made_at` by the two limits of the settings."""
    days = (at - made_at) / dt.timedelta(days=1)
    if days > settings.FOREIGN_TRUST_HARD_DAYS:
        return ListAge.TOO_OLD
    return ListAge.OLD if days > settings.FOREIGN_TRUST_SOFT_DAYS else ListAge.FRESH


def trust_sources(at: dt.datetime) -> list[TrustSource]:
    """Give the lists in force by their names, with their age."""
    rows = TrustImport.objects.filter(replaced_at__isnull=True).order_by("source")
    ended = {row.id: sum(1 for key in _keys_of_import(row.id) if _over(key, at)) for row in rows}
    return [
        TrustSource(
            row.id, row.source, row.form, row.made_at, row.taken_at, row.taken_by, row.keys, row.passed_over,
            row.checked, age_of(row.made_at, at), ended[row.id],
        )
        for row in rows
    ]  # fmt: skip


def _over(key: TrustedKey, at: dt.datetime) -> bool:
    return key.valid_to is not None and key.valid_to < at


def verifier_list(at: dt.datetime) -> dict[str, Any]:
    """Give our own signers for the verifier app: kid and certificate (DER) in base64, purpose, since when given up.

    Also a key that is published and not yet used: it is on every verifier before the first code by it. The roots above
    our signers (SubjectPublicKeyInfo) and our health cards' web keys are for codes that name their signer themselves;
    `given_up` are the ids of keys of every purpose that no such code may name. Nobody but we has keys for `address`.
    """
    keys = ours(SigningKey.objects.filter(valid_to__gt=at).exclude(purpose=KeyPurpose.LOG).order_by("valid_from"))
    web_keys = [{name: key[name] for name in _WEB_KEY if name in key} for key in health_card_keys(at)]
    return {
        "made_at": at.isoformat(timespec="seconds"),
        "keys": [_own_line(key) for key in keys],
        "authorities": own_roots(at),
        "issuers": [{"url": settings.PUBLIC_ADDRESS.rstrip("/"), "keys": web_keys}] if web_keys else [],
        "given_up": [_b64(kid) for kid in given_up_kids()],
        "address": settings.PUBLIC_ADDRESS.rstrip("/"),
    }


def own_roots(at: dt.datetime) -> list[str]:
    """Give the roots above our signers (SubjectPublicKeyInfo in base64): a device keeps those that it met first."""
    return [_authority(root, -1)[-1] for root in _roots(at)]


def _roots(at: dt.datetime) -> list[x509.Certificate]:
    return [load_certificate(bytes(root.certificate)) for root in standing_roots(at)]


def _own_line(key: SigningKey) -> dict[str, Any]:
    line = {
        "kid": _b64(key.kid),
        "country": "VN",
        "certificate": _b64(key.certificate),
        "usages": ["v"],
        "purpose": str(key.purpose),
    }
    if key.compromised_since is not None:
        line["compromised_since"] = key.compromised_since.isoformat(timespec="seconds")
    return line


def foreign_list() -> dict[str, Any]:
    """Give the imported signers as compactly as a browser can use them; about 170 bytes a signer.

    A line of `keys` is [kid, country, kinds, from, to (Unix seconds), number of its source, key]: the key is an EC
    point without its first byte, or "R", modulus, ".", exponent, all base64. `authorities` are [country, from, to,
    source, SubjectPublicKeyInfo]. Lists that are too old stay in: the browser says so instead of "unknown key". No
    moment of asking is in it: the same imports give the same text.
    """
    sources = list(TrustImport.objects.filter(replaced_at__isnull=True).order_by("source"))
    keys: list[list[Any]] = []
    authorities: list[list[Any]] = []
    issuers: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(sources):
        keys += [_compact(key, number) for key in _keys_of_import(row.id) if key.issuer is None]
        authorities += [_authority(one, number) for one in _authorities_of_import(row.id)]
        for address, jwk in _web_keys_of_import(row.id):
            issuers.setdefault(address, {"source": number, "keys": []})["keys"].append(jwk)
    return {
        "soft_days": settings.FOREIGN_TRUST_SOFT_DAYS,
        "hard_days": settings.FOREIGN_TRUST_HARD_DAYS,
        "sources": [{"name": row.source, "made_at": row.made_at.isoformat(timespec="seconds")} for row in sources],
        "keys": keys,
        "authorities": authorities,
        "issuers": [{"url": address, **told} for address, told in sorted(issuers.items())],
    }


def foreign_version() -> str:
    """Give a name that changes whenever the imported lists do, or what is told of how long they are believed."""
    rows = TrustImport.objects.filter(replaced_at__isnull=True).order_by("source").values_list("id", flat=True)
    limits = f"{settings.FOREIGN_TRUST_SOFT_DAYS}.{settings.FOREIGN_TRUST_HARD_DAYS}"
    return "-".join([limits, *(row.hex[-12:] for row in rows)])


def foreign_made_at(at: dt.datetime) -> dt.datetime:
    """Give when the imported lists changed last; the beginning of the day where there never was one.

    A list that was dropped moves it on too: verifiers take none that is older than theirs.
    """
    changed = TrustImport.objects.aggregate(newest=Greatest(Max("taken_at"), Max("replaced_at")))["newest"]
    return changed or at.replace(hour=0, minute=0, second=0, microsecond=0)


def believed(at: dt.datetime) -> TrustList:
    """Give our own keys and those of every imported list that is not too old, for the server's own reader.

    A key of ours that was given up is left out, and named: formats that bring their signer ask for it.
    """
    rows = ours(SigningKey.objects.exclude(purpose=KeyPurpose.LOG).filter(compromised_since__isnull=True))
    keys = [
        replace(key_of_certificate(bytes(row.certificate), country=HOME), purpose=str(row.purpose)) for row in rows
    ]
    authorities: list[x509.Certificate] = []
    for row in TrustImport.objects.filter(replaced_at__isnull=True):
        if age_of(row.made_at, at) is not ListAge.TOO_OLD:
            keys += _keys_of_import(row.id)
            authorities += _authorities_of_import(row.id)
    return trust_list(keys, _roots(at), foreign_authorities=authorities, given_up=given_up_kids())


def given_up_kids() -> list[bytes]:
    """Give the ids of our keys of every purpose that were given up, in order."""
    rows = SigningKey.objects.filter(compromised_since__isnull=False).order_by("kid")
    return [bytes(kid) for kid in rows.values_list("kid", flat=True)]


# The rows of one import never change, so what was read of them never does either.
@lru_cache(maxsize=16)
def _keys_of_import(import_id: UUID) -> tuple[TrustedKey, ...]:
    found = []
    for row in ForeignSigner.objects.filter(import_id=import_id).exclude(kind=SCA).order_by("country", "id"):
        if row.kind == JWK:
            found.append(key_of_jwk(row.jwk or {}, issuer=row.issuer))
        else:
            found.append(key_of_certificate(bytes(row.certificate or b""), country=row.country, kid=bytes(row.kid)))
    return tuple(replace(key, foreign=True) for key in found)


@lru_cache(maxsize=16)
def _authorities_of_import(import_id: UUID) -> tuple[x509.Certificate, ...]:
    rows = ForeignSigner.objects.filter(import_id=import_id, kind=SCA).order_by("country", "id")
    return tuple(load_certificate(bytes(row.certificate or b"")) for row in rows)


def _web_keys_of_import(import_id: UUID) -> list[tuple[str, dict[str, Any]]]:
    rows = ForeignSigner.objects.filter(import_id=import_id, kind=JWK).order_by("issuer", "id")
    return [(row.issuer, row.jwk or {}) for row in rows]


def _compact(key: TrustedKey, source: int) -> list[Any]:
    return [
        _b64(key.kid), key.country or "", "".join(sorted(key.usages)), _seconds(key.valid_from), _seconds(key.valid_to),
        source, _key_text(key.public_key),
    ]  # fmt: skip


def _key_text(key: Any) -> str:
    if isinstance(key, EllipticCurvePublicKey):
        return _b64(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:])
    if isinstance(key, RSAPublicKey):
        numbers = key.public_numbers()
        return _RSA_POINT + _b64(_unsigned(numbers.n)) + "." + _b64(_unsigned(numbers.e))
    return ""


def _authority(one: x509.Certificate, source: int) -> list[Any]:
    spki = one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    country = country_code(country_of(one) or "")
    return [country, _seconds(one.not_valid_before_utc), _seconds(one.not_valid_after_utc), source, _b64(spki)]


def _unsigned(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _seconds(moment: dt.datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def _b64(raw: bytes | memoryview) -> str:
    return base64.b64encode(bytes(raw)).decode()


def own_list(at: dt.datetime) -> TrustList:
    """Give our keys alone, for every form, given-up ones too and of whatever days: what they sign concerns us."""
    rows = ours(SigningKey.objects.exclude(purpose=KeyPurpose.LOG))
    ders = [bytes(row.certificate) for row in rows]
    address = settings.PUBLIC_ADDRESS.rstrip("/")
    web_keys = [key_of_jwk(jwk_of(der), issuer=address) for der in ders]
    roots = pinned(Authority.objects.filter(kind=AuthorityKind.CSCA))
    return trust_list(
        [*(key_of_certificate(der) for der in ders), *web_keys],
        [load_certificate(bytes(root.certificate)) for root in roots],
    )
