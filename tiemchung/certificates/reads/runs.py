"""What the centre follows: its signing runs, the orders of revocation, the nights of the watch."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.access.reads import facility_scope
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.formats.uvci import as_meant
from tiemchung.certificates.models import (
    Certificate,
    CertificateByHash,
    DoseSignature,
    Passport,
    RevocationOrder,
    SampleDay,
    SignRun,
    WatchDay,
)
from tiemchung.certificates.reads.passport_tasks import RunView
from tiemchung.certificates.rules import (
    CertificateKind,
    CertificateState,
    OrderTarget,
    RunKind,
    RunState,
    may_ask_revocation,
)
from tiemchung.core.actor import Actor, Role
from tiemchung.core.distribution import allow_cross_shard

_CENTRE = frozenset({Role.MINISTRY_OFFICER, Role.ADMIN})
_RUN = ("id", "facility_id", "why", "allowed_name", "allowed_at", "moved_at", "ended_at", "total", "done", "refused",
        "worked")  # fmt: skip
_IN_FORCE = ("ISSUED", "RENEWED")


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order of revocation: what it is about, who asked, who decided, how far it is."""

    id: UUID
    target: OrderTarget
    kid: bytes
    person_id: UUID | None
    since: dt.datetime | None
    because: str
    asked_by: UUID | None
    asked_name: str
    asked_at: dt.datetime
    decided_name: str
    decided_at: dt.datetime | None
    refused: bool
    done_at: dt.datetime | None
    reached: int

    @property
    def state(self) -> str:
        """Give ASKED, REFUSED, RUNNING or DONE."""
        if self.decided_at is None:
            return "ASKED"
        if self.refused:
            return "REFUSED"
        return "DONE" if self.done_at else "RUNNING"


@dataclass(frozen=True, slots=True)
class CertificateFound:
    """A certificate that somebody may take back, found by its number; nothing about its holder."""

    person_id: UUID
    certificate_id: UUID
    number: str
    kind: CertificateKind
    issued_at: dt.datetime
    expires_at: dt.datetime
    facility_id: UUID | None


@dataclass(frozen=True, slots=True)
class CertificateTaken:
    """The certificate that an order is about: its number, the facility of its dose, what was asked for afterwards.

    `follower` is the number of the passport that is in force in its place, empty where there is none.
    """

    number: str
    kind: CertificateKind
    facility_id: UUID | None
    reissue: bool
    follower: str


@dataclass(frozen=True, slots=True)
class WatchView:
    """One look at every certificate and at the log: how many certificates were verified, what was wrong."""

    began_at: dt.datetime
    ended_at: dt.datetime | None
    seen: int
    wrong: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SampleView:
    """One day's comparison: how many people were drawn, where somebody said something else of them."""

    day: dt.date
    sampled: int
    reasons: Mapping[str, int]


def central_runs(by: Actor, limit: int = 50) -> tuple[RunView, ...]:
    """Give the centre's runs, the newest first; empty for who does not sit at the centre."""
    if by.role not in _CENTRE:
        return ()
    rows = SignRun.objects.filter(kind=RunKind.CENTRAL).order_by("-allowed_at")[:limit]
    return tuple(_run(row) for row in rows)


def central_run(by: Actor, run_id: UUID) -> RunView | None:
    """Give one run of the centre, None where there is none or it is not the reader's."""
    row = SignRun.objects.filter(id=run_id, kind=RunKind.CENTRAL).first() if by.role in _CENTRE else None
    return _run(row) if row else None


def orders(by: Actor, limit: int = 100) -> tuple[OrderView, ...]:
    """Give the orders that the actor may see, the newest first: all at the centre, elsewhere those they asked for."""
    rows = RevocationOrder.objects.order_by("-asked_at")
    rows = rows if by.role in _CENTRE else rows.filter(asked_by=by.id)
    return tuple(_order(row) for row in rows[:limit])


def order(by: Actor, order_id: UUID) -> OrderView | None:
    """Give one order, None where there is none or it is not the reader's."""
    row = RevocationOrder.objects.filter(id=order_id).first()
    if row is None or (by.role not in _CENTRE and row.asked_by != by.id):
        return None
    return _order(row)


