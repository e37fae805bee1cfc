"""From what was told and what is on record to the ways of settling a case: explained rules, no database."""

from dataclasses import replace

from tiemchung.cases.kinds import SolutionKind
from tiemchung.cases.proposing.doubts import doubts_of
from tiemchung.cases.proposing.fixes import fixes_of, void_twins
from tiemchung.cases.proposing.parts import note
from tiemchung.cases.proposing.persons import joins_of, person_fixes
from tiemchung.cases.proposing.picture import Picture, Rest, Rights, Side
from tiemchung.cases.suggestions import Suggestion

__all__ = ["Picture", "Rest", "Rights", "Side", "propose"]


def propose(picture: Picture, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """Give the ways to settle the case: in the order of its kind's solutions, the surest first."""
    found = [*fixes_of(picture), *joins_of(picture), *person_fixes(picture), *void_twins(picture), *doubts_of(picture)]
    rank = {kind: place for place, kind in enumerate(picture.kind.solutions)}
    unique = {_what(s): s for s in sorted(found, key=lambda s: s.score)}
    ordered = sorted(
        unique.values(),
        key=lambda s: (min((rank.get(SolutionKind(k), len(rank)) for k in s.kinds), default=len(rank)), -s.score),
    )
    return tuple(_doubted(picture, suggestion) for suggestion in ordered[:limit])


def _doubted(picture: Picture, suggestion: Suggestion) -> Suggestion:
    """Say beside whatever is offered about a guessed person that they are guessed, and from what."""
    if not picture.guessed or picture.own is None or suggestion.person != picture.own.line():
        return suggestion
    said = {reason.code for reason in suggestion.reasons}
    why = [note(code) for code in ("PERSON_GUESSED", *picture.own.reasons) if code not in said]
    return replace(suggestion, reasons=(*suggestion.reasons, *why))


def _what(suggestion: Suggestion) -> str:
    """Give what tells two suggestions apart: what they do, and about whom."""
    about = [str(d.id) for d in suggestion.doses], suggestion.person
    return repr((suggestion.solutions, suggestion.kinds, about if not suggestion.solutions else ()))
