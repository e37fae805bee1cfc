"""The facilities' signature: who allows a run, one batch of it, and the signer who holds the key in their own hands.

A batch is read and signed outside any transaction, so that a slow key store holds no lock, and written in one. A
worker that dies in between has written nothing: the next one signs the same doses again, and each counts once.
"""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.facility_batch import (
    BATCH,
    Ready,
    Signed,
    Signing,
    Written,
    count_to_sign,
    postpone,
    ready_doses,
    write_signed,
)
from tiemchung.certificates.facility_trust import is_believed
from tiemchung.certificates.keys.stores import signer_of, verifies
from tiemchung.certificates.models import SignRun
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads.keys import FacilityKeyView, agent_key_of, facility_key_of
from tiemchung.certificates.rules import RunKind, RunState
from tiemchung.certificates.rules.facility import (
    MOST_BY_AGENT,
    may_sign_at,
    may_start_run,
    may_state,
    run_after_failure,
)
from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.audit import write_line
from tiemchung.core.collecting import uncollected
from tiemchung.core.ids import new_id
from tiemchung.core.keyed import keyed_statements
from tiemchung.core.verdict import Refused, refuse

OPEN = (RunState.RUNNING, RunState.PAUSED)
_A_MOMENT = dt.timedelta(microseconds=1)  # what is put off must lie behind the allowance


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """What one batch did."""

    signed: int
    refused: int = 0
    why: str = ""

    @property
    def seen(self) -> int:
        """Give how many doses were dealt with."""
        return self.signed + self.refused


@dataclass(frozen=True, slots=True)
class ToSign:
    """One statement for a signer's own key; its SHA-256 is what the key signs."""

    dose_id: UUID
    statement: bytes


def start_facility_run(*, by: Actor, at: dt.datetime, facility_id: UUID) -> UUID:
    """Allow the signature under every dose of the facility that is ready now; give the run that a worker takes up.

    The caller has just asked the second factor again. Raises Refused with NOT_YOUR_PLACE, NO_FACILITY_KEY, RUN_OPEN or
    NOTHING_TO_SIGN.
    """
    may_sign_at(by, facility_id).or_raise()
    with transaction.atomic():
        _lock_facility(facility_id)
        key, ready = facility_key_of(facility_id, at), count_to_sign(facility_id, at)
        running = open_run_of(facility_id) is not None
        verdict = may_start_run(by, facility_id, ready=ready, has_key=key is not None, has_open_run=running)
        verdict.or_raise()
        assert key is not None
        return _new_run(by, at, key, total=ready, state=RunState.RUNNING)


def open_run_of(facility_id: UUID) -> SignRun | None:
    """Give the facility's run that is under way or waits, if there is one."""
    return SignRun.objects.filter(kind=RunKind.FACILITY, facility_id=facility_id, state__in=OPEN).first()


def stop_facility_run(*, by: Actor, at: dt.datetime, run_id: UUID) -> None:
    """End a run for good; what is signed stays signed, the rest waits for a new allowance. Raises Refused."""
    with transaction.atomic():
        run = SignRun.objects.select_for_update().filter(id=run_id, kind=RunKind.FACILITY).first()
        if run is None or run.facility_id is None:
            raise Refused(refuse("NOT_YOUR_PLACE"))
        may_sign_at(by, run.facility_id).or_raise()
        if run.state in OPEN:
            run.state, run.ended_at, run.why = RunState.STOPPED, at, "ASKED"
            run.save(update_fields=["state", "ended_at", "why"])
            write_line(by=by, at=at, action="stop_facility_run", subject_id=run.id)


def work_facility_batch(run_id: UUID, at: dt.datetime, *, limit: int = BATCH) -> int:
    """Sign one batch of a run; give how many doses were dealt with, 0 where it is over or its key store does not sign.

    A store that is gone or slow pauses the run with its code, and each turn tries again; a wrong PIN, a missing key or
    a signature that does not verify stops it. Nothing is written of a batch that failed.
    """
    run = SignRun.objects.filter(id=run_id, kind=RunKind.FACILITY, state__in=OPEN).first()
    if run is None or run.facility_id is None:
        return 0
    begun = time.monotonic()
    key = facility_key_of(run.facility_id, at)
    with uncollected():
        good = key is not None and is_believed(key.kid)
        done = _work(run, key, at, limit) if key and good else SignedBatch(0, why="NO_FACILITY_KEY")
    _note(run, done, time.monotonic() - begun, at)
    return done.seen


def statements_to_sign(*, by: Actor, at: dt.datetime, facility_id: UUID, limit: int = MOST_BY_AGENT) -> list[ToSign]:
    """Give what a signer's own key has to sign next, at most `limit`; raises Refused for whoever has no such key.

    The moment of signing that they state is `at`: `accept_signatures` must be given the same one.
    """
    _own_key(by, at, facility_id)
    found = ready_doses(facility_id, at, limit, signed_at=at)
    _pass_over(facility_id, [r for r in found if r.stale], at + _A_MOMENT)
    return [ToSign(r.item.dose_id, r.statement) for r in found if not r.stale]


