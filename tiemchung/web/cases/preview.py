"""What each solution changes, before and after, as the person who decides may see it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.solutions import REPORTERS, Solution
from tiemchung.doses import reads as doses
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import PersonView
from tiemchung.people.actions.opening import PhoneView
from tiemchung.people.rules import birth_text
from tiemchung.web.cases.frame import Opened
from tiemchung.web.cases.sides import Cell, area_name, dose_line, fact_rows
from tiemchung.web.cases.whose import seen
from tiemchung.web.shared.formats import format_phone
from tiemchung.web.shared.words import say, state_words

_K = SolutionKind
OF_A_DOSE = frozenset({_K.AMEND, _K.VERIFY, _K.VOID})
STATE_AFTER = {_K.VERIFY: "CONFIRMED", _K.VOID: "VOIDED"}


@dataclass(frozen=True, slots=True)
class Preview:
    """One solution in words: whom it is about, each fact before and after, and whether what it stands on has moved."""

    kind: str
    title: str
    who: str
    cells: tuple[Cell, ...]
    moved: bool
    heads: tuple[str, str]


class Looks:
    """The persons that one page opens, each opened once."""

    def __init__(self, case: Opened) -> None:
        self._case = case
        self.reporters_phone = say("suggest.reporters_phone", phone=case.file.phone_shown)
        self._found: dict[UUID, PersonView | None] = {}

    def person(self, person_id: UUID | None) -> PersonView | None:
        """Give a person as the reader may see them, else None."""
        if person_id is None:
            return None
        if person_id not in self._found:
            self._found[person_id] = seen(self._case, person_id)
        return self._found[person_id]

    def dose(self, what: Solution) -> DoseView | None:
        """Give the dose as it is now that a solution is about."""
        person = self.person(what.profile_id)
        ids = [profile.profile_id for profile in person.profiles] if person else []
        return doses.dose(ids, what.dose_id) if ids and what.dose_id else None


def previews(looks: Looks, solutions: Sequence[Solution]) -> list[Preview]:
    """Give every solution in words."""
    return [_preview(looks, what) for what in solutions]


def freshened(looks: Looks, solutions: Sequence[Solution]) -> tuple[Solution, ...]:
    """Give the solutions standing on what is now: its reader has just been shown it."""
    return tuple(replace(what, version=_version_now(looks, what)) for what in solutions)


def _version_now(looks: Looks, what: Solution) -> int:
    if what.kind in OF_A_DOSE:
        dose = looks.dose(what)
        return dose.version if dose else what.version
    if what.kind is _K.AMEND_PERSON:
        return _profile(looks, what).version if _profile(looks, what) else what.version
    return what.version


def _profile(looks: Looks, what: Solution) -> Any:
    person = looks.person(what.profile_id)
    return next((p for p in person.profiles if p.profile_id == what.profile_id), None) if person else None


def _preview(looks: Looks, what: Solution) -> Preview:
    person = looks.person(what.keep_person or what.profile_id)
    heads = say("cases.decide.before"), say("cases.decide.after")
    if what.kind is _K.LINK:
        heads = say("cases.decide.keep"), say("cases.decide.join")
    moved = what.version != _version_now(looks, what)
    title = say(f"case.solution.{what.kind}.label")
    return Preview(what.kind, title, who_words(person), tuple(_cells(looks, what)), moved, heads)


def _cells(looks: Looks, what: Solution) -> list[Cell]:
    if what.kind is _K.LINK:
        return beside(looks.person(what.keep_person), looks.person(what.join_person))
    if what.kind is _K.RECORD:
        return fact_rows(None, what.facts)
    if what.kind in OF_A_DOSE:
        return _dose_cells(looks.dose(what), what)
    if what.kind is _K.AMEND_PERSON:
        return _person_cells(_profile(looks, what), what.changes)
    if what.kind is _K.ADD_NUMBER:
        return [Cell(say(f"people.id_system.{what.system}"), "", what.number, True)]
    if what.kind is _K.ADD_PHONE:
        return [Cell(say(f"people.phone_relation.{what.system}"), "", format_phone(what.number), True)]
    if what.kind is _K.MOVE_PHONE:
        old = next((p.shown for p in phones_of(looks.person(what.profile_id)) if p.contact_id == what.contact_id), "")
        new = looks.reporters_phone if what.number == REPORTERS else what.number
        return [Cell(say(f"people.phone_relation.{what.system}"), old, new, True)]
    return []


def phones_of(person: PersonView | None) -> tuple[PhoneView, ...]:
    """Give the phones of a person, masked; none of who may not be seen."""
    return person.phones if person else ()


def _dose_cells(dose: DoseView | None, what: Solution) -> list[Cell]:
    if dose is None:
        return []
    after = dose.facts.amended(what.changes) if what.kind is _K.AMEND else dose.facts
    state = str(STATE_AFTER.get(what.kind, dose.state))
    was, will = state_words("dose", dose.state)[0], state_words("dose", state)[0]
    return [*fact_rows(dose.facts, after), Cell(say("cases.fact.state"), was, will, was != will)]


def _person_cells(profile: Any, changes: Any) -> list[Cell]:
    if profile is None:
        return []

    def told(values: Any) -> dict[str, str]:
        return {
            "full_name": values("full_name"),
            "birth": birth_text(values("birth_date"), values("birth_precision")),
            "sex": say(f"people.sex.{values('sex')}"),
            "address_text": values("address_text"),
        }

    before = told(lambda name: getattr(profile, name))
    after = told(lambda name: changes.get(name, getattr(profile, name)))
    return [Cell(say(f"cases.fact.{n}"), before[n], after[n], before[n] != after[n]) for n in before]


def beside(one: PersonView | None, other: PersonView | None) -> list[Cell]:
    """Give two persons beside each other; who may not be seen is said to be out of sight."""
    left, right = _told(one), _told(other)
    return [Cell(say(f"cases.fact.{n}"), left[n], right[n], bool(one and other and left[n] != right[n])) for n in left]


def _told(person: PersonView | None) -> dict[str, str]:
    names = ("full_name", "birth", "sex", "numbers", "home", "doses")
    if person is None:
        return dict.fromkeys(names, say("cases.decide.out_of_sight"))
    main = person.main
    given = doses.doses_of([profile.profile_id for profile in person.profiles])
    return {
        "full_name": main.full_name,
        "birth": birth_text(main.birth_date, main.birth_precision),
        "sex": say(f"people.sex.{main.sex}"),
        "numbers": ", ".join(f"{say(f'people.id_system.{i.system}')} {i.shown}" for i in person.identifiers),
        "home": ", ".join(part for part in (main.address_text, area_name(main.area_id)) if part),
        "doses": "; ".join(dose_line(dose.facts) for dose in given) or say("cases.blank"),
    }


def who_words(person: PersonView | None) -> str:
    """Name a person and their birth; empty for who may not be seen."""
    if person is None:
        return ""
    return f"{person.main.full_name}, {birth_text(person.main.birth_date, person.main.birth_precision)}"
