"""What puts right who somebody is: joining near persons, and their names, numbers and phones."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.proposing.parts import made, nearest, note, notes, person_cells
from tiemchung.cases.proposing.picture import LeftPhone, Picture, Side
from tiemchung.cases.rules.nearness import DoseNearness, may_suggest_link
from tiemchung.cases.solutions import REPORTERS, Solution
from tiemchung.cases.suggestions import PROVE_PHONE, Cell, Suggestion
from tiemchung.doses.values import DoseView
from tiemchung.people.rules import BirthPrecision, PhoneRelation, Sex
from tiemchung.people.rules.near import LIKELY, POSSIBLE


def joins_of(picture: Picture) -> Iterator[Suggestion]:
    """Offer to join each near person who has a told dose, or who is near enough by themselves."""
    for other in picture.others:
        join = _join(picture, other)
        if join is not None:
            yield join


def _join(picture: Picture, other: Side) -> Suggestion | None:
    """Offer to join a near person who has the told dose, or who is so near that only a number can say more."""
    if picture.own is None or not may_suggest_link(other.reasons):
        return None
    best: tuple[int, DoseView, DoseNearness] | None = None
    # A dose that the citizen never had speaks for nobody whom it lies with.
    for told in () if picture.kind.code == "NEVER_GIVEN" else picture.claim.doses:
        dose, near = nearest(told, other.standing)
        if dose is not None and near.near and (best is None or near.score > best[0]):
            best = (near.score, dose, near)
    if best is None and other.score < _enough(picture, other):
        return None
    why = [note(code) for code in other.reasons]
    shown: tuple[DoseView, ...] = ()
    score = other.score
    if best is not None:
        why += [note("DOSE_UNDER_NEAR_PERSON"), *notes(best[2])]
        shown, score = (best[1],), round((other.score + best[0]) / 2)
    solution = Solution(SolutionKind.LINK, keep_person=picture.own.person_id, join_person=other.person_id)
    allowed = picture.rights.may_link and other.seen and picture.own.seen
    return made(other, [solution], why, score, shown, person_cells(picture.claim, other), allowed=allowed)


def _enough(picture: Picture, other: Side) -> int:
    """Give the score from which a person without a told dose is offered: lower for one on the very phone that was named
    as holding the doses.
    """
    named = picture.kind.code == "OTHER_PHONE_OR_NUMBER" and "SAME_PHONE" in other.reasons
    return POSSIBLE if named else LIKELY


def person_fixes(picture: Picture) -> Iterator[Suggestion]:
    """Give what the citizen wants to be right about themselves, where the record says otherwise."""
    own, wanted = picture.own, picture.claim.wanted
    if own is None:
        return
    allowed = own.seen and picture.rights.may_amend_person
    changes = {name: value for name, value in _wanted(wanted).items() if value != _recorded(own, name)}
    if changes:
        cells = tuple(Cell(name, str(value), str(_recorded(own, name))) for name, value in changes.items())
        solution = Solution(SolutionKind.AMEND_PERSON, profile_id=own.profile_id, version=own.version, changes=changes)
        yield made(own, [solution], [note("CITIZEN_SAYS_OTHERWISE")], 60, (), cells, allowed=allowed)
    for system, value in () if _is_anothers(picture) else picture.numbers:
        solution = Solution(SolutionKind.ADD_NUMBER, profile_id=own.profile_id, system=system, number=value)
        yield made(own, [solution], [note("CITIZEN_NAMES_NUMBER")], 50, (), (), allowed=allowed)
    if picture.left_phone is not None:
        yield _move(own, picture.left_phone, allowed=allowed)
    phone = picture.claim.other_phone or wanted.get("phone", "")
    if phone and not picture.phone_taken and not picture.phone_proved:
        yield made(own, (), [note("PHONE_NOT_PROVED")], 40, (), (), allowed=True, ask=PROVE_PHONE)
    elif phone and not picture.phone_taken:
        solution = Solution(SolutionKind.ADD_PHONE, profile_id=own.profile_id, system="OWN", number=phone)
        yield made(own, [solution], [note("CITIZEN_NAMES_PHONE")], 40, (), (), allowed=allowed)


def _is_anothers(picture: Picture) -> bool:
    """Tell whether somebody near has a told number: joining them brings it along, and nothing else may."""
    return any({"SAME_NUMBER", "OLD_NUMBER"} & set(other.reasons) for other in picture.others)


def _move(own: Side, left: LeftPhone, *, allowed: bool) -> Suggestion:
    """Offer to move the person from the phone that they have left to the one that they report from, unread."""
    why = [note("REPORTED_FROM", phone=left.new_shown)]
    why += [note("OLD_PHONE_LOST", phone=left.shown)] if left.said_lost else []
    why += [note("OLD_PHONE_SILENT", phone=left.shown)] if left.silent else []
    solution = Solution(
        SolutionKind.MOVE_PHONE,
        profile_id=own.profile_id,
        contact_id=left.contact_id,
        system=PhoneRelation.OWN,
        number=REPORTERS,
    )
    return made(own, [solution], why, 80 if left.said_lost and left.silent else 65, (), (), allowed=allowed)


def _wanted(wanted: Any) -> dict[str, Any]:
    """Give the personal facts as the actions of people take them; what cannot be one is left to the desk's eyes."""
    changes: dict[str, Any] = {}
    if name := str(wanted.get("full_name", "")).strip():
        changes["full_name"] = name
    if wanted.get("sex") in {Sex.MALE, Sex.FEMALE}:
        changes["sex"] = str(wanted["sex"])
    if birth := str(wanted.get("birth_date", "")):
        try:
            changes["birth_date"] = dt.date.fromisoformat(birth)
            changes["birth_precision"] = str(wanted.get("birth_precision") or BirthPrecision.DAY)
        except ValueError:
            return changes
    return changes


def _recorded(own: Side, name: str) -> Any:
    values = {"full_name": own.name, "sex": own.sex, "birth_date": own.birth_date}
    return values.get(name, own.birth_precision)