def accept_signatures(
    *, by: Actor, at: dt.datetime, signed_at: dt.datetime, facility_id: UUID, signatures: Mapping[UUID, bytes]
) -> SignedBatch:
    """Write signatures (64 bytes, r then s) that a signer's own key made of doses of their facility, by dose.

    The statements are made anew from the doses as they are now and from `signed_at`, when they were handed out: a
    signature of anything else does not verify and is refused. Raises Refused for whoever has no such key, and with
    STATEMENTS_OLD where they were handed out longer ago than may be.
    """
    key = _own_key(by, at, facility_id)
    may_state(signed_at, at).or_raise()
    with transaction.atomic():
        found = ready_doses(facility_id, at, MOST_BY_AGENT, signed_at=signed_at)
        ready = [r for r in found if not r.stale]
        named = [(r, signatures[r.item.dose_id]) for r in ready if r.item.dose_id in signatures]
        good = [Signed(r, s) for r, s in named if verifies(key.certificate, r.statement, s)]
        if not good:
            return SignedBatch(0, len(signatures))
        run_id = _new_run(by, at, key, total=len(signatures), state=RunState.DONE)
        written = write_signed(Signing(by, facility_id, key.kid, run_id, signed_at), good, at)
        _refresh_late(written, at)
        done = len(written.dose_ids)
        SignRun.objects.filter(id=run_id).update(done=done, refused=len(signatures) - done, moved_at=at, ended_at=at)
    return SignedBatch(done, len(signatures) - done)


def _work(run: SignRun, key: FacilityKeyView, at: dt.datetime, limit: int) -> SignedBatch:
    assert run.facility_id is not None
    found = ready_doses(run.facility_id, run.allowed_at, limit, signed_at=at)
    ready = [r for r in found if not r.stale]
    try:
        signed = _signed(key, ready)
    except KeyStoreError as problem:
        return SignedBatch(0, why=problem.code)
    if len(signed) < len(ready):
        raise_alarm("SIGNATURE_WRONG", at=at, subject_id=run.facility_id)
        return SignedBatch(0, why="SIGNATURE_WRONG")
    with keyed_statements():
        # The run may have been stopped, or finished by another worker, while this batch was signed.
        if not SignRun.objects.select_for_update().filter(id=run.id, state__in=OPEN).exists():
            return SignedBatch(0)
        written = write_signed(Signing(_signer(run), run.facility_id, key.kid, run.id, at), signed, at)
        _refresh_late(written, at)
        done = written.dose_ids
        count = SignRun.objects.filter(id=run.id)
        count.update(done=F("done") + len(done), refused=F("refused") + len(found) - len(done), kid=key.kid)
    over = [r for r in found if r.item.dose_id not in done]
    _pass_over(run.facility_id, over, max(at, run.allowed_at + _A_MOMENT))
    return SignedBatch(len(done), len(found) - len(done))


def _signed(key: FacilityKeyView, ready: Sequence[Ready]) -> list[Signed]:
    """Sign, and keep what verifies with the key's own certificate."""
    if not ready:
        return []
    signatures = signer_of(key.kid, key.store).sign_many([r.statement for r in ready])
    pairs = zip(ready, signatures, strict=True)
    return [Signed(r, s) for r, s in pairs if verifies(key.certificate, r.statement, s)]


def _pass_over(facility_id: UUID, stale: Sequence[Ready], at: dt.datetime) -> None:
    if stale:
        with transaction.atomic():
            postpone(facility_id, [r.task_id for r in stale], at)
            refresh_passports(person_ids={r.person_id for r in stale}, at=at)


def _refresh_late(written: Written, at: dt.datetime) -> None:
    """Look whole at those who have a certificate in force: it may be the very one that a new one would repeat."""
    if written.late:
        refresh_passports(person_ids=written.late, at=at)


def _note(run: SignRun, done: SignedBatch, seconds: float, at: dt.datetime) -> None:
    """Write how far the run is: at work, waiting for its store, ended by it, or done."""
    mine = SignRun.objects.filter(id=run.id, state__in=OPEN)
    if done.why:
        state = run_after_failure(done.why)
        if state != run.state or done.why != run.why:
            mine.update(state=state, why=done.why, ended_at=at if state is RunState.STOPPED else None)
            write_line(by=_signer(run), at=at, action="halt_facility_run", subject_id=run.id, facts={"why": done.why})
        return
    mine.update(state=RunState.RUNNING, why="", worked=F("worked") + seconds, moved_at=at)
    if not done.seen and mine.update(state=RunState.DONE, ended_at=at):
        run.refresh_from_db()
        told = {"done": run.done, "refused": run.refused}
        write_line(by=_signer(run), at=at, action="end_facility_run", subject_id=run.id, facts=told)


def _signer(run: SignRun) -> Actor:
    """Give who allowed the run: their name stands under each signature."""
    return Actor(
        kind=Kind.STAFF, id=run.allowed_by, role=Role.FACILITY_LEAD, facility_id=run.facility_id,
        name=run.allowed_name, trace=run.allowed_trace,
    )  # fmt: skip


def _own_key(by: Actor, at: dt.datetime, facility_id: UUID) -> FacilityKeyView:
    may_sign_at(by, facility_id).or_raise()
    key = agent_key_of(by.id, facility_id, at) if by.id else None
    if key is None or not is_believed(key.kid):
        raise Refused(refuse("NO_OWN_KEY"))
    return key


def _new_run(by: Actor, at: dt.datetime, key: FacilityKeyView, *, total: int, state: RunState) -> UUID:
    run = SignRun(
        id=new_id(), kind=RunKind.FACILITY, state=state, facility_id=key.facility_id, kid=key.kid, allowed_by=by.id,
        allowed_name=by.name, allowed_trace=by.trace, allowed_at=at, total=total,
    )  # fmt: skip
    run.save(force_insert=True)
    write_line(by=by, at=at, action="start_facility_run", subject_id=run.id, object_id=key.facility_id,
               facts={"ready": total, "store": key.store})  # fmt: skip
    return run.id


def _lock_facility(facility_id: UUID) -> None:
    """Let two people who allow the same at once wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"facility-run:{facility_id}"])
