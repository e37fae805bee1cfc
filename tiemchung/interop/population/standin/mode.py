"""How the stand-in behaves at the moment, switched while it runs."""

import time
from enum import StrEnum
from typing import Any

from tiemchung.interop.standins.switch import Switch


class Mode(StrEnum):
    """What happens to a question."""

    OK = "ok"
    SLOW = "slow"  # weighed at once, answered late
    FAILING = "failing"  # 503
    DOWN = "down"  # the connection is cut
    LIMITED = "limited"  # one question in so many seconds, else 429 with Retry-After
    BROKEN = "broken"  # 200, and no sense in it
    UNSIGNED = "unsigned"  # 200 and right of everybody, as somebody in the way without the key would say
    PARTIAL = "partial"  # every second answer is missing, and one too many is there
    REFUSING = "refusing"  # 422 for the batch


class Limiting(Switch[Mode]):
    """The mode of now; its seconds are how late it is, or what lies between two questions."""

    def __init__(self) -> None:
        super().__init__(Mode.OK, slow=Mode.SLOW)
        self._open_at = 0.0

    def turn(self, fields: dict[str, Any]) -> None:
        """Turn it; who waited may ask again."""
        super().turn(fields)
        with self.turned:
            self._open_at = 0.0

    def seconds_to_rest(self) -> int:
        """Give 0 to whoever may ask now, else for how many whole seconds nobody may."""
        with self.turned:
            now = time.monotonic()
            if self.mode is not Mode.LIMITED:
                return 0
            if now < self._open_at:
                return int(self._open_at - now) + 1
            self._open_at = now + self.seconds
            return 0
