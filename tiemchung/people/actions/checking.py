"""Looking at the four fields of people: what changed is asked about again, and what nobody can be asked is named."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.people.models import IdentityCheck, PersonChange, Profile
from tiemchung.people.reads.holders import Holder, holders_of
from tiemchung.people.reads.identity import (
    Check,
    IdentityView,
    checks_of,
    current_holders,
    facts_of,
    fields_hash,
    identity_states,
    views_of,
)
from tiemchung.people.reads.numbers import made_by_another_key
from tiemchung.people.rules.identity import (
    IDENTITY_TRANSITIONS,
    IdentityStep,
    IdentityWhy,
    begin_of,
    moved_to,
)
from tiemchung.people.rules.kinds import IdentityState

_Home = tuple[UUID | None, UUID | None]
_Known = tuple[IdentityState, str, bytes | None]
_STATES = {str(state): state for state in IdentityState}
CHANGING = [
    "state", "fields", "why", "batch_id", "tries", "due_at", "since", "sent_at", "answered_at", "confirmed_by",
    "minute_ref", "note", "facility_id", "area_id",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """What somebody's fields say now: their hash, how a check of them begins, and why it cannot be sent."""

    fields: bytes | None
    step: IdentityStep
    why: str


class IndexKeyChanged(Exception):
    """The index key is not the one by which this database was written: no hash of fields can be compared.

    Without this error everybody would look changed, and a wrong secrets file would void every signature there is.
    """


_GONE = _Look(None, IdentityStep.LACK, IdentityWhy.JOINED)


def check_identities(
    *, person_ids: Iterable[UUID], at: dt.datetime, holders: Mapping[UUID, Holder] | None = None
) -> set[UUID]:
    """Make or reset the checks of those whose four fields changed; give the persons of whom they had been looked at.

    The doses of these are to be signed again (vietnam.md 6.6). Set-based: some seven statements however many are
    asked, three fewer where the caller knows the `holders` (current persons by id), and nothing is written where
    nothing changed. Who has one of their numbers too is looked at with them; where that moves somebody a PersonChange
    says so. Ids that were joined away stand for the person of now. Raises IndexKeyChanged, and then nothing is written.
    """
    return _checked(person_ids, at, holders)[0]


def checked_identities(
    *, person_ids: Iterable[UUID], at: dt.datetime, holders: Mapping[UUID, Holder]
) -> dict[UUID, IdentityView]:
    """Do what `check_identities` does and give where the check of each of the `holders` stands then, by person."""
    checks = _checked(person_ids, at, holders)[1]
    return identity_states(holders) if checks is None else views_of(row for row in checks if row[0] in holders)


def _checked(
    person_ids: Iterable[UUID], at: dt.datetime, holders: Mapping[UUID, Holder] | None
) -> tuple[set[UUID], Sequence[Check] | None]:
    """Give the persons whose check began anew, and the checks as they stand, None where some were written."""
    current, joined = _current(set(person_ids), holders)
    loaded = facts_of(current)
    facts, peers = dict(loaded.facts), _known(loaded.peers).keys()
    if peers:
        facts |= facts_of(current_holders(peers)[0]).facts
    looks = {person_id: _Look(fields_hash(one), *begin_of(one)) for person_id, one in facts.items()}
    with transaction.atomic():
        looks_at = looks | dict.fromkeys(joined, _GONE)
        checks = checks_of(looks_at)
        moved, wrote = _move(looks_at, _by_person(checks), at)
        told = [PersonChange(profile_id=person_id, kind="CHECKED", at=at) for person_id in sorted(peers & moved.keys())]
        PersonChange.objects.bulk_create(told)
    roots = {person_id: joined.get(person_id, person_id) for person_id in moved}
    begun = {roots[person_id] for person_id, before in moved.items() if before != looks[roots[person_id]].fields}
    return begun, None if wrote else checks


def _current(
    asked: set[UUID], holders: Mapping[UUID, Holder] | None
) -> tuple[dict[UUID, Holder], dict[UUID, UUID]]:
    known = {p: holders[p] for p in asked if p in holders and holders[p].person_id == p} if holders else {}
    if asked == known.keys():
        return known, {}
    found, joined = current_holders(asked - known.keys())
    return known | found, joined


def _known(person_ids: Iterable[UUID]) -> dict[UUID, _Known]:
    return _by_person(checks_of(person_ids))


def _by_person(checks: Iterable[Check]) -> dict[UUID, _Known]:
    return {row[0]: (_STATES[row[1]], row[2], _octets(row[4])) for row in checks}


def _octets(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _state_after(known: tuple[IdentityState, str, bytes | None] | None, look: _Look) -> IdentityState | None:
    """Give the state to which this look moves a check, or None where it stays."""
    before, why, fields = known or (None, "", None)
    if look is _GONE:
        return None if before is None or why == IdentityWhy.JOINED else IdentityState.NOT_SENT
    return moved_to(before, why, look.step, same_fields=fields == look.fields)


def _move(
    looks: Mapping[UUID, _Look], known: Mapping[UUID, _Known], at: dt.datetime
) -> tuple[dict[UUID, bytes | None], bool]:
    """Write every check that moves; give of those there were before the fields that they were about.

    Told besides is whether anything was written.
    """
    moving = [person_id for person_id, look in looks.items() if _state_after(known.get(person_id), look)]
    if not moving:
        return {}, False
    doubted = [p for p in moving if p in known and looks[p] is not _GONE and known[p][2] != looks[p].fields]
    if doubted and made_by_another_key(p for one in holders_of(doubted).values() for p in one.profile_ids):
        raise IndexKeyChanged
    rows = Profile.objects.filter(id__in=moving).values_list("id", "facility_id", "area_id")
    homes = {row[0]: (row[1], row[2]) for row in rows}
    first = [person_id for person_id in moving if person_id not in known]
    IdentityCheck.objects.bulk_create(
        [_begun(IdentityCheck(person_id=p), looks[p], _first(looks[p]), homes[p], at) for p in first],
        ignore_conflicts=True,
    )
    return _move_known([person_id for person_id in moving if person_id in known], looks, homes, at), True


def _move_known(
    moving: list[UUID], looks: Mapping[UUID, _Look], homes: Mapping[UUID, _Home], at: dt.datetime
) -> dict[UUID, bytes | None]:
    rows = list(IdentityCheck.objects.select_for_update().filter(person_id__in=moving).order_by("person_id"))
    before: dict[UUID, bytes | None] = {}
    write = []
    for row in rows:
        fields = _octets(row.fields)
        state = _state_after((IdentityState(row.state), row.why, fields), looks[row.person_id])
        if state is not None:  # else somebody else moved it while we waited for the lock
            before[row.person_id] = fields
            write.append(_begun(row, looks[row.person_id], state, homes[row.person_id], at))
    IdentityCheck.objects.bulk_create(write, update_conflicts=True, unique_fields=["person_id"], update_fields=CHANGING)
    return before


def _first(look: _Look) -> IdentityState:
    return IDENTITY_TRANSITIONS[None, look.step]


def _begun(row: IdentityCheck, look: _Look, state: IdentityState, home: _Home, at: dt.datetime) -> IdentityCheck:
    row.state, row.fields, row.why, row.since = state, look.fields, look.why, at
    row.facility_id, row.area_id = home
    row.batch_id, row.tries, row.sent_at, row.answered_at = None, 0, None, None
    row.confirmed_by = row.minute_ref = row.note = ""
    row.due_at = at if state is IdentityState.WAITING else None
    return row
