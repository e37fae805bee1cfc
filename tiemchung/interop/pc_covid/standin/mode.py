"""How the stand-in behaves at the moment, switched while it runs."""

import threading
from enum import StrEnum
from typing import Any

LONGEST_SECONDS = 300.0


class Mode(StrEnum):
    """What happens to news that are told."""

    OK = "ok"
    SLOW = "slow"  # taken at once, answered late
    FAILING = "failing"  # 503
    DOWN = "down"  # the connection is cut
    REFUSING = "refusing"  # answered, but no person's news are taken


class BadMode(ValueError):
    """There is no such mode."""


class Switch:
    """The mode of now, and how late a slow answer comes."""

    def __init__(self) -> None:
        self.mode, self.seconds = Mode.OK, 30.0
        self._turned = threading.Condition()

    def turn(self, fields: dict[str, Any]) -> None:
        """Take `mode` and `seconds` where named, and wake whoever is being slow. Raises BadMode."""
        try:
            mode = Mode(fields.get("mode", self.mode))
            seconds = float(fields.get("seconds", self.seconds))
        except (ValueError, TypeError) as error:
            raise BadMode from error
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise BadMode
        with self._turned:
            self.mode, self.seconds = mode, seconds
            self._turned.notify_all()

    def as_json(self) -> dict[str, Any]:
        """Give what POST /mode takes."""
        return {"mode": self.mode, "seconds": self.seconds}

    def dawdle(self) -> None:
        """Return at once, or in the slow mode after its seconds or when the mode is turned."""
        with self._turned:
            if self.mode is Mode.SLOW:
                self._turned.wait(self.seconds)
