"""What the clock triggers in cases."""

from tiemchung.cases.actions.bulk import run_bulks
from tiemchung.cases.actions.drafting import drop_expired_drafts
from tiemchung.cases.actions.ticking import sound_alarms
from tiemchung.cases.evidence import tasks as evidence
from tiemchung.core.worker import Loop

LOOPS = [
    Loop("cases.sound_alarms", sound_alarms, every=5.0),
    Loop("cases.run_bulks", run_bulks, every=2.0),
    Loop("cases.drop_drafts", drop_expired_drafts, every=60.0),
    *evidence.LOOPS,
]
