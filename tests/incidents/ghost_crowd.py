"""A month of 24 stations with all that is odd about honest work, and 200 doses among it that nobody was given.

Pure and seeded. It knows nothing of the detector: honest oddities come from how stations work (paper books, mass days,
factories at night, one phone for a family), ghosts from what was found in India and what a dishonest desk would try.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID

TODAY = dt.date(2026, 11, 19)
VIETNAM = dt.timezone(dt.timedelta(hours=7))
DAY, MINUTE, SECOND = dt.timedelta(days=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
STATIONS, NURSES, LOTS = 24, 3, 4
HONEST, GHOSTS = 19_800, 200


@dataclass(frozen=True)
class Soul:
    """Somebody on record. `phone` is a number of ours, `tail` the ending of the identity number."""

    id: UUID
    born: dt.date
    registered_at: dt.datetime
    precision: str = "DAY"
    tail: str = ""
    phone: int | None = None
    relation: str = "OWN"
    died_on: dt.date | None = None


@dataclass(frozen=True)
class Shot:
    """One dose on record; `ghost` names how it was made up, empty for one that was given."""

    id: UUID
    soul: Soul
    station: int
    given_on: dt.date
    recorded_at: dt.datetime
    recorder: UUID
    lot: int | None
    source: str = "DESK"
    point: str = ""
    evidence: str = ""
    overridden: bool = False
    set_aside: tuple[str, ...] = ()
    seen: bool = True
    watched: bool = True
    ghost: str = ""


@dataclass
class Country:
    """Everything that the loader puts on record; `choices` are (nurse, station, day) -> lot."""

    shots: list[Shot] = field(default_factory=list)
    choices: dict[tuple[UUID, int, dt.date], int] = field(default_factory=dict)


class Maker:
    """Makes souls and shots by one seed."""

    def __init__(self, seed: int) -> None:
        self.rng, self.country, self.phones = random.Random(seed), Country(), iter(range(100_000))
        self.nurses = [[self.uuid() for _ in range(NURSES)] for _ in range(STATIONS)]
        self.leads = [self.uuid() for _ in range(STATIONS)]

    def uuid(self) -> UUID:
        """Give an id."""
        return UUID(int=self.rng.getrandbits(128))

    def soul(self, registered_at: dt.datetime, **more: object) -> Soul:
        """Give somebody of any age: birthdays unknown, shared phones, no papers, as they come."""
        rng = self.rng
        born = dt.date(2019, 1, 1) - rng.randint(0, 95 * 365) * DAY
        facts: dict[str, object] = {"tail": f"{rng.randrange(1000):03}", "phone": next(self.phones)}
        chance = rng.random()
        if chance < 0.08:
            facts |= {"precision": "YEAR"}
            born = born.replace(month=1, day=1)
        elif chance < 0.10:
            born = born.replace(month=1, day=1)
        if rng.random() < 0.01:
            facts |= {"tail": "", "phone": None}
        return Soul(**({"id": self.uuid(), "born": born, "registered_at": registered_at} | facts | more))  # type: ignore[arg-type]

    def registered(self, at: dt.datetime) -> dt.datetime:
        """Give when whoever is vaccinated at that moment was registered: at the door, or weeks before."""
        if self.rng.random() < 0.4:
            return at - self.rng.uniform(60, 240) * SECOND
        return at - self.rng.uniform(3, 200) * DAY

    def give(self, shot: Shot) -> None:
        """Put one shot into the country."""
        self.country.shots.append(shot)

    def at_desk(self, station: int, nurse: int, at: dt.datetime, **more: object) -> Shot:
        """Give an honest dose at a desk."""
        day = at.astimezone(VIETNAM).date()
        nurse_id = self.nurses[station][nurse]
        lot = self.country.choices.setdefault((nurse_id, station, day), self.rng.randrange(LOTS))
        facts: dict[str, object] = {
            "soul": more.pop("soul", None) or self.soul(self.registered(at)), "lot": lot,
            "overridden": self.rng.random() < 0.012, "watched": self.rng.random() > 0.03,
        }  # fmt: skip
        return Shot(**({"id": self.uuid(), "station": station, "given_on": day, "recorded_at": at,
                        "recorder": nurse_id} | facts | more))  # type: ignore[arg-type]  # fmt: skip

    def backlog(self, station: int, given_on: dt.date, at: dt.datetime, **more: object) -> Shot:
        """Give a dose that the lead types afterwards."""
        facts: dict[str, object] = {
            "soul": self.soul(at - self.rng.uniform(1, 5) * MINUTE), "lot": self.rng.randrange(LOTS),
            "source": "BACKLOG", "recorder": self.leads[station], "seen": False, "watched": False,
        }  # fmt: skip
        return Shot(**({"id": self.uuid(), "station": station, "given_on": given_on, "recorded_at": at} | facts | more))  # type: ignore[arg-type]


def moment(day: dt.date, hour: float) -> dt.datetime:
    """Give an hour of a day in Vietnam."""
    return dt.datetime.combine(day, dt.time(), VIETNAM) + hour * 60 * MINUTE


def a_country(seed: int = 20211122) -> Country:
    """Give the whole month: HONEST doses that were given and GHOSTS that were not."""
    maker = Maker(seed)
    for part in (_papers, _factories, _forgotten, _late_without_page, _one_phone_for_elders, _classes, _outages):
        part(maker)
    _ordinary_days(maker, HONEST)
    assert len(maker.country.shots) == HONEST
    for shot in _ghosts(maker):
        maker.give(shot)
    assert len(maker.country.shots) == HONEST + GHOSTS
    return maker.country


def _days() -> list[dt.date]:
    return [TODAY - n * DAY for n in range(26) if (TODAY - n * DAY).weekday() < 6][:20]


def _ordinary_days(maker: Maker, until: int) -> None:
    rng = maker.rng
    while True:
        for day in _days():
            for station in range(STATIONS):
                mass, shared = rng.random() < 0.15, rng.random() < 0.02
                gap = (50, 34) if shared else (88, 52) if mass else (300, 80)
                for nurse in range(NURSES if mass else rng.randint(1, 2)):
                    for shot in _morning(maker, station, nurse, day, gap, mass=mass):
                        if len(maker.country.shots) == until:
                            return
                        maker.give(shot)


def _morning(
    maker: Maker, station: int, nurse: int, day: dt.date, gap: tuple[int, int], *, mass: bool
) -> Iterator[Shot]:
    rng, mean, least = maker.rng, *gap
    at = moment(day, rng.uniform(7.3, 8.2))
    end = moment(day, rng.uniform(11.2, 12) if not mass else rng.uniform(16, 17.5))
    changed = moment(day, 10) if rng.random() < 0.1 else None  # the vials of one lot were empty
    phone, left, number, twins = None, 0, 0, 0
    while at < end:
        more: dict[str, object] = {}
        if left == 0 and rng.random() < 0.15:
            phone, left = next(maker.phones), rng.randint(2, 6)
        registered = maker.registered(at)
        if left:  # a family comes together, on one phone
            left -= 1
            more["soul"] = maker.soul(registered, phone=phone, relation=rng.choice(["OWN", "FAMILY", "GUARDIAN"]))
        elif twins or rng.random() < 0.002:
            twins, number = (twins - 1, number + 1) if twins else (1, rng.randrange(998))
            more["soul"] = maker.soul(registered, tail=f"{number:03}", born=dt.date(2012, 3, 4))
        elif rng.random() < 0.002:
            more["soul"] = maker.soul(registered, died_on=min(TODAY, day + rng.randint(0, 9) * DAY))
        if mass:
            more["watched"] = rng.random() > 0.25
        shot = maker.at_desk(station, nurse, at, **more)
        if changed and at < changed:
            shot = replace(shot, lot=((shot.lot or 0) + 1) % LOTS)
        yield shot
        at += max(least * rng.uniform(0.8, 1.2), rng.expovariate(1 / mean)) * SECOND


def _papers(maker: Maker) -> None:
    """Books of paper typed by the lead in the evening, with the page named; often of days without a computer."""
    rng = maker.rng
    for evening in range(14):
        station, at = rng.randrange(STATIONS), moment(TODAY - rng.randint(1, 12) * DAY, 18)
        given_on = at.date() - rng.randint(4, 60) * DAY
        for page in range(rng.randint(30, 60)):
            warned = ("TOO_SOON",) if rng.random() < 0.03 else ()
            maker.give(maker.backlog(station, given_on, at, evidence=f"Sổ tiêm {evening}, trang {page // 20 + 1}",
                                     set_aside=warned, lot=None if rng.random() < 0.15 else 1))  # fmt: skip
            at += rng.uniform(20, 70) * SECOND


def _late_without_page(maker: Maker) -> None:
    """A nurse who names no page: single doses, a few days late."""
    for _ in range(60):
        day = maker.rng.choice(_days()[4:])
        at = moment(day + maker.rng.randint(4, 8) * DAY, maker.rng.uniform(8, 17))
        maker.give(maker.backlog(maker.rng.randrange(STATIONS), day, at))


def _factories(maker: Maker) -> None:
    """The night shift of a factory, at a mobile point that stands there."""
    for station in (3, 9, 17):
        day = maker.rng.choice(_days()[:10])
        at, end = moment(day, 22.1), moment(day, 26)
        while at < end:
            maker.give(maker.at_desk(station, 0, at, point="FACTORY", watched=maker.rng.random() > 0.1))
            at += max(70, maker.rng.expovariate(1 / 150)) * SECOND


def _forgotten(maker: Maker) -> None:
    """A bus whose stand was never entered."""
    at = moment(TODAY - 3 * DAY, 9)
    for _ in range(20):
        maker.give(maker.at_desk(5, 1, at, point="BUS"))
        at += maker.rng.uniform(150, 400) * SECOND


def _one_phone_for_elders(maker: Maker) -> None:
    """A health worker who writes the own phone for those who have none."""
    for station in (1, 8, 20):
        phone, at = next(maker.phones), moment(TODAY - 5 * DAY, 14)
        for _ in range(14):
            soul = maker.soul(
                maker.registered(at), born=dt.date(1940, 6, 1) + maker.rng.randint(0, 4000) * DAY, phone=phone
            )
            maker.give(maker.at_desk(station, 2, at, soul=soul))
            at += maker.rng.uniform(120, 400) * SECOND


def _classes(maker: Maker) -> None:
    """Pupils of one year, reached by their teacher's phone."""
    for station in (2, 12):
        phone, at = next(maker.phones), moment(TODAY - 6 * DAY, 13.5)
        for _ in range(35):
            born = dt.date(2011, 1, 1) + maker.rng.randint(1, 364) * DAY
            soul = maker.soul(at - 20 * DAY, born=born, phone=phone, relation="FAMILY")
            maker.give(maker.at_desk(station, 2, at, soul=soul))
            at += maker.rng.uniform(90, 200) * SECOND


