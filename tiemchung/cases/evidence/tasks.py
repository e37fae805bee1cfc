"""What the clock triggers for evidence: reading papers, scanning what waits, sweeping files that nobody owns."""

import datetime as dt
from itertools import batched

from tiemchung.cases.evidence.malware import scanner
from tiemchung.cases.evidence.reading import read_any_way_up, reader
from tiemchung.cases.evidence.slip import Proposals
from tiemchung.cases.evidence.store import SLICES, evidence_store
from tiemchung.cases.evidence.views import sealed_proposals
from tiemchung.cases.models import Evidence
from tiemchung.cases.ports import ReadingPort
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.sealing import SealBroken
from tiemchung.core.worker import Loop

_AT_ONCE = 5
# Longer than any request lives: a younger file may belong to a row that is about to be committed.
_ORPHAN_AGE = 6 * 3600.0
_SWEEP_EVERY = 300.0


def read_pending(at: dt.datetime, port: ReadingPort | None = None) -> int:
    """Read some clean pages that nobody has read and keep what they seem to say, sealed; give how many were read.

    Without a reader on this machine the pages wait for one. A page that cannot be read is not tried again.
    """
    port = port or reader()
    if port is None:
        return 0
    waiting = _waiting(Evidence.State.CLEAN)
    for row in waiting:
        proposals = _read(port, row, at)
        sealed = None if proposals is None else sealed_proposals(row.id, proposals)
        Evidence.objects.filter(case_id=row.case_id, id=row.id).update(sealed_reading=sealed, read_at=at)
    return len(waiting)


def _read(port: ReadingPort, row: Evidence, at: dt.datetime) -> Proposals | None:
    try:
        return read_any_way_up(port, evidence_store().get(row.id), latest=local(at).date())
    except (OSError, KeyError, SealBroken):
        return None


def scan_pending(at: dt.datetime) -> int:
    """Ask the scanner about pages that waited for it; give how many it judged.

    An operator who has taken the scanner away releases them.
    """
    scan, judged = scanner(), 0
    for row in _waiting(Evidence.State.PENDING):
        try:
            infected = scan is not None and scan.infected(evidence_store().get(row.id))
        except OSError:
            return 0  # not to be asked at once again
        except (KeyError, SealBroken):
            infected = True  # a page without its bytes is never shown
        state = Evidence.State.INFECTED if infected else Evidence.State.CLEAN
        waiting = Evidence.objects.filter(case_id=row.case_id, id=row.id, state=Evidence.State.PENDING)
        judged += waiting.update(state=state)
    return judged


def _waiting(state: Evidence.State) -> list[Evidence]:
    with allow_cross_shard("what waits lies with many cases; a partial index of each shard answers"):
        rows = Evidence.objects.filter(read_at__isnull=True, state=state).order_by("added_at")
        return list(rows[:_AT_ONCE])


def sweep_orphans(at: dt.datetime) -> int:
    """Drop the files in one part of the store that no row owns; in a day each part has its turn.

    Gives 0, so that the next part waits for its time.
    """
    store = evidence_store()
    part = int(at.timestamp() // _SWEEP_EVERY) % SLICES
    for ids in batched(store.older_than(_ORPHAN_AGE, part), 500):
        with allow_cross_shard("a file knows its own id and not its case's"):
            owned = set(Evidence.objects.filter(id__in=ids).values_list("id", flat=True))
        for evidence_id in set(ids) - owned:
            store.drop(evidence_id)
    return 0


LOOPS = [
    Loop("cases.read_evidence", read_pending, every=2.0),
    Loop("cases.scan_evidence", scan_pending, every=15.0),
    Loop("cases.sweep_evidence", sweep_orphans, every=_SWEEP_EVERY),
]
