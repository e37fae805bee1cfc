"""Which keys there are: of the centre, of facilities, and the roots above them. Certificates only."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tiemchung.certificates.keys.config import AGENT
from tiemchung.certificates.keys.roots import ours, pinned
from tiemchung.certificates.models import Authority, FacilityKey, SigningKey
from tiemchung.certificates.rules import (
    FACILITY_NOTICE,
    SPARED,
    AuthorityKind,
    KeyPurpose,
    KeyStanding,
    spare_due,
    standings,
    successor_due,
    usable_since,
)
from tiemchung.core.clock import local
from tiemchung.places.reads import FacilityView, children_of, facilities_by_id, facilities_in, scope_of


@dataclass(frozen=True, slots=True)
class FacilityKeyView:
    """A key that signs doses for a facility; `store` is AGENT where its one holder has it."""

    id: UUID
    facility_id: UUID
    staff_id: UUID | None
    kid: bytes
    certificate: bytes
    store: str
    valid_from: dt.datetime
    valid_to: dt.datetime
    retired_at: dt.datetime | None
    revoked_at: dt.datetime | None
    revoked_since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CentralKeyView:
    """A central key with its dates and what it is good for now."""

    id: UUID
    purpose: KeyPurpose
    standing: KeyStanding
    kid: bytes
    certificate: bytes
    store: str
    published_at: dt.datetime
    usable_from: dt.datetime
    valid_to: dt.datetime
    compromised_since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """A root: what it stands above, and whether its key lies in this installation."""

    id: UUID
    kind: AuthorityKind
    certificate: bytes
    fingerprint: bytes
    here: bool
    valid_from: dt.datetime
    valid_to: dt.datetime


def facility_key_of(facility_id: UUID, at: dt.datetime) -> FacilityKeyView | None:
    """Give the facility's own key that signs now, None where it has none."""
    return facility_keys([facility_id], at).get(facility_id)


def facility_keys(facility_ids: Iterable[UUID], at: dt.datetime) -> dict[UUID, FacilityKeyView]:
    """Give the own keys that sign now of many facilities, in one statement; who has none is left out."""
    rows = _signing(at).filter(facility_id__in=set(facility_ids), staff_id=None).exclude(store=AGENT)
    return {row.facility_id: _view(row) for row in rows.order_by("valid_from", "id")}


def agent_key_of(staff_id: UUID, facility_id: UUID, at: dt.datetime) -> FacilityKeyView | None:
    """Give the key that a signer has in their own hands for this facility now, None where they have none."""
    row = _signing(at).filter(facility_id=facility_id, staff_id=staff_id, store=AGENT).order_by("-valid_from").first()
    return _view(row) if row else None


def facility_keys_by_kid(kids: Iterable[bytes]) -> dict[bytes, FacilityKeyView]:
    """Give facilities' keys by key id, whatever became of them; unknown ids are left out."""
    rows = FacilityKey.objects.filter(kid__in={bytes(kid) for kid in kids})
    return {bytes(row.kid): _view(row) for row in rows}


def keys_of_facility(facility_id: UUID) -> tuple[FacilityKeyView, ...]:
    """Give every key that a facility has or had, newest first."""
    return tuple(_view(row) for row in FacilityKey.objects.filter(facility_id=facility_id).order_by("-valid_from"))


def facilities_without_key(at: dt.datetime) -> tuple[FacilityView, ...]:
    """Give the facilities open now that have no own key which still signs in a month, in name order."""
    today = local(at).date()
    places = facilities_in(scope_of(area.id for area in children_of(None, today)), today)
    lasting = _signing(at).filter(staff_id=None, valid_to__gt=at + FACILITY_NOTICE).exclude(store=AGENT)
    served = set(lasting.values_list("facility_id", flat=True))
    return tuple(place for place in places if place.id not in served)


def facilities_whose_key_ends(at: dt.datetime) -> tuple[UUID, ...]:
    """Give the facilities still open whose last own key ends within a month, or has ended; the soonest first."""
    last: dict[UUID, dt.datetime] = {}
    kept = FacilityKey.objects.filter(staff_id=None, retired_at=None, revoked_at=None).exclude(store=AGENT)
    for facility_id, valid_to in kept.order_by("valid_to").values_list("facility_id", "valid_to"):
        last[facility_id] = valid_to
    ending = {facility_id: ends for facility_id, ends in last.items() if ends <= at + FACILITY_NOTICE}
    today, places = local(at).date(), facilities_by_id(ending)
    still = [i for i in ending if i in places and places[i].period.holds(today)]
    return tuple(sorted(still, key=lambda i: (ending[i], i)))


def successors_missing(at: dt.datetime) -> tuple[KeyPurpose, ...]:
    """Give the purposes whose next key ought to be published by now and is not."""
    keys = ours(SigningKey.objects.filter(valid_to__gt=at))
    return tuple(p for p in KeyPurpose if successor_due([k for k in keys if k.purpose == p], at))


def spares_missing(at: dt.datetime) -> tuple[KeyPurpose, ...]:
    """Give the purposes that ought to have a spare key in every verifier's list and have none that lasts."""
    keys = ours(SigningKey.objects.filter(valid_to__gt=at, purpose__in=SPARED))
    return tuple(p for p in KeyPurpose if p in SPARED and spare_due([k for k in keys if k.purpose == p], at))


def central_keys(at: dt.datetime, purpose: KeyPurpose | None = None) -> tuple[CentralKeyView, ...]:
    """Give every central key with its standing now, by purpose, newest first."""
    told: list[CentralKeyView] = []
    for each in [purpose] if purpose else list(KeyPurpose):
        found = standings(ours(SigningKey.objects.filter(purpose=each).order_by("-valid_from")), at)
        told.extend(_central(key, standing) for key, standing in found)
    return tuple(told)


def authorities(at: dt.datetime, kind: AuthorityKind | None = None) -> tuple[AuthorityView, ...]:
    """Give the roots that are believed now, newest first."""
    rows = Authority.objects.filter(retired_at=None, valid_to__gt=at).order_by("kind", "-valid_from")
    rows = rows.filter(kind=kind) if kind else rows
    return tuple(
        AuthorityView(
            row.id, AuthorityKind(row.kind), bytes(row.certificate), bytes(row.fingerprint), bool(row.store),
            row.valid_from, row.valid_to,
        )
        for row in pinned(rows)
    )  # fmt: skip


def _signing(at: dt.datetime) -> QuerySet[FacilityKey]:
    return FacilityKey.objects.filter(valid_from__lte=at, valid_to__gt=at, retired_at=None, revoked_at=None)


def _view(row: FacilityKey) -> FacilityKeyView:
    return FacilityKeyView(
        row.id, row.facility_id, row.staff_id, bytes(row.kid), bytes(row.certificate), row.store, row.valid_from,
        row.valid_to, row.retired_at, row.revoked_at, row.revoked_since,
    )  # fmt: skip


def _central(key: SigningKey, standing: KeyStanding) -> CentralKeyView:
    return CentralKeyView(
        key.id, KeyPurpose(key.purpose), standing, bytes(key.kid), bytes(key.certificate), key.store,
        key.published_at or key.valid_from, usable_since(key), key.valid_to, key.compromised_since,
    )  # fmt: skip