def certificate_of_order(by: Actor, order_id: UUID) -> CertificateTaken | None:
    """Give what an order took away and what came in its place; None for orders about keys and for other readers."""
    row = RevocationOrder.objects.filter(id=order_id).first() if order(by, order_id) else None
    if row is None or row.person_id is None or row.certificate_id is None:
        return None
    taken = Certificate.objects.filter(person_id=row.person_id, id=row.certificate_id).first()
    if taken is None:
        return None
    passport = Passport.objects.filter(person_id=row.person_id).values_list("unit_id", "certificate_id").first()
    unit, now_id = passport or (None, None)
    now = Certificate.objects.filter(person_id=row.person_id, id=now_id, state="ISSUED") if now_id else None
    follower = now.values_list("uvci", flat=True).first() if now is not None else None
    return CertificateTaken(taken.uvci, CertificateKind(taken.kind), unit, row.reissue, follower or "")


def fall_of_order(one: OrderView) -> tuple[int, int]:
    """Give how many certificates in use fall with a key's order once it is agreed to, and how many doses go unsigned.

    Of a facility's key the passports are those of everybody whose dose it signed since: about as many as will fall.
    """
    with allow_cross_shard("what a key signed lies with all its persons"):
        if one.target == OrderTarget.CENTRAL_KEY:
            return Certificate.objects.filter(kid=one.kid, state__in=_IN_FORCE).count(), 0
        if one.target != OrderTarget.FACILITY_KEY or one.since is None:
            return 0, 0
        signed = DoseSignature.objects.filter(kid=one.kid, voided_at=None, signed_at__gte=one.since)
        passports = Certificate.objects.filter(kind=CertificateKind.PASSPORT, state="ISSUED")
        return passports.filter(person_id__in=signed.values("profile_id")).count(), signed.count()


def kids_waiting(kids: Iterable[bytes]) -> frozenset[bytes]:
    """Give which of these keys somebody has asked to give up without a second person having decided yet."""
    rows = RevocationOrder.objects.filter(kid__in=list(kids), decided_at=None).values_list("kid", flat=True)
    return frozenset(bytes(kid) for kid in rows if kid)


def certificate_to_revoke(by: Actor, number: str) -> CertificateFound | None:
    """Give the certificate in force of a number, where the actor may take it back; else None, for either reason."""
    hash16 = hash_of_number(as_meant(number))
    where = CertificateByHash.objects.filter(hash=hash16).values_list("person_id", "certificate_id").first()
    if where is None:
        return None
    row = Certificate.objects.filter(person_id=where[0], id=where[1], state__in=_IN_FORCE).first()
    unit = Passport.objects.filter(person_id=where[0]).values_list("unit_id", flat=True).first()
    areas = facility_scope(unit) if unit else frozenset()
    if row is None or not may_ask_revocation(by, OrderTarget.CERTIFICATE, facility_id=unit, area_ids=areas):
        return None
    kind = CertificateKind(row.kind)
    return CertificateFound(row.person_id, row.id, row.uvci, kind, row.issued_at, row.expires_at, unit)


def certificate_numbers(held: Iterable[tuple[UUID, UUID]]) -> dict[UUID, str]:
    """Give the numbers of these certificates, asked for as (person, certificate); an id that is none is left out."""
    asked = set(held)
    rows = Certificate.objects.filter(person_id__in=[p for p, _ in asked], id__in=[one for _, one in asked])
    return dict(rows.values_list("id", "uvci"))


def watch_nights(limit: int = 31) -> tuple[WatchView, ...]:
    """Give the last looks of the watch, the newest first."""
    rows = WatchDay.objects.order_by("-began_at")[:limit]
    return tuple(WatchView(row.began_at, row.ended_at, row.seen, row.wrong, row.reasons) for row in rows)


def sample_days(limit: int = 31) -> tuple[SampleView, ...]:
    """Give the comparisons of the last days that are done, the newest first."""
    rows = SampleDay.objects.exclude(done_at=None).order_by("-day")[:limit]
    return tuple(SampleView(row.day, row.sampled, row.reasons) for row in rows)


def count_in_force() -> int:
    """Give how many passports are in force."""
    with allow_cross_shard("the centre counts on every node"):
        return Certificate.objects.filter(kind=CertificateKind.PASSPORT, state="ISSUED").count()


def count_under_way() -> int:
    """Give how many certificates are written down and not signed yet: by a worker at it, or left behind by one."""
    with allow_cross_shard("the centre counts on every node"):
        return Certificate.objects.filter(state=CertificateState.INTENT).count()


def _run(row: SignRun) -> RunView:
    return RunView(state=RunState(row.state), **{name: getattr(row, name) for name in _RUN})


def _order(row: RevocationOrder) -> OrderView:
    plain: dict[str, Any] = {name: getattr(row, name) for name in OrderView.__slots__ if name not in {"target", "kid"}}
    return OrderView(target=OrderTarget(row.target), kid=bytes(row.kid or b""), **plain)
