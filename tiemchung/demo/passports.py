"""Passports on every step: some of the cast have theirs, some wait for the centre or a facility, most lack something.

What the worker does of itself is left to it: the crowd's identities are asked about and their doses come up for
signature while the demonstration runs.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.certificates import actions as certificates
from tiemchung.certificates.actions.central_signing import start_central_run, work_central_batch
from tiemchung.core.actor import Actor
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused
from tiemchung.demo.stage import Stage

_LEAD, _MINISTRY = "lanh", "yen"
# Signed by their facility after the centre's run: they wait for its next one.
_LATER = ("lan",)


def sign_passports(stage: Stage, played: dict[str, UUID], *, at: dt.datetime) -> None:
    """Let Bến Nghé sign and the centre issue for the cast, once; the other facilities have signed nothing yet."""
    once("demo:passports", "demo.passports", {}, at, lambda: _sign(stage, played, at))


def _sign(stage: Stage, played: dict[str, UUID], at: dt.datetime) -> dict[str, Any]:
    lead, officer = stage.staff[_LEAD], stage.staff[_MINISTRY]
    early, late = at - dt.timedelta(hours=20), at - dt.timedelta(hours=2)
    certificates.make_facility_keys(facility_ids={site.id for site in stage.sites.values()}, at=early)
    first = [person_id for key, person_id in played.items() if key not in _LATER]
    _facility_signs(lead, first, early)
    run_id = start_central_run(by=officer, at=early + dt.timedelta(hours=1), standing=False)
    while work_central_batch(run_id, early + dt.timedelta(hours=1)):
        pass
    _facility_signs(lead, [played[key] for key in _LATER if key in played], late)
    return {}


def _facility_signs(lead: Actor, person_ids: list[UUID], at: dt.datetime) -> None:
    certificates.refresh_passports(person_ids=person_ids, at=at)
    if lead.facility_id is None:
        return
    try:
        run_id = certificates.start_facility_run(by=lead, at=at, facility_id=lead.facility_id)
    except Refused:  # the register knew none of them: there is nothing to sign
        return
    while certificates.work_facility_batch(run_id, at + dt.timedelta(minutes=5)):
        pass
