"""What a decision takes with it beside the record: a passport in use, and signatures that have to be given again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.solutions import Solution
from tiemchung.certificates.reads import passports_in_force
from tiemchung.web.cases.preview import Looks
from tiemchung.web.shared.passport_falls import signatures_falling

# A passport states names, births and doses; a phone beside them changes nothing of it.
_STATED = frozenset(SolutionKind) - {SolutionKind.ADD_PHONE, SolutionKind.MOVE_PHONE, SolutionKind.NOTHING}


@dataclass(frozen=True, slots=True)
class Falls:
    """Whether somebody whom the decision is about has a passport in use, and how many signatures fall for certain."""

    passport: bool
    signed: int


def falls_of(looks: Looks, solutions: Sequence[Solution], at: dt.datetime) -> Falls:
    """Give what the solutions take with them, of the persons that the reader may see."""
    stated = [one for one in solutions if one.kind in _STATED]
    ids = {key for one in stated for key in (one.keep_person, one.join_person, one.profile_id) if key}
    people = {found.person_id: found for found in map(looks.person, ids) if found}
    signed = 0
    for one in stated:
        person = looks.person(one.profile_id) if one.kind is SolutionKind.AMEND_PERSON else None
        if person:
            signed = max(signed, signatures_falling([p.profile_id for p in person.profiles], one.changes.keys()))
    return Falls(bool(passports_in_force(list(people), at)), signed)
