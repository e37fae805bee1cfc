"""Who may give the centre's signature and take it back, and how a signing run stands. Pure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.certificates.rules.states import OrderTarget, RunState
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse

# From the factor to the deed that it is for: as long as a page keeps a passkey that was shown on it.
PROOF_LASTS = dt.timedelta(minutes=2)
_AREA_REVOKERS = frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})
# What may be done to a run by hand: (before, after).
RUN_MOVES = frozenset(
    {
        (RunState.RUNNING, RunState.PAUSED),
        (RunState.PAUSED, RunState.RUNNING),
        (RunState.RUNNING, RunState.STOPPED),
        (RunState.PAUSED, RunState.STOPPED),
    }
)


class Factor(StrEnum):
    """The second factors that count for a deed: a code can be read out over the telephone, a passkey cannot."""

    CODE = "CODE"
    PASSKEY = "PASSKEY"


@dataclass(frozen=True, slots=True)
class FactorProof:
    """The second factor that somebody gave anew for one deed, and when."""

    how: Factor
    at: dt.datetime


def may_sign_centrally(by: Actor) -> Verdict:
    """Say whether the actor may allow the centre's signature: a named officer of the ministry (QĐ 5772, step 3)."""
    named = by.kind is Kind.STAFF and by.id is not None
    return YES if named and by.role is Role.MINISTRY_OFFICER else refuse("CENTRE_ONLY")


def may_ask_revocation(
    by: Actor, target: OrderTarget, *, facility_id: UUID | None = None, area_ids: frozenset[UUID] = frozenset()
) -> Verdict:
    """Say whether the actor may ask for a revocation; `facility_id` and `area_ids` are where its target stands.

    A certificate: officers of the province and the ministry in whose areas its holder was vaccinated. A facility's
    key: its lead, and the same officers. A central key: the ministry and the administrators of the system.
    """
    if by.kind is not Kind.STAFF or by.id is None:
        return refuse("REVOCATION_NOT_YOURS")
    if target is OrderTarget.CENTRAL_KEY:
        return YES if by.role in {Role.MINISTRY_OFFICER, Role.ADMIN} else refuse("REVOCATION_NOT_YOURS")
    if by.role in _AREA_REVOKERS and (by.everywhere or not area_ids.isdisjoint(by.area_ids)):
        return YES
    lead = target is OrderTarget.FACILITY_KEY and by.role is Role.FACILITY_LEAD
    return (
        YES if lead and by.facility_id is not None and by.facility_id == facility_id else refuse("REVOCATION_NOT_YOURS")
    )


def may_decide_revocation(by: Actor, target: OrderTarget, asked_by: UUID | None) -> Verdict:
    """Say whether the actor may decide an order that waits; whoever asked may not be the second person.

    A facility's key is decided at the ministry, a central key by the ministry or an administrator.
    """
    deciders = {Role.MINISTRY_OFFICER, Role.ADMIN} if target is OrderTarget.CENTRAL_KEY else {Role.MINISTRY_OFFICER}
    if by.kind is not Kind.STAFF or by.id is None or by.role not in deciders:
        return refuse("REVOCATION_NOT_YOURS")
    return refuse("SECOND_PERSON_NEEDED") if by.id == asked_by else YES


def needs_passkey(target: OrderTarget, *, has_passkey: bool) -> bool:
    """Tell whether an order is decided by a passkey alone: a central key always (threat M28), else by who has one."""
    return target is OrderTarget.CENTRAL_KEY or has_passkey


def factor_suffices(
    target: OrderTarget, proof: FactorProof | None, *, agree: bool, has_passkey: bool, at: dt.datetime
) -> Verdict:
    """Say whether this proof is enough to decide an order at this moment: FACTOR_NEEDED or PASSKEY_NEEDED, if not.

    A passkey guards what ends certificates: who refuses an order needs none.
    """
    if proof is None or not dt.timedelta(0) <= at - proof.at <= PROOF_LASTS:
        return refuse("FACTOR_NEEDED")
    weak = agree and needs_passkey(target, has_passkey=has_passkey) and proof.how is not Factor.PASSKEY
    return refuse("PASSKEY_NEEDED") if weak else YES


def takes_two(target: OrderTarget) -> bool:
    """Tell whether an order waits for a second person; one certificate is taken back by one officer at once."""
    return target is not OrderTarget.CERTIFICATE
