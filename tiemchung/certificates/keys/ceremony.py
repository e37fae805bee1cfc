"""A key ceremony as one file that people review beforehand: what is made, for whom, how long, and who watches.

It needs no database: it is held on a machine without network, with the roots' keys in a folder or a token of its own.
Requests come in as files, certificates and a transcript with their fingerprints go out (docs/how-to/ceremony.md).
"""

import datetime as dt
import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import new_authority
from tiemchung.certificates.keys.central import DOCUMENTS, usage_of
from tiemchung.certificates.keys.files import handle_of, point_of_certificate, write_once
from tiemchung.certificates.ports import KeyStore
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose

ENVIRONMENTS = ("development", "acceptance", "production")
_LONGEST = {"authority": 10 * 366, "signer": 3 * 366}  # days; more is a slip of the pen


class BadPlan(ValueError):
    """The file of a ceremony does not say what it must; the text names the place."""


@dataclass(frozen=True, slots=True)
class PlannedAuthority:
    """A root that is made, or, where `certificate` is named, used again."""

    kind: AuthorityKind
    subject: x509s.Subject
    life: dt.timedelta
    certificate: Path | None = None


@dataclass(frozen=True, slots=True)
class PlannedSigner:
    """A certificate that answers a request."""

    authority: AuthorityKind
    purpose: str
    request: Path
    life: dt.timedelta
    subject: x509s.Subject | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole ceremony as its file says it; `digest` is the file's SHA-256."""

    title: str
    environment: str
    folder: Path
    witnesses: tuple[str, ...]
    authorities: tuple[PlannedAuthority, ...]
    signers: tuple[PlannedSigner, ...]
    digest: str


def plan_in(path: Path) -> Plan:
    """Give the plan in a file; raises BadPlan for anything missing, unknown or longer-lived than it should be."""
    raw = path.read_bytes()
    try:
        told = tomllib.loads(raw.decode("utf-8"))
    except ValueError as problem:
        raise BadPlan(f"not TOML: {problem}") from None
    _only(told, "the file", {"title", "environment", "folder", "witnesses", "authority", "signer"})
    if told.get("environment") not in ENVIRONMENTS:
        raise BadPlan(f"environment: one of {', '.join(ENVIRONMENTS)}")
    witnesses = tuple(dict.fromkeys(str(name).strip() for name in told.get("witnesses", []) if str(name).strip()))
    if len(witnesses) < 2:
        raise BadPlan("witnesses: two people at least")
    plan = Plan(
        title=str(told.get("title") or _raise("title: is missing")),
        environment=str(told["environment"]),
        folder=path.parent / str(told.get("folder") or _raise("folder: is missing")),
        witnesses=witnesses,
        authorities=tuple(_authority(entry, path.parent) for entry in told.get("authority", [])),
        signers=tuple(_signer(entry, path.parent) for entry in told.get("signer", [])),
        digest=hashlib.sha256(raw).hexdigest(),
    )
    kinds = [a.kind for a in plan.authorities]
    if not kinds or len(set(kinds)) != len(kinds):
        raise BadPlan("authority: one of each kind at most, and one at least")
    if any(signer.authority not in kinds for signer in plan.signers):
        raise BadPlan("signer: names an authority that the file has not got")
    return plan


def lines_of(plan: Plan) -> list[str]:
    """Say what a ceremony will do, for those who must agree."""
    told = [f"{plan.title}", f"environment: {plan.environment}", f"file: SHA-256 {plan.digest}",
            f"folder: {plan.folder}", f"witnesses: {', '.join(plan.witnesses)}"]  # fmt: skip
    for root in plan.authorities:
        made = f"makes a root for {root.life.days} days, {root.subject.name().rfc4514_string()}"
        told.append(f"{root.kind}: " + (f"uses {root.certificate}" if root.certificate else made))
    for signer in plan.signers:
        point, asked = x509s.requested(signer.request.read_bytes())
        named = (signer.subject or asked).name().rfc4514_string()
        told.append(
            f"{signer.authority} signs {signer.purpose} for {signer.life.days} days: {named},"
            f" request {signer.request.name}, key {handle_of(point)}"
        )
    return told


