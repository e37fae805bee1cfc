"""The day at the desk of Bến Nghé: visits since the morning, so that no list is empty; made anew every day."""

import datetime as dt
from typing import Any

from tiemchung.core.clock import local
from tiemchung.core.once import once
from tiemchung.demo.households import Kin, household, rng_of
from tiemchung.demo.people import BEN_NGHE
from tiemchung.demo.stage import Stage, give_dose, put_on_record
from tiemchung.doses.reads import birth_of
from tiemchung.visits.actions import choose_day, defer_visit, finish_observation, inject
from tiemchung.visits.rules import OBSERVATION, Reaction, Screening, VisitState, form_for

VISITS, EVERY = 12, 9  # so many visits, so many minutes apart, the last one just now
_HOUSEHOLDS_A_DAY = 40
_FIRST_HOUSEHOLD = 12_000  # far behind the crowd, and still with phones of its own


def load_day(stage: Stage, *, at: dt.datetime) -> int:
    """Let today's visits at Bến Nghé happen, once a day, and give how many there were."""
    day = local(at).date()
    answer = once(f"demo:day:{day}", "demo.day", {}, at, lambda: _load(stage, day, at))
    return int(answer["visits"])


def _load(stage: Stage, day: dt.date, at: dt.datetime) -> dict[str, Any]:
    lot = stage.shelf["PFIZER", "", "A"]
    choose_day(by=stage.nurse(BEN_NGHE), at=at, product="PFIZER", lot_id=lot.id)
    for n, kin in enumerate(visitors_on(stage, day)):
        _visit(stage, kin, n, day, at)
    return {"visits": VISITS}


def visitors_on(stage: Stage, day: dt.date) -> list[Kin]:
    """Give who comes to Bến Nghé on this day."""
    site = stage.sites[BEN_NGHE]
    found: list[Kin] = []
    number = _FIRST_HOUSEHOLD + day.toordinal() * _HOUSEHOLDS_A_DAY % _FIRST_HOUSEHOLD
    while len(found) < VISITS:
        people = household(number, today=day, region=site.region, province=site.cccd)
        found += [kin for kin in people if (day - kin.birth_date).days > 20 * 366]
        number += 1
    return found[:VISITS]


def _visit(stage: Stage, kin: Kin, n: int, day: dt.date, at: dt.datetime) -> None:
    """One visit: one of three had the first dose a month ago, one of all comes again another day."""
    midnight = local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    came_at = max(midnight, at - dt.timedelta(minutes=EVERY * (VISITS - 1 - n)))
    key, nurse, early = f"day:{day}:{n}", stage.nurse(BEN_NGHE), came_at - dt.timedelta(days=30, minutes=20)
    returning = n % 3 == 0
    profile_id = put_on_record(stage, kin, site=BEN_NGHE, at=early if returning else came_at, key=key)
    if returning:
        give_dose(stage, profile_id, "PFIZER", site=BEN_NGHE, at=early, key=f"{key}:first")
    form = form_for(birth_of(kin.birth_date, kin.birth_precision), day)
    if form is None:
        raise LookupError(f"no screening form for an adult on {day}")
    screening = Screening(form.code, answered=True, consented=True)
    if n == VISITS // 2:
        defer_visit(
            by=nurse, at=came_at, key=f"demo:{key}", profile_id=profile_id, outcome=VisitState.DEFERRED,
            screening=screening, product="PFIZER", because="Đang sốt 38,2 độ, hẹn tiêm lại",
            come_again_on=day + dt.timedelta(days=7),
        )  # fmt: skip
        return
    lot = stage.shelf["PFIZER", "", rng_of(key).choice("AAB")]
    done = inject(
        by=nurse, at=came_at, key=f"demo:{key}", profile_id=profile_id, screening=screening, product="PFIZER",
        lot_id=lot.id,
    )  # fmt: skip
    if came_at + OBSERVATION <= at:
        finish_observation(by=nurse, at=at, profile_id=profile_id, visit_id=done.visit.id, reaction=Reaction.NONE)
