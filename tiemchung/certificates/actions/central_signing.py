"""Runs of the centre's signature: who allowed one, how far it is, and the next batch of it."""

import datetime as dt
import time
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from tiemchung.certificates.actions.central_batch import BATCH, Worked, sign_batch
from tiemchung.certificates.actions.keys import central_key
from tiemchung.certificates.actions.passports import refresh_passports
from tiemchung.certificates.models import Certificate, Passport, SignRun
from tiemchung.certificates.passport_batch import lock_passports, taken_away
from tiemchung.certificates.ports import WrongPin
from tiemchung.certificates.rules import (
    PASSPORT_TRANSITIONS,
    RUN_MOVES,
    CertificateState,
    KeyPurpose,
    PassportState,
    PassportStep,
    RunKind,
    RunState,
    may_sign_centrally,
)
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.audit import write_line
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import refuse
from tiemchung.people.reads import holders_of

# One allowance signs what is ready and what becomes ready for a day, so that a passport comes within hours.
ALLOWANCE = dt.timedelta(hours=24)
# A run that the key store stopped is tried again after so long; by then what it left is taken up first.
TRY_AGAIN = dt.timedelta(seconds=70)
# Tokens lock after a few wrong PINs, and a signature that does not verify is nothing that time heals.
NOT_BY_ITSELF = frozenset({"ASKED", WrongPin.code, "SIGNATURE_WRONG"})
_OPEN = (RunState.RUNNING, RunState.PAUSED)
_ACTIONS = {
    RunState.PAUSED: "pause_central_run",
    RunState.RUNNING: "resume_central_run",
    RunState.STOPPED: "stop_central_run",
}
_RUNS = 0x5369676E52756E00  # names the beginning of runs among this database's advisory locks


def start_central_run(*, by: Actor, at: dt.datetime, standing: bool = True) -> UUID:
    """Allow the centre's signature under everything that is ready, with `standing` for a day; give the run.

    The caller has asked the officer's second factor again. While a run is open that one is given back: nothing is
    signed faster by allowing it twice. Raises Refused for anybody but an officer of the ministry, and KeyStoreError.
    """
    may_sign_centrally(by).or_raise()
    with transaction.atomic():
        _lock_runs()
        running = _open_runs().exclude(allowed_by=None).first()
        return running.id if running else _begun(by, at, standing=standing)


def allow_reissuing(*, by: Actor, at: dt.datetime) -> UUID:
    """Allow the centre's signature under what a compromised key had signed: the two who gave up the key allow it.

    Called by the work of their order alone.
    """
    with transaction.atomic():
        _lock_runs()
        running = _open_runs().exclude(allowed_by=None).first()
        return running.id if running else _begun(by, at, standing=True)


def start_renewal_run(*, at: dt.datetime) -> UUID:
    """Let the centre's signature be given again to what it stood under before: no officer is asked for that.

    What is renewed states the same as what two signatures were given for; see docs/how-to/central-signing.md.
    """
    with transaction.atomic():
        _lock_runs()
        running = _open_runs().filter(allowed_by=None).first()
        return running.id if running else _begun(SYSTEM, at, standing=False)


def move_central_run(*, run_id: UUID, to: RunState, by: Actor, at: dt.datetime) -> None:
    """Pause a run, let it go on or end it for good; what is being signed is finished. Raises Refused."""
    may_sign_centrally(by).or_raise()
    with transaction.atomic():
        run = SignRun.objects.select_for_update().filter(id=run_id, kind=RunKind.CENTRAL).first()
        if run is None or (RunState(run.state), to) not in RUN_MOVES:
            refuse("RUN_STEP").or_raise()
            return
        run.state, run.why = to, "" if to is RunState.RUNNING else "ASKED"
        run.ended_at = at if to is RunState.STOPPED else None
        run.save(update_fields=["state", "why", "ended_at"])
        write_line(by=by, at=at, action=_ACTIONS[to], subject_id=run_id)


def work_central_batch(run_id: UUID, at: dt.datetime, *, limit: int = BATCH) -> int:
    """Sign one batch of a run; give how many certificates were issued.

    Several processes may work one run. A key store that fails pauses it with its code.
    """
    run = SignRun.objects.filter(id=run_id, kind=RunKind.CENTRAL, state=RunState.RUNNING).first()
    if run is None:
        return 0
    begun = time.monotonic()
    worked = sign_batch(at=at, limit=limit, renewals=run.allowed_by is None)
    _note_worked(run, worked, time.monotonic() - begun, at)
    return worked.issued