def hold(
    plan: Plan, store: KeyStore, *, reviewed_by: tuple[str, ...], at: dt.datetime, refused_by: tuple[str, ...] = ()
) -> list[str]:
    """Do everything that the plan says and give the transcript, which is also written into the plan's folder.

    The transcript names those of the witnesses who agreed and those who did not.

    Raises BadPlan unless two different witnesses reviewed it; FileExistsError where a certificate lies there already.
    """
    if len(set(reviewed_by) & set(plan.witnesses)) < 2:
        raise BadPlan("reviewed by: two different people of the file's witnesses")
    told = [*lines_of(plan), f"reviewed by: {', '.join(dict.fromkeys(reviewed_by))}"]
    if refused_by:
        told.append(f"did not agree: {', '.join(dict.fromkeys(refused_by))}")
    told += [f"held at: {at.isoformat()}", ""]
    plan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    roots = {root.kind: _root(root, plan, store, at) for root in plan.authorities}
    told += [line for kind, certificate in roots.items() for line in _told(str(kind), certificate)]
    for signer in plan.signers:
        certificate = _certificate(signer, roots[signer.authority], store, at)
        write_once(plan.folder / f"{signer.request.stem}.der", certificate)
        told += _told(signer.purpose, certificate)
    write_once(plan.folder / f"transcript-{at:%Y%m%dT%H%M%SZ}.txt", "\n".join([*told, ""]).encode())
    return told


def _root(root: PlannedAuthority, plan: Plan, store: KeyStore, at: dt.datetime) -> bytes:
    if root.certificate is None:
        return new_authority(store, plan.folder, root.kind, root.subject, root.life, at)
    certificate = x509s.der_of(root.certificate.read_bytes())
    if not store.holds(point_of_certificate(certificate)):
        raise BadPlan(f"{root.certificate}: its key is not in this store")
    return certificate


def _certificate(signer: PlannedSigner, root: bytes, store: KeyStore, at: dt.datetime) -> bytes:
    point, asked = x509s.requested(signer.request.read_bytes())
    usage = DOCUMENTS if signer.purpose == AuthorityKind.FACILITY else usage_of(KeyPurpose(signer.purpose))
    key = x509s.StoredKey(store, point_of_certificate(root))
    return x509s.signer_certificate(
        root, key, point, signer.subject or asked, x509s.Profile(signer.life, (usage,)), at
    )


def _told(what: str, certificate: bytes) -> list[str]:
    loaded = x509.load_der_x509_certificate(certificate)
    return [
        f"{what}: {loaded.subject.rfc4514_string()}",
        f"  serial {loaded.serial_number:x}",
        f"  from {loaded.not_valid_before_utc.isoformat()} to {loaded.not_valid_after_utc.isoformat()}",
        f"  SHA-256 {hashlib.sha256(certificate).hexdigest()}",
    ]


def _authority(entry: dict[str, Any], base: Path) -> PlannedAuthority:
    _only(entry, "authority", {"kind", "common_name", "organisation", "country", "days", "certificate"})
    if entry.get("kind") not in set(AuthorityKind):
        raise BadPlan(f"authority: kind is one of {', '.join(AuthorityKind)}")
    named = base / str(entry["certificate"]) if entry.get("certificate") else None
    life = dt.timedelta() if named else _life(entry, "authority")
    subject = _subject(entry) or (x509s.Subject("") if named else _raise("authority: common_name is missing"))
    return PlannedAuthority(AuthorityKind(entry["kind"]), subject, life, named)


def _signer(entry: dict[str, Any], base: Path) -> PlannedSigner:
    _only(entry, "signer", {"authority", "purpose", "request", "days", "common_name", "organisation", "country"})
    authority, purpose = str(entry.get("authority")), str(entry.get("purpose"))
    allowed = {"CSCA": {str(p) for p in KeyPurpose}, "FACILITY": {"FACILITY"}}
    if purpose not in allowed.get(authority, set()):
        raise BadPlan("signer: CSCA signs CARD, PASSPORT and LOG; FACILITY signs FACILITY")
    request = base / str(entry.get("request") or _raise("signer: request is missing"))
    if not request.is_file():
        raise BadPlan(f"signer: {request} is not there")
    return PlannedSigner(AuthorityKind(authority), purpose, request, _life(entry, "signer"), _subject(entry))


def _subject(entry: dict[str, Any]) -> x509s.Subject | None:
    if not entry.get("common_name"):
        return None
    return x509s.Subject(
        str(entry["common_name"]), str(entry.get("organisation") or "Bộ Y tế"), str(entry.get("country") or "VN")
    )


def _life(entry: dict[str, Any], what: str) -> dt.timedelta:
    days = entry.get("days")
    if not isinstance(days, int) or not 1 <= days <= _LONGEST[what]:
        raise BadPlan(f"{what}: days is a number from 1 to {_LONGEST[what]}")
    return dt.timedelta(days=days)


def _only(entry: dict[str, Any], what: str, known: set[str]) -> None:
    if unknown := sorted(set(entry) - known):
        raise BadPlan(f"{what}: unknown: {', '.join(unknown)}")


def _raise(why: str) -> Any:
    raise BadPlan(why)
