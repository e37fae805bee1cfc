"""The five facts by which a holder asks for their certificate: read as a whole, matched as a whole."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from tiemchung.access.actions import touch_canaries
from tiemchung.core.actor import PUBLIC
from tiemchung.core.text import tone_key
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState
from tiemchung.people.reads import Holder, holders_of, profiles_numbered
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import IdSystem, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.web.shared.typed import date_in, line_in

# A foreigner's passport stands on a passport number (8938/BYT-DP, step 2). Nine digits may be meant as either.
_SYSTEMS = frozenset({IdSystem.CCCD, IdSystem.CMND9, IdSystem.PASSPORT})
_CERTAIN = frozenset({DoseState.CONFIRMED, DoseState.SIGNED})


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What was typed, as far as it can be meant; a part that cannot be meant is empty and matches nobody."""

    full_name: str
    birth_date: dt.date | None
    birth_precision: str
    sex: str
    numbers: tuple[tuple[IdSystem, str], ...]
    latest_on: dt.date | None

    @property
    def whole(self) -> bool:
        """Tell whether nothing lacks; an incomplete question is answered like one that fits nobody."""
        return bool(self.full_name and self.birth_date and self.sex and self.numbers and self.latest_on)

    @property
    def budget(self) -> str:
        """Name what a day's tries are counted for: the number that was asked for, on record or not, if there is one."""
        return f"holder:{self.numbers[0][1]}" if self.numbers else ""


def read_facts(data: QueryDict) -> HolderFacts:
    """Read the posted form; every wrong type, blank or missing field is the same as nothing."""
    name, verdict = clean_name(line_in(data, "full_name", 120))
    birth, latest = date_in(data, "birth"), date_in(data, "latest")
    sex, number = data.get("sex", ""), line_in(data, "number", 60)
    return HolderFacts(
        full_name=name if verdict.allowed else "",
        birth_date=birth.day,
        birth_precision=birth.precision,
        sex=sex if sex in {Sex.FEMALE, Sex.MALE, Sex.OTHER} else "",
        numbers=tuple(pair for pair in possible_systems(number) if pair[0] in _SYSTEMS),
        latest_on=latest.day if latest.precision == "DAY" else None,
    )


def person_meant(facts: HolderFacts, at: dt.datetime) -> UUID | None:
    """Give the one person whom all five facts fit, else None; whoever asks for a canary's number is noted."""
    profiles = profiles_numbered(facts.numbers)
    holders = {holder.person_id: holder for holder in holders_of(profiles).values()}
    touch_canaries(by=PUBLIC, at=at, person_ids=holders)
    fitting = [person for person, holder in holders.items() if facts.whole and _fits(facts, holder)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(facts: HolderFacts, holder: Holder) -> bool:
    same = (
        tone_key(facts.full_name) == tone_key(holder.full_name)
        and facts.birth_date == holder.birth_date
        and facts.birth_precision == holder.birth_precision
        and facts.sex == holder.sex
    )
    days = [dose.facts.given_on for dose in doses_of(holder.profile_ids) if dose.state in _CERTAIN]
    return same and bool(days) and max(days) == facts.latest_on
