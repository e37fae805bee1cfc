"""The last look before a certificate is written down: under its passport's lock, does everything still hold?"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.certificates import issuing_rows as rows
from tiemchung.certificates.facility_trust import BelievedKey, Proof, believed_keys, fault_of, is_sealed, need_roots
from tiemchung.certificates.issuing import Draft
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.rules import PassportState
from tiemchung.certificates.statements import statement_of
from tiemchung.doses.reads import marks_of
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import Holder, holders_of
from tiemchung.people.reads.identity import fields_now

_SIGNABLE = frozenset({PassportState.FACILITY_SIGNED, PassportState.EXPIRING})
# Each facility signature's seal is looked at, and what bears no right one is verified. Of the sealed ones one in so
# many, chosen by chance, is verified again: a seal says what this house once saw. Divides 256.
VERIFY_ONE_IN = 16


def unfit(sealed: Sequence[Draft], standings: dict[UUID, rows.Standing], key: SigningKey) -> dict[UUID, str]:
    """Give why a signed draft must not be issued, by its id: what was true when it was drawn is asked again.

    TAKEN says that somebody else has dealt with its intent. Raises FacilityRootMissing where their root does not
    lie here.
    """
    if not rows.hold_key(key.id):
        return {draft.id: "OTHER_KEY" for draft in sealed}
    whys: dict[UUID, str] = {}
    for draft in sealed:
        held = standings.get(draft.person_id)
        if held is None or held.intent_id != draft.id:
            whys[draft.id] = "TAKEN"
        elif held.content != draft.content or held.state not in _SIGNABLE:
            whys[draft.id] = "CHANGED"
    return whys | _changed_or_unsigned([draft for draft in sealed if draft.id not in whys])


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the facilities signed of the doses of one batch, and what decides about each signature."""

    rows: Mapping[tuple[UUID, UUID], tuple[Proof, bytes | None]]
    keys: Mapping[bytes, BelievedKey]
    revoked: Mapping[bytes, dt.datetime]
    fields: Mapping[UUID, bytes]  # by person: the keyed hash of the four fields as they are now
    chances: Iterator[int]  # an octet for each signature, asked of the system at once


def _changed_or_unsigned(drafts: Sequence[Draft]) -> dict[UUID, str]:
    holders = holders_of([draft.person_id for draft in drafts])
    profiles = [profile for holder in holders.values() for profile in holder.profile_ids]
    marks, held = dict[UUID, tuple[UUID, int, str]](), Counter[UUID]()
    for dose_id, profile_id, version, state in marks_of(profiles):
        marks[dose_id] = (profile_id, version, state)
        held[profile_id] += 1
    signed, whys = _signed(profiles, holders), dict[UUID, str]()
    for draft in drafts:
        known, holder = draft.facts, holders.get(draft.person_id)
        if known is None or holder != known.holder:
            whys[draft.id] = "CHANGED"
            continue
        doses = known.record.doses
        same = all(marks.get(dose.id) == (dose.profile_id, dose.version, dose.state) for dose in doses)
        if not same or len(doses) != sum(held[profile] for profile in holder.profile_ids):
            whys[draft.id] = "CHANGED"
            continue
        counted = {row.dose.id for row in known.record.course.counted}
        resting = [dose for dose in doses if dose.id in counted]
        if why := next(filter(None, (_unsigned(signed, dose, holder.person_id) for dose in resting)), ""):
            whys[draft.id] = why
    return whys


def _signed(profiles: Sequence[UUID], holders: Mapping[UUID, Holder]) -> _Signed:
    found = rows.signatures_of(profiles)
    kids = {proof.kid for proof, _ in found.values()}
    keys = believed_keys(kids)
    if found:
        need_roots(kids - keys.keys())
    return _Signed(
        found,
        keys,
        rows.revoked_facility_keys(),
        fields_now(holders),
        iter(os.urandom(len(found))),
    )


def _by_chance(chances: Iterator[int]) -> bool:
    return next(chances) % VERIFY_ONE_IN == 0


def _unsigned(signed: _Signed, dose: DoseView, person: UUID) -> str:
    """Give why a dose does not bear its facility's signature, as it and its person are now; empty where it does.

    DOSE_NOT_SIGNED is mended by the refresh; a code of FORGED says that somebody wrote that row past this house.
    """
    proof, seal = signed.rows.get((dose.profile_id, dose.id), (None, None))
    if proof is None or proof.version != dose.version:
        return "DOSE_NOT_SIGNED"
    since, key = signed.revoked.get(proof.kid), signed.keys.get(proof.kid)
    if since is not None and proof.moment >= since:
        return "DOSE_NOT_SIGNED"
    if why := fault_of(proof, key, verify=not is_sealed(proof, seal) or _by_chance(signed.chances)):
        return why
    same = proof.statement == statement_of(dose, proof.facility_id, signed.fields[person], proof.stated)
    return "" if same else "DOSE_NOT_SIGNED"