def work_central_runs(at: dt.datetime) -> int:
    """Work one batch of every open run, trying again what a key store stopped; give how many were issued."""
    _open_runs().filter(state=RunState.PAUSED, moved_at__lte=at - TRY_AGAIN).exclude(why__in=NOT_BY_ITSELF).update(
        state=RunState.RUNNING, why=""
    )
    runs = _open_runs().filter(state=RunState.RUNNING).values_list("id", flat=True)
    return sum(work_central_batch(run_id, at) for run_id in runs)


def reissue_passport(*, person_id: UUID, by: Actor, at: dt.datetime, because: str) -> Worked:
    """Give back a passport that was taken away, with a new certificate at once; an officer of the ministry decides.

    The way is that of every other: nothing is issued that does not follow from signed doses. Where it cannot be issued
    now it is on its way again, and the standing run issues it when its doses are signed and the key store answers.
    Raises Refused.
    """
    may_sign_centrally(by).or_raise()
    if len(because.strip()) < 10:
        refuse("REASON_MISSING").or_raise()
    with transaction.atomic():
        known = lock_passports({person_id, *_profiles_of(person_id)})
        if not taken_away(known.get(person_id)):
            refuse("PASSPORT_NOT_REVOKED").or_raise()
        # Those who were joined into this person too: else the next change of theirs would take it away again.
        back = Passport.objects.filter(person_id__in=[one for one, held in known.items() if taken_away(held)])
        back.update(state=PASSPORT_TRANSITIONS[PassportState.REVOKED, PassportStep.GIVE_BACK], since=at, changed_at=at)
        write_line(by=by, at=at, action="reissue_passport", subject_id=person_id, because=because)
        states = refresh_passports(person_ids=known, at=at, by=by)
    if states[person_id] is not PassportState.FACILITY_SIGNED:
        return Worked(refused=1)
    return sign_batch(at=at, persons=[person_id], by=by)


def _profiles_of(person_id: UUID) -> tuple[UUID, ...]:
    holder = holders_of([person_id]).get(person_id)
    return holder.profile_ids if holder else ()


def count_ready() -> int:
    """Give how many passports wait for the centre's signature."""
    with allow_cross_shard("the centre asks how much waits on every node"):
        return Passport.objects.filter(state=PassportState.FACILITY_SIGNED).count()


def _begun(by: Actor, at: dt.datetime, *, standing: bool) -> UUID:
    key = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
    run = SignRun(
        kind=RunKind.CENTRAL,
        state=RunState.RUNNING,
        kid=key.kid,
        allowed_by=by.id,
        allowed_name=by.name,
        allowed_trace=by.trace,
        allowed_at=at,
        moved_at=at,
        total=count_ready() if by.id else 0,
        standing=standing,
    )
    run.save(force_insert=True)
    write_line(by=by, at=at, action="start_central_run", subject_id=run.id, facts={"ready": run.total})
    return run.id


def _note_worked(run: SignRun, worked: Worked, seconds: float, at: dt.datetime) -> None:
    mine, moved = SignRun.objects.filter(id=run.id), bool(worked.issued or worked.refused)
    if moved:
        counts = {"done": F("done") + worked.issued, "refused": F("refused") + worked.refused}
        mine.update(**counts, worked=F("worked") + seconds, moved_at=at)
    if worked.why:
        mine.filter(state=RunState.RUNNING).update(state=RunState.PAUSED, why=worked.why, moved_at=at)
    elif not moved and not _goes_on(run, at):
        mine.filter(state=RunState.RUNNING).update(state=RunState.DONE, ended_at=at)


def _goes_on(run: SignRun, at: dt.datetime) -> bool:
    """Tell whether an idle run stays open: its day is not over, or a dead worker's intents are still to be taken up."""
    if run.standing and run.allowed_at + ALLOWANCE > at:
        return True
    with allow_cross_shard("intents of every node"):
        return Certificate.objects.filter(state=CertificateState.INTENT).exists()


def _open_runs():  # type: ignore[no-untyped-def]
    return SignRun.objects.filter(kind=RunKind.CENTRAL, state__in=_OPEN)


def _lock_runs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RUNS])