def _outages(maker: Maker) -> None:
    """No network in the morning: the doses are typed at the desk at noon, one after the other."""
    for station in (6, 14):
        at = moment(TODAY - 2 * DAY, 12.2)
        for _ in range(15):
            maker.give(maker.at_desk(station, 1, at))
            at += maker.rng.uniform(38, 75) * SECOND


def _ghosts(maker: Maker) -> Iterator[Shot]:
    for shape, make in SHAPES.items():
        for shot in make(maker):
            yield replace(shot, ghost=shape)


def _closed_centre(maker: Maker) -> Iterator[Shot]:
    """A centre that closed four months ago still sends certificates."""
    for n in range(40):
        at = moment(TODAY - (n % 5) * DAY, 9) + maker.rng.uniform(100, 400) * (n // 5 + 1) * SECOND
        yield replace(maker.at_desk(0, 0, at, watched=n % 2 == 0), station=STATIONS)


def _dead(maker: Maker) -> Iterator[Shot]:
    """Second doses of people who died before."""
    for n in range(20):
        at = moment(TODAY - (n % 4) * DAY, 10) + n * 311 * SECOND
        soul = maker.soul(at - 120 * DAY, died_on=at.date() - maker.rng.randint(1, 90) * DAY)
        yield maker.at_desk(n % 5, 1, at, soul=soul)


def _script(maker: Maker) -> Iterator[Shot]:
    """A program with a nurse's sign-in fills the target in the evening, for people who really exist."""
    at = moment(TODAY - DAY, 20.5)
    for _ in range(40):
        yield maker.at_desk(7, 0, at, soul=maker.soul(at - 60 * DAY), watched=False)
        at += maker.rng.uniform(3, 14) * SECOND


def _padding(maker: Maker) -> Iterator[Shot]:
    """The lead types doses of last month, without any page."""
    for station in (10, 18):
        at = moment(TODAY - 2 * DAY, 19)
        for n in range(20):
            given_on = TODAY - maker.rng.randint(12, 55) * DAY
            yield maker.backlog(station, given_on, at, evidence="" if n % 4 else "x", lot=None if n % 3 == 0 else 2)
            at += maker.rng.uniform(20, 80) * SECOND


def _invented(maker: Maker) -> Iterator[Shot]:
    """People who do not exist: numbers counted upward, one birthday or one phone for all, registered one by one."""
    for group, station in enumerate((4, 11, 16)):
        at, first, phone = moment(TODAY - 4 * DAY, 15), maker.rng.randrange(900), next(maker.phones)
        for n in range(10):
            more: dict[str, object] = {"tail": f"{first + n:03}"}
            more |= {"born": dt.date(1988, 5, 5)} if group < 2 else {}
            more |= {"phone": phone} if group > 0 else {}
            yield maker.at_desk(station, 0, at, soul=maker.soul(at - maker.rng.uniform(50, 90) * SECOND, **more))
            at += maker.rng.uniform(120, 260) * SECOND


def _past_the_door(maker: Maker) -> Iterator[Shot]:
    """Put through by a program: nobody came, and the lot is nobody's."""
    for n in range(15):
        at = moment(TODAY - (n % 3) * DAY, 9.5) + n * 407 * SECOND
        yield maker.at_desk(13, 0, at, seen=False, watched=False, lot=LOTS)


def _phantom_bus(maker: Maker) -> Iterator[Shot]:
    """A bus that stood nowhere, with every warning set aside."""
    at = moment(TODAY - 3 * DAY, 8)
    for _ in range(10):
        yield maker.at_desk(15, 1, at, point="BUS", overridden=True, watched=False)
        at += maker.rng.uniform(100, 300) * SECOND


def _perfect(maker: Maker) -> Iterator[Shot]:
    """Everything in order but the arm; only the person's own word finds these."""
    for n in range(5):
        at = moment(TODAY - 2 * DAY, 9) + n * 1300 * SECOND
        yield maker.at_desk(19, 1, at, overridden=False, watched=True)


SHAPES = {
    "closed centre": _closed_centre, "dead": _dead, "script": _script, "padding": _padding, "invented": _invented,
    "past the door": _past_the_door, "phantom bus": _phantom_bus, "perfect": _perfect,
}  # fmt: skip
