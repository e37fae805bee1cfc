"""What is asked before anybody is looked for further: a told number that stands on somebody else's record."""

from collections.abc import Iterator

from tiemchung.cases.proposing.parts import note
from tiemchung.cases.proposing.picture import Picture
from tiemchung.cases.suggestions import WHICH_NUMBER, Suggestion

_ANOTHERS = frozenset({"SAME_NUMBER", "NAME_DIFFERS"})


def doubts_of(picture: Picture) -> Iterator[Suggestion]:
    """Ask for the identity paper where the told number is on record under another name, and nobody else is near.

    Whose record that is stays unsaid: a slip of one digit must open nobody's.
    """
    if picture.own is None and any(set(other.reasons) >= _ANOTHERS for other in picture.others):
        yield Suggestion((), (), (note("NUMBER_OF_ANOTHER"),), 50, ask=WHICH_NUMBER)
