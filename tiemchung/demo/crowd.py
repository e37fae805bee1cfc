"""A few thousand people in their households, with doses over the last weeks; loaded in pieces that are whole."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from tiemchung.core.once import once
from tiemchung.demo.courses import Shot, course_for
from tiemchung.demo.households import Kin, household, rng_of
from tiemchung.demo.places import Site
from tiemchung.demo.stage import Stage, give_dose, put_on_record
from tiemchung.people.actions import set_guardian

PIECE = 25  # households that are committed together; what a kill loses
_AGES_AHEAD = 365.25


def load_crowd(stage: Stage, *, people: int, at: dt.datetime, say: Callable[[str], None]) -> int:
    """Load pieces until so many people are there, and give how many are; pieces that are there stay as they are."""
    loaded, piece = 0, 0

    def act() -> dict[str, Any]:
        if piece % 10 == 9:
            say(f"demonstration: {loaded} people so far")
        return {"people": sum(_load_household(stage, n) for n in range(piece * PIECE, (piece + 1) * PIECE))}

    while loaded < people:
        loaded += once(f"demo:crowd:{piece}", "demo.crowd", {}, at, act)["people"]
        piece += 1
    return loaded


def home_of(stage: Stage, number: int) -> Site:
    """Give the site near which the household of this number lives."""
    sites = list(stage.sites.values())
    return rng_of("home", number).choices(sites, weights=[site.share for site in sites])[0]


def households_of(stage: Stage, *, people: int) -> Iterator[tuple[int, tuple[Kin, ...]]]:
    """Give number and members of every household that a crowd of so many people has."""
    met, number = 0, 0
    while met < people or number % PIECE:
        kin = _kin_of(stage, number)
        yield number, kin
        met, number = met + len(kin), number + 1


def _kin_of(stage: Stage, number: int) -> tuple[Kin, ...]:
    site = home_of(stage, number)
    return household(number, today=stage.today, region=site.region, province=site.cccd)


def _load_household(stage: Stage, number: int) -> int:
    site, rng, kin = home_of(stage, number), rng_of("doses", number), _kin_of(stage, number)
    courses = [course_for(rng, _age(one, stage.today)) for one in kin]
    first = max((shot.ago for course in courses for shot in course), default=rng.randint(1, 30))
    at = stage.moment(first, -20)
    profiles = [
        put_on_record(stage, one, site=site.key, at=at, key=f"crowd:{number}:{n}") for n, one in enumerate(kin)
    ]
    for one, profile_id in zip(kin, profiles, strict=True):
        if one.guardian is not None:
            set_guardian(
                by=stage.nurse(site.key),
                at=at,
                dependant_id=profile_id,
                guardian_id=profiles[one.guardian],
                relation=one.guardian_relation,
            )
    for n, (profile_id, course) in enumerate(zip(profiles, courses, strict=True)):
        _give_course(stage, site.key, profile_id, course, f"crowd:{number}:{n}", number)
    return len(kin)


def _give_course(stage: Stage, site: str, profile_id: UUID, course: tuple[Shot, ...], key: str, number: int) -> None:
    for nth, shot in enumerate(course):
        minutes = rng_of("minutes", key, nth).randint(0, 480)
        give_dose(
            stage,
            profile_id,
            shot.product,
            site=site,
            at=stage.moment(shot.ago, minutes),
            key=f"{key}:{nth}",
            dose=shot.dose,
        )


def _age(kin: Kin, today: dt.date) -> int:
    return int((today - kin.birth_date).days / _AGES_AHEAD)
