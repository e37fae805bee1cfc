"""Loads the demonstration week: each piece is committed whole and done once, so a killed load goes on where it was."""

import datetime as dt
from collections.abc import Callable

from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.models import ActionKey
from tiemchung.core.once import once
from tiemchung.demo.cast import fill_shared_phones, play_cast
from tiemchung.demo.crowd import load_crowd
from tiemchung.demo.day import load_day
from tiemchung.demo.ghosts import plant_ghosts
from tiemchung.demo.identities import settle_identities
from tiemchung.demo.lots import recall_month, stock_month
from tiemchung.demo.passports import sign_passports
from tiemchung.demo.people import CROWDED_PHONE
from tiemchung.demo.places import open_places
from tiemchung.demo.population import citizens_of, write_population
from tiemchung.demo.reports import file_reports
from tiemchung.demo.signins import read_sign_ins
from tiemchung.demo.staff import hire_everybody, staff_plans
from tiemchung.demo.stage import Stage
from tiemchung.demo.stock import HELD_BEFORE, fill_shelves, play_stock
from tiemchung.doses.reads import Entry
from tiemchung.places.actions import load_areas

PEOPLE = 2000
_KEY, _ACTION = "demo:first-day", "demo.load_week"


class NotADemonstration(Exception):
    """The ledger holds doses that no demonstration brought: synthetic people must not mix with real ones."""


def first_day(at: dt.datetime) -> dt.date:
    """Give the day to which every date of the demonstration is relative: today at the first call, kept from then on.

    Raises NotADemonstration in a database with doses of another origin.
    """
    answer = once(_KEY, _ACTION, {}, at, lambda: _begin(at))
    return dt.date.fromisoformat(answer["today"])


def _begin(at: dt.datetime) -> dict[str, str]:
    with allow_cross_shard("asked once, before the first synthetic person"):
        if Entry.objects.exists():
            raise NotADemonstration
    return {"today": local(at).date().isoformat()}


def set_stage(*, at: dt.datetime) -> Stage:
    """Give places, staff and lots of the demonstration, made where they are missing."""
    load_areas(by=SYSTEM, at=at)
    today = first_day(at)
    sites = open_places(at=at, today=today)
    return Stage(today, sites, hire_everybody(at=at, sites=sites), stock_month(at=at, day=today))


def load_week(
    *, at: dt.datetime, people: int = PEOPLE, crowded: int = CROWDED_PHONE, say: Callable[[str], None] = print
) -> Stage:
    """Load cast, shared phones, crowd and this day's visits; what is there already stays as it is.

    `people` counts the crowd, `crowded` those of the shelter's phone. Raises NotADemonstration.
    """
    stage = set_stage(at=at)
    # Before anybody of ours: a worker that runs meanwhile asks about people within seconds, and is told for good.
    citizens = list(citizens_of(stage, people=people, day=local(at).date()))
    write_population(citizens)
    played = play_cast(stage, at=at)
    fill_shared_phones(stage, at=at, crowded=crowded)
    load_crowd(stage, people=people, at=at, say=say)
    fill_shelves(stage, at=at, people=people, since=stage.today - HELD_BEFORE)
    recall_month(stage.shelf, at=at)
    load_day(_stage_of_today(stage, at, people), at=at)
    settle_identities(stage, played, citizens, at=at)
    sign_passports(stage, played, at=at)
    file_reports(stage, played, at=at)
    plant_ghosts(stage, at=at)
    play_stock(stage, at=at)
    once(_mark(at, people, crowded), _ACTION, {}, at, dict)
    return stage


def is_loaded(*, at: dt.datetime, people: int, crowded: int) -> bool:
    """Tell whether the week of this size and this day's visits are all there, by one statement; starts hurry."""
    if not {plan.username for plan in staff_plans()} <= read_sign_ins().keys():
        return False
    return ActionKey.objects.filter(key=_mark(at, people, crowded), action=_ACTION).exists()


def _mark(at: dt.datetime, people: int, crowded: int) -> str:
    return f"demo:whole:stocked:{local(at).date()}:{people}:{crowded}"


def _stage_of_today(stage: Stage, at: dt.datetime, people: int) -> Stage:
    """Give the stage with this day as its day and this month's lots, delivered, of which those to be recalled are."""
    today = local(at).date()
    ours = Stage(today, stage.sites, stage.staff, stock_month(at=at, day=today))
    if today.replace(day=1) != stage.today.replace(day=1):
        fill_shelves(ours, at=at, people=people, since=today.replace(day=1))
    recall_month(ours.shelf, at=at)
    return ours
