"""Who may sign a facility's doses, and what a key store's failure means for a run. Pure."""

import datetime as dt
from uuid import UUID

from tiemchung.certificates.rules.states import RunState
from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import YES, Verdict, refuse

# Nobody's patience mends these: a person has to put the key or its PIN right, and then allows a new run.
_ENDS_A_RUN = frozenset({"WRONG_PIN", "KEY_MISSING", "NO_FACILITY_KEY", "SIGNATURE_WRONG"})
# What one visit of the signer's own certificate takes: the statements are read by the person's own computer.
MOST_BY_AGENT = 200
# From handing statements out to their signatures: the person reads them and types the password of their key. A stolen
# key can state no moment further back than this, and one given up meanwhile is asked for anew.
HANDED_OUT_FOR = dt.timedelta(minutes=15)


def may_sign_at(by: Actor, facility_id: UUID) -> Verdict:
    """Say whether this actor may sign this facility's doses: its own lead alone (whoever enters a dose signs it)."""
    if by.role is Role.FACILITY_LEAD and by.facility_id == facility_id:
        return YES
    return refuse("NOT_YOUR_PLACE")


def may_start_run(by: Actor, facility_id: UUID, *, ready: int, has_key: bool, has_open_run: bool) -> Verdict:
    """Say whether a run may begin: of one's own doses, with a key, where something is ready and none is under way."""
    may = may_sign_at(by, facility_id)
    if not may:
        return may
    if not has_key:
        return refuse("NO_FACILITY_KEY")
    if has_open_run:
        return refuse("RUN_OPEN")
    return YES if ready else refuse("NOTHING_TO_SIGN")


def may_state(signed_at: dt.datetime, at: dt.datetime) -> Verdict:
    """Say whether a signature that comes now may state this moment: the one of its handing out, a short while ago."""
    return YES if at - HANDED_OUT_FOR <= signed_at <= at else refuse("STATEMENTS_OLD")


def run_after_failure(code: str) -> RunState:
    """Give what becomes of a run whose key did not sign: it waits for the store, or a person has to see to it."""
    return RunState.STOPPED if code in _ENDS_A_RUN else RunState.PAUSED
