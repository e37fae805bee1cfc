"""The last look before a certificate is written down: under its passport's lock, does everything still hold?"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from tiemchung.certificates import issuing_rows as rows
from tiemchung.certificates.issuing import Draft
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.models import FacilityKey, SigningKey
from tiemchung.certificates.rules import PassportState
from tiemchung.doses.reads import marks_of
from tiemchung.people.reads import holders_of

_SIGNABLE = frozenset({PassportState.FACILITY_SIGNED, PassportState.EXPIRING})
# Of the facilities' signatures one in sixteen is verified here again, chosen by chance: all of them would cost more
# than everything else here together. The watch verifies every one each night.
VERIFY_ONE_IN = 16
FORGED = "FORGED"  # a row says that a facility signed, and its key did not


def unfit(sealed: Sequence[Draft], standings: dict[UUID, rows.Standing], key: SigningKey) -> dict[UUID, str]:
    """Give why a signed draft must not be issued, by its id: what was true when it was drawn is asked again.

    TAKEN says that somebody else has dealt with its intent.
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


def _changed_or_unsigned(drafts: Sequence[Draft]) -> dict[UUID, str]:
    holders = holders_of([draft.person_id for draft in drafts])
    profiles = [profile for holder in holders.values() for profile in holder.profile_ids]
    marks, held = dict[UUID, tuple[UUID, int, str]](), Counter[UUID]()
    for dose_id, profile_id, version, state in marks_of(profiles):
        marks[dose_id] = (profile_id, version, state)
        held[profile_id] += 1
    revoked = rows.revoked_facility_keys()
    signatures, whys = rows.signatures_of(profiles, revoked), dict[UUID, str]()
    resting: list[tuple[Draft, UUID, UUID]] = []
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
        for dose in doses:
            if dose.id in counted:
                signed = signatures.get(dose.id)
                if signed is None or signed.version != dose.version or _fallen(signed, revoked):
                    whys[draft.id] = "DOSE_NOT_SIGNED"
                resting.append((draft, dose.profile_id, dose.id))
    return whys | _forged([one for one in _by_chance(resting) if one[0].id not in whys])


def _by_chance[T](items: Sequence[T]) -> list[T]:
    """Give each item with a chance of one in `VERIFY_ONE_IN`, which divides 256."""
    return [item for item, chance in zip(items, os.urandom(len(items)), strict=True) if not chance % VERIFY_ONE_IN]


def _fallen(signed: rows.DoseSigned, revoked: dict[bytes, dt.datetime]) -> bool:
    since = revoked.get(signed.kid)
    return since is not None and signed.signed_at is not None and signed.signed_at >= since


def _forged(checked: Sequence[tuple[Draft, UUID, UUID]]) -> dict[UUID, str]:
    """Give the drafts that rest on a signature (profile id, dose id) which its facility's key did not make."""
    if not checked:
        return {}
    proofs = {proof.dose_id: proof for proof in rows.proofs_of([(profile, dose) for _, profile, dose in checked])}
    kids = {proof.kid for proof in proofs.values()}
    keys = FacilityKey.objects.filter(kid__in=kids).values_list("kid", "certificate")
    certificates = {bytes(kid): bytes(certificate) for kid, certificate in keys}
    whys = {}
    for draft, _, dose in checked:
        proof = proofs.get(dose)
        if proof is None:  # it fell since we asked
            whys[draft.id] = "DOSE_NOT_SIGNED"
        elif not verifies(certificates.get(proof.kid, b""), proof.statement, proof.signature):
            whys[draft.id] = FORGED
    return whys
