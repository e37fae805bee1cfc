"""How near a profile is to what somebody claims: a sum of explained reasons, bounded where they contradict.

The weights follow what was learnt about the errors of mass registers: an exact number tells most; a name with a birth
date is shared by millions of pairs of strangers in a country of a hundred million, so that both together stay below
"likely"; a phone is a family's or a facility's and never decides; twins share everything but the given name.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tiemchung.people.rules.kinds import BirthPrecision, Sex
from tiemchung.people.rules.near_births import BirthRelation, birth_relation
from tiemchung.people.rules.spelling import NameRelation, name_relation

WEIGHTS = {
    "SAME_NUMBER": 60,
    "OLD_NUMBER": 45,
    "NUMBER_ONE_OFF": 35,
    "SAME_NAME": 30,
    "NAME_TONE_VARIANT": 28,
    "NAME_WITHOUT_MARKS": 24,
    "MIDDLE_DROPPED": 16,
    "NAME_MARKS_DIFFER": -5,
    "SAME_BIRTH": 25,
    "DAY_MONTH_SWAPPED": 18,
    "BIRTH_YEAR_ONLY": 10,
    "BIRTH_ONE_OFF": 10,
    "SAME_PHONE": 10,
    "SAME_AREA": 5,
    "SEX_DIFFERS": -15,
    "NUMBER_DOUBTFUL": -20,
    "BIRTH_DIFFERS": -35,
    "NAME_DIFFERS": -40,
    "OTHER_NUMBER": -40,
    "NOT_LINK": -100,
}
# Beyond these no sum counts: what contradicts is for a person's eyes, however much else agrees.
CAPS = {"NAME_DIFFERS": 35, "OTHER_NUMBER": 30, "NAME_MARKS_DIFFER": 70, "BIRTH_DIFFERS": 60, "NOT_LINK": 0}
LIKELY, POSSIBLE = 75, 40
_NAMED = frozenset({NameRelation.SAME, NameRelation.TONE, NameRelation.UNMARKED, NameRelation.MIDDLE})


class Nearness(StrEnum):
    """What a score means to whoever decides; nothing is ever joined by it alone."""

    LIKELY = "LIKELY"
    POSSIBLE = "POSSIBLE"
    WEAK = "WEAK"


class NumberRelation(StrEnum):
    """What a profile's numbers have in common with the claimed ones, the nearest first.

    OLD is a number that was retired, or a 9-digit CMND: its kind was given out by each province alone.
    """

    SAME = "SAME_NUMBER"
    OLD = "OLD_NUMBER"
    ONE_OFF = "NUMBER_ONE_OFF"


@dataclass(frozen=True, slots=True)
class NearReason:
    """One explained part of a score; `weight` is its share of the sum, negative where it speaks against."""

    code: str
    weight: int

    @property
    def against(self) -> bool:
        """Tell whether this is something that differs."""
        return self.weight < 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a person is compared; an empty name, no birth and an unknown sex say nothing."""

    full_name: str = ""
    birth_date: dt.date | None = None
    birth_precision: str = BirthPrecision.DAY
    sex: str = Sex.UNKNOWN


@dataclass(frozen=True, slots=True)
class Ties:
    """What two sides have in common beside name, birth and sex, as the database's keys tell it."""

    number: NumberRelation | None = None
    number_doubtful: bool = False
    other_number: bool = False
    same_phone: bool = False
    same_area: bool = False
    not_link: bool = False


def near_reasons(claim: Facts, profile: Facts, ties: Ties) -> tuple[NearReason, ...]:
    """Give every reason for and against that the profile is whom the claim means, the heaviest first.

    () where nothing that may find somebody holds: a number, or a name together with birth date or phone.
    """
    name = name_relation(claim.full_name, profile.full_name) if claim.full_name else None
    birth = _births(claim, profile)
    by_birth = name is not NameRelation.OTHER and birth not in (None, BirthRelation.OTHER)
    by_phone = ties.same_phone and name in _NAMED
    if not (ties.number or (name is not None and (by_birth or by_phone))):
        return ()
    codes = [str(code) for code in (ties.number, name, birth) if code]
    further = {
        "NUMBER_DOUBTFUL": ties.number_doubtful,
        "OTHER_NUMBER": ties.other_number,
        "SAME_PHONE": ties.same_phone,
        "SAME_AREA": ties.same_area,
        "SEX_DIFFERS": Sex.UNKNOWN not in (claim.sex, profile.sex) and claim.sex != profile.sex,
        "NOT_LINK": ties.not_link,
    }
    codes += [code for code, holds in further.items() if holds]
    reasons = [NearReason(code, WEIGHTS[code]) for code in codes]
    return tuple(sorted(reasons, key=lambda r: (-r.weight, r.code)))


def _births(claim: Facts, profile: Facts) -> BirthRelation | None:
    if claim.birth_date is None or profile.birth_date is None:
        return None
    here = (claim.birth_date, claim.birth_precision)
    return birth_relation(here, (profile.birth_date, profile.birth_precision))


def near_score(reasons: Iterable[NearReason]) -> int:
    """Give the sum of the reasons between 0 and 100, not above the lowest bound that one of them sets."""
    kept = tuple(reasons)
    bound = min([100, *(CAPS[reason.code] for reason in kept if reason.code in CAPS)])
    return max(0, min(bound, sum(reason.weight for reason in kept)))


def nearness(score: int) -> Nearness:
    """Give what a score means: 75 is only reached with a number, or nearly one, beside name or birth."""
    if score >= LIKELY:
        return Nearness.LIKELY
    return Nearness.POSSIBLE if score >= POSSIBLE else Nearness.WEAK
