"""How the stand-in behaves at the moment, switched while it runs."""

import threading
import time
from enum import StrEnum
from typing import Any

LONGEST_SECONDS = 300.0


class Mode(StrEnum):
    """What happens to a question."""

    OK = "ok"
    SLOW = "slow"  # weighed at once, answered late
    FAILING = "failing"  # 503
    DOWN = "down"  # the connection is cut
    LIMITED = "limited"  # one question in so many seconds, else 429 with Retry-After
    BROKEN = "broken"  # 200, and no sense in it
    PARTIAL = "partial"  # every second answer is missing, and one too many is there
    REFUSING = "refusing"  # 422 for the batch


class BadMode(ValueError):
    """There is no such mode."""


class Switch:
    """The mode of now, and the seconds by which it is late or which lie between two questions."""

    def __init__(self) -> None:
        self.mode, self.seconds = Mode.OK, 30.0
        self._turned = threading.Condition()
        self._open_at = 0.0

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
            self.mode, self.seconds, self._open_at = mode, seconds, 0.0
            self._turned.notify_all()

    def as_json(self) -> dict[str, Any]:
        """Give what POST /mode takes."""
        return {"mode": self.mode, "seconds": self.seconds}

    def dawdle(self) -> None:
        """Return at once, or in the slow mode after its seconds or when the mode is turned."""
        with self._turned:
            if self.mode is Mode.SLOW:
                self._turned.wait(self.seconds)

    def seconds_to_rest(self) -> int:
        """Give 0 to whoever may ask now, else for how many whole seconds nobody may."""
        with self._turned:
            now = time.monotonic()
            if self.mode is not Mode.LIMITED:
                return 0
            if now < self._open_at:
                return int(self._open_at - now) + 1
            self._open_at = now + self.seconds
            return 0
