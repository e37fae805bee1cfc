"""Passports on every step: some of the cast have theirs, some wait for the centre or a facility, most lack something.

Four of them have had one for long (`past_passports.py`): it is about to end, was renewed, or was taken away.
What the worker does of itself is left to it: the crowd's identities are asked about and their doses come up for
signature while the demonstration runs.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from tiemchung.certificates import actions as certificates
from tiemchung.core.once import once
from tiemchung.demo.past_passports import centre_signs, facility_signs, live_the_past
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
    live_the_past(stage, played, at=at)
    certificates.make_facility_keys(facility_ids={site.id for site in stage.sites.values()}, at=early)
    first = [person_id for key, person_id in played.items() if key not in _LATER]
    facility_signs(lead, first, early)
    centre_signs(officer, early + dt.timedelta(hours=1))
    facility_signs(lead, [played[key] for key in _LATER if key in played], late)
    return {}
