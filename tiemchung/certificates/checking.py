"""The last look before a certificate is written down: under its passport's lock, does everything still hold?"""

import datetime as dt
import random
from collections.abc import Sequence
from uuid import UUID

from tiemchung.certificates import issuing_rows as rows
from tiemchung.certificates.issuing import Draft
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.models import FacilityKey, SigningKey
from tiemchung.certificates.rules import PassportState
from tiemchung.doses.reads import doses_of, in_order
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import holders_of

_SIGNABLE = frozenset({PassportState.FACILITY_SIGNED, PassportState.EXPIRING})
# Of the facilities' signatures one in sixteen is verified here again, chosen by chance: all of them would cost more
# than everything else here together. The watch verifies every one each night.
VERIFY_ONE_IN = 16
FORGED = "FORGED"  # a row says that a facility signed, and its key did not
_CHANCE = random.SystemRandom()


def unfit(
    sealed: Sequence[Draft], standings: dict[UUID, rows.Standing], key: SigningKey, *, anyhow: bool
) -> dict[UUID, str]:
    """Give why a signed draft must not be issued, by its id: what was true when it was drawn is asked again.

    TAKEN says that somebody else has dealt with its intent. `anyhow` lets a passport through that was taken away.
    """
    if not SigningKey.objects.filter(id=key.id, compromised_since=None, retired_at=None).exists():
        return {draft.id: "OTHER_KEY" for draft in sealed}
    whys: dict[UUID, str] = {}
    for draft in sealed:
        held = standings.get(draft.person_id)
        if held is None or held.intent_id != draft.id:
            whys[draft.id] = "TAKEN"
        elif held.content != draft.content or not (anyhow or held.state in _SIGNABLE):
            whys[draft.id] = "CHANGED"
    return whys | _changed_or_unsigned([draft for draft in sealed if draft.id not in whys])


def _changed_or_unsigned(drafts: Sequence[Draft]) -> dict[UUID, str]:
    holders = holders_of([draft.person_id for draft in drafts])
    profiles = [profile for holder in holders.values() for profile in holder.profile_ids]
    under: dict[UUID, list[DoseView]] = {profile: [] for profile in profiles}
    for one in doses_of(profiles):
        under[one.profile_id].append(one)
    signatures, revoked, whys = rows.signatures_of(profiles), rows.revoked_facility_keys(), {}
    checked: list[tuple[Draft, rows.DoseSigned]] = []
    for draft in drafts:
        known, holder = draft.facts, holders.get(draft.person_id)
        if known is None or holder != known.holder:
            whys[draft.id] = "CHANGED"
            continue
        if in_order(one for profile in holder.profile_ids for one in under[profile]) != known.record.doses:
            whys[draft.id] = "CHANGED"
            continue
        versions = {dose.id: dose.version for dose in known.record.doses}
        for row in known.record.course.counted:
            signed = signatures.get(row.dose.id)
            if signed is None or signed.version != versions[row.dose.id] or _fallen(signed, revoked):
                whys[draft.id] = "DOSE_NOT_SIGNED"
            elif _CHANCE.randrange(VERIFY_ONE_IN) == 0:
                checked.append((draft, signed))
    return whys | _forged(checked)


def _fallen(signed: rows.DoseSigned, revoked: dict[bytes, dt.datetime]) -> bool:
    since = revoked.get(signed.kid)
    return since is not None and signed.signed_at >= since


def _forged(checked: Sequence[tuple[Draft, rows.DoseSigned]]) -> dict[UUID, str]:
    """Give the drafts that rest on a signature which its facility's key did not make."""
    if not checked:
        return {}
    kids = {signed.kid for _, signed in checked}
    keys = FacilityKey.objects.filter(kid__in=kids).values_list("kid", "certificate")
    certificates = {bytes(kid): bytes(certificate) for kid, certificate in keys}
    return {
        draft.id: FORGED
        for draft, signed in checked
        if not verifies(certificates.get(signed.kid, b""), signed.statement, signed.signature)
    }
