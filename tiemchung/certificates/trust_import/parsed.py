"""What every form of list is read into, and why a line is passed over."""

import base64
import binascii
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiemchung.certificates.formats import countries
from tiemchung.certificates.formats.countries import country_code
from tiemchung.certificates.formats.trust import country_of, key_of_certificate, key_of_jwk, kid_of, load_certificate

MAX_BYTES = 32 * 1024 * 1024
MAX_SIGNERS = 20_000
PASSED_OVER = frozenset(
    {
        "ENTRY_UNREADABLE", "NOT_A_SIGNER", "THUMBPRINT_WRONG", "CERTIFICATE_UNREADABLE", "CERTIFICATE_MISSING",
        "KEY_KIND", "COUNTRY_MISSING", "KID_WRONG", "ISSUER_WRONG", "TWICE", "SIGNATURE_WRONG", "UPLOADER_UNKNOWN",
        "UPLOADER_EXPIRED", "UPLOADER_NOT_YET_VALID", "OWN_COUNTRY",
    }
)  # fmt: skip
DSC, SCA, JWK = "DSC", "SCA", "JWK"
OWN_COUNTRY = countries.HOME
_SHOWN = 20


class ListRefused(ValueError):
    """The file is no list that we read: `code` names why, `where` the line or entry."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"{code} {where}".strip())
        self.code, self.where = code, where


@dataclass(frozen=True, slots=True)
class ParsedSigner:
    """One signer (DSC), one authority above signers (SCA), or a web key bound to an address (JWK)."""

    kind: str
    kid: bytes
    country: str = ""
    issuer: str = ""
    certificate: bytes | None = None
    jwk: Mapping[str, Any] | None = None


@dataclass(slots=True)
class ParsedList:
    """A list as read: its signers, when its publisher made it (None when it does not say), what was passed over.

    `checked` says that the signature of each item was followed up to the trust anchor that the importer named.
    """

    form: str
    made_at: dt.datetime | None = None
    signers: list[ParsedSigner] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    checked: bool = False

    def pass_over(self, code: str, where: str) -> None:
        """Count an entry that is not taken; the first twenty are named by their place in the file."""
        self.passed_over[code] += 1
        if len(self.problems) < _SHOWN:
            self.problems.append(f"{where}: {code}")

    def add_certificate(self, der: bytes, where: str, *, kid: bytes = b"", country: str = "", kind: str = DSC) -> None:
        """Take a certificate whose key can be used; otherwise pass it over with the reason.

        The country that the list states outweighs the certificate's own. Two keys with one id are both kept. Nobody but
        we vouches for our own country, whether the list says it or the certificate.
        """
        try:
            key = key_of_certificate(der) if kind == DSC else None
            own = key.country if key else country_of(load_certificate(der))
        except ValueError:
            return self.pass_over("CERTIFICATE_UNREADABLE", where)
        if key is not None and not _usable(key.public_key):
            return self.pass_over("KEY_KIND", where)
        stated = country_code(country) if country else country_code(own or "")
        if OWN_COUNTRY in (stated, country_code(own or "")):
            return self.pass_over("OWN_COUNTRY", where)
        if len(stated) != 2:
            return self.pass_over("COUNTRY_MISSING", where)
        if kid and kid != kid_of(der) and len(kid) != 8:
            return self.pass_over("KID_WRONG", where)
        self._keep(ParsedSigner(kind, kid or kid_of(der), stated, certificate=der), where)
        return None

    def add_jwk(self, jwk: Mapping[str, Any], issuer: str, where: str) -> None:
        """Take a P-256 web key of an issuer; otherwise pass it over with the reason."""
        if not issuer.startswith("https://") or issuer.endswith("/") or len(issuer) > 200:
            return self.pass_over("ISSUER_WRONG", where)
        try:
            kid = key_of_jwk(jwk).kid
        except ValueError:
            return self.pass_over("KEY_KIND", where)
        kept = {name: jwk[name] for name in ("kty", "crv", "x", "y", "kid", "use", "alg") if name in jwk}
        self._keep(ParsedSigner(JWK, kid, issuer=issuer, jwk=kept), where)
        return None

    def _keep(self, signer: ParsedSigner, where: str) -> None:
        if len(self.signers) >= MAX_SIGNERS:
            raise ListRefused("TOO_MANY", where)
        if signer in self.signers[-3:]:  # some lists write a signer twice in a row
            return self.pass_over("TWICE", where)
        self.signers.append(signer)
        return None


def _usable(key: Any) -> bool:
    curve = getattr(getattr(key, "curve", None), "name", "")
    rsa = curve == "" and getattr(key, "key_size", 0) >= 2048 and hasattr(key, "public_numbers")
    return curve == "secp256r1" or rsa


def json_of(data: bytes) -> Any:
    """Give the JSON in a file; ListRefused names the line where it is none."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ListRefused("NOT_UTF8") from None
    except json.JSONDecodeError as problem:
        raise ListRefused("NOT_JSON", f"line {problem.lineno}") from None
    except RecursionError:
        raise ListRefused("NOT_JSON", "too deep") from None


def base64_of(text: Any) -> bytes:
    """Give the bytes of standard or web-safe base64, padded or not; raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("no base64 text")
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def moment(text: Any) -> dt.datetime | None:
    """Give the aware moment of an ISO text (UTC where it names no zone), None where it is none."""
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
