"""How a stand-in behaves at the moment, switched while it runs."""

import threading
from enum import StrEnum
from typing import Any

LONGEST_SECONDS = 300.0


class BadMode(ValueError):
    """There is no such mode; the text is for whoever typed it."""


class Switch[M: StrEnum]:
    """The mode of now, and the seconds that belong to it; `slow` is the mode that answers so much later."""

    def __init__(self, first: M, *, slow: M) -> None:
        self.mode, self.seconds, self._slow = first, 30.0, slow
        self.turned = threading.Condition()

    def turn(self, fields: dict[str, Any]) -> None:
        """Take `mode` and `seconds` where named, and wake whoever is being slow. Raises BadMode."""
        try:
            mode = type(self.mode)(fields.get("mode", self.mode))
        except ValueError as error:
            raise BadMode(str(error)) from None
        seconds = seconds_of(fields, self.seconds)
        with self.turned:
            self.mode, self.seconds = mode, seconds
            self.turned.notify_all()

    def as_json(self) -> dict[str, Any]:
        """Give what POST /mode takes."""
        return {"mode": self.mode, "seconds": self.seconds}

    def dawdle(self) -> None:
        """Return at once, or in the slow mode after its seconds or when the mode is turned."""
        with self.turned:
            if self.mode is self._slow:
                self.turned.wait(self.seconds)


def seconds_of(fields: dict[str, Any], otherwise: float) -> float:
    """Give the `seconds` of a form, or what they were. Raises BadMode for none and for more than five minutes."""
    try:
        seconds = float(fields.get("seconds", otherwise))
    except (ValueError, TypeError) as error:
        raise BadMode(str(error)) from None
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise BadMode(f"seconds must be 0 to {LONGEST_SECONDS:g}")
    return seconds
