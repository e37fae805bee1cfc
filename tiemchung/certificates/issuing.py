"""A passport's certificate from the ledger to the signed text: drawn up, tried with a scratch key, sealed.

Nothing here takes a payload from a caller: a draft is made from committed doses alone, and what is not exactly what
the ledger says never reaches a key.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import msgpack

from tiemchung.certificates.content import PersonFacts, dcc_parts, fingerprint
from tiemchung.certificates.formats import cose, dcc, hc1, schema
from tiemchung.certificates.formats.reading import Fault, Outcome
from tiemchung.certificates.formats.registry import never_revoked
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.formats.trust import TrustedKey, TrustList, trust_list
from tiemchung.certificates.rules import passport_dose
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView

HOME = "VN"
_ISS, _EXP, _IAT, _HCERT, _DCC = 1, 4, 6, -260, 1  # the claims of a certificate, in the order of their writing
# Letters that a QR code of version 18 at level Q holds (ISO/IEC 18004, table 7); a denser code scans badly on paper.
QR_18_Q = 574
_ES256 = ec.ECDSA(SHA256())
Parts = tuple[dcc.Holder, dcc.VaccineDose]


class NotDrawn(Exception):
    """The ledger does not make a certificate of this person; `code` says why, without any of its facts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person's passport states now: its parts and their fingerprint, the dose named, the doses it rests on."""

    parts: Parts
    content: bytes
    dose_id: UUID
    rests_on: tuple[DoseView, ...]


@dataclass(slots=True)
class Draft:
    """One certificate on its way to its signature; `claims` are the bytes that will be signed, as CBOR."""

    id: UUID
    person_id: UUID
    number: str
    claims: bytes
    content: bytes
    dose_id: UUID
    issued_at: dt.datetime
    expires_at: dt.datetime
    replaces_id: UUID | None = None
    parts: Parts | None = None
    facts: PersonFacts | None = None
    text: str = ""
    signed_bytes: bytes = b""

    @property
    def key_hash(self) -> bytes:
        """Give the hash by which the number is asked for."""
        return hash_of_number(self.number)


def passport_statement(facts: PersonFacts) -> Statement:
    """Give what a passport states by these facts; raises NotDrawn where there is none or a dose is not signed."""
    dose_id = passport_dose(facts.record.course)
    by_id = {dose.id: dose for dose in facts.record.doses}
    counted = tuple(by_id[row.dose.id] for row in facts.record.course.counted)
    if dose_id is None:
        raise NotDrawn("NO_DOSE")
    if any(dose.state is not DoseState.SIGNED for dose in counted):
        raise NotDrawn("DOSE_NOT_SIGNED")
    parts = dcc_parts(facts, by_id[dose_id])
    return Statement(parts, fingerprint(parts), dose_id, counted)


def claims_of(parts: Parts, number: str, issued_at: dt.datetime, expires_at: dt.datetime) -> bytes:
    """Give the claims of a certificate as CBOR; the same parts, number and moments give the same bytes.

    Raises NotDrawn where the parts make no certificate that the schema accepts.
    """
    try:
        payload = dcc.vaccination(*parts, number)
        return hc1.claims_text(payload, issued_at=issued_at, expires_at=expires_at, country=HOME)
    except dcc.NotIssuable as problem:
        raise NotDrawn(problem.code) from problem
    except ValueError as problem:
        raise NotDrawn("DAYS") from problem


@lru_cache(maxsize=1)
def _scratch() -> tuple[ec.EllipticCurvePrivateKey, bytes, TrustList]:
    """Give a key that lives in this process alone and that nobody believes, with a list that believes only it."""
    key, kid = ec.generate_private_key(ec.SECP256R1()), b"scratch!"
    return key, kid, trust_list([TrustedKey(kid, key.public_key(), HOME)])


def lint(draft: Draft, *, whole: bool) -> str:
    """Try a draft with the scratch key: encode it, read it back, compare; give the code of what is wrong, or "".

    Of every draft the very bytes that the centre's key is going to cover are taken apart and compared with what the
    ledger says: each claim, each field, and nothing beside them. `whole` also computes and verifies a scratch signature
    and goes through the text, which say nothing of the content: one of a batch is enough to know that what we write can
    be verified, since each signature is verified and each text read back when it is sealed.
    """
    if whole:
        key, kid, believed = _scratch()
        signature = cose.raw_signature(key.sign(hc1.to_be_signed(draft.claims, kid), _ES256))
        text = hc1.signed_text(draft.claims, kid, signature)
        answer = hc1.read(text, keys=believed, now=draft.issued_at, revoked=never_revoked)
        if answer.outcome is not Outcome.VALID:
            return f"LINT_{answer.why}"
    return _difference(draft)


def _difference(draft: Draft) -> str:
    try:
        claims = hc1.claims_of(draft.claims)
    except Fault:
        return "LINT_DAMAGED"
    if draft.parts is None:
        return "LINT_SCHEMA"
    try:
        wanted = dcc.vaccination(*draft.parts, draft.number)
    except dcc.NotIssuable:
        return "LINT_SCHEMA"
    days = {_EXP: int(draft.expires_at.timestamp()), _IAT: int(draft.issued_at.timestamp())}
    right = {_ISS: HOME, **days, _HCERT: {_DCC: wanted}}
    return "" if _exact(claims) == _exact(right) else _which(claims, right)


def _exact(said: Mapping[Any, Any]) -> bytes:
    """Give bytes that differ where 1, 1.0 and True do; there is one way of writing only, so the order counts too.

    Empty for what no certificate has room for.
    """
    try:
        return msgpack.encode(said)
    except (TypeError, ValueError, OverflowError):
        return b""


def _which(claims: Mapping[Any, Any], right: Mapping[Any, Any]) -> str:
    """Give the code of where claims say something else than they have to."""
    content, wanted = claims.get(_HCERT), right[_HCERT][_DCC]
    if not isinstance(content, Mapping) or list(content) != [_DCC]:
        return "LINT_CLAIMS"
    if _exact({**claims, _HCERT: 0}) != _exact({**right, _HCERT: 0}):
        return "LINT_CLAIMS"
    said = content[_DCC]
    if not schema.holds(said) or len(said.get("v", ())) != 1:
        return "LINT_SCHEMA"
    line, dose = said["v"][0], wanted["v"][0]
    if any(said.get(part) != wanted[part] for part in ("nam", "dob")) or line.get("ci") != dose["ci"]:
        return "LINT_HOLDER"
    return "LINT_DOSE" if line != dose else "LINT_SCHEMA"


def seal_drafts(drafts: Sequence[Draft], signatures: Sequence[bytes], kid: bytes, certificate: bytes) -> list[Draft]:
    """Put signatures under drafts and give those that the key's certificate verifies; the others stay drafts.

    Each draft holds the bytes that were signed. Verified after signing, each one, and its text read back: a broken
    module must be noticed before anybody is handed a code.
    """
    from tiemchung.certificates.keys import verifies

    sealed = []
    for draft, signature in zip(drafts, signatures, strict=True):
        if verifies(certificate, draft.signed_bytes, signature):
            message = hc1.signed_message(draft.claims, kid, signature)
            draft.text = hc1.text_of(message)
            if hc1.to_cose(draft.text) == message:
                sealed.append(draft)
    return sealed
