"""How the stand-in behaves at the moment, switched while it runs."""

import threading
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

LONGEST_SECONDS = 300.0


class Answers(StrEnum):
    """What happens to a message that is handed over."""

    OK = "ok"
    SLOW = "slow"  # taken at once, answered late
    FAILING = "failing"  # 503, or ESME_RTHROTTLED
    DOWN = "down"  # HTTP connections are cut, the SMPP port is closed
    LOST = "lost"  # taken, then the connection is cut before the answer


class Receipts(StrEnum):
    """How the receipts of messages taken from now on come back."""

    ONCE = "once"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    NONE = "none"


class BadMode(ValueError):
    """There is no such mode; the text is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to behave; `seconds` is how late a slow answer comes."""

    answers: Answers = Answers.OK
    receipts: Receipts = Receipts.ONCE
    seconds: float = 30.0

    def changed_by(self, fields: dict[str, Any]) -> "Mode":
        """Give this mode with `mode`, `receipts` and `seconds` replaced where named. Raises BadMode."""
        try:
            changed = replace(
                self,
                answers=Answers(fields.get("mode", self.answers)),
                receipts=Receipts(fields.get("receipts", self.receipts)),
                seconds=float(fields.get("seconds", self.seconds)),
            )
        except (ValueError, TypeError) as error:
            raise BadMode(str(error)) from None
        if not 0 <= changed.seconds <= LONGEST_SECONDS:
            raise BadMode(f"seconds must be 0 to {LONGEST_SECONDS:g}")
        return changed

    def as_json(self) -> dict[str, Any]:
        """Give what POST /mode takes."""
        fields = asdict(self)
        fields["mode"] = fields.pop("answers")
        return fields


class Switch:
    """The mode that all doors of the stand-in look at."""

    def __init__(self) -> None:
        self._mode = Mode()
        self._turned = threading.Condition()

    @property
    def mode(self) -> Mode:
        """The mode of now."""
        return self._mode

    def turn(self, fields: dict[str, Any]) -> Mode:
        """Change the mode and wake whoever is being slow. Raises BadMode."""
        with self._turned:
            self._mode = self._mode.changed_by(fields)
            self._turned.notify_all()
            return self._mode

    def dawdle(self) -> None:
        """Return at once, or in the slow mode after its seconds or when the mode is turned."""
        with self._turned:
            if self._mode.answers is Answers.SLOW:
                self._turned.wait(self._mode.seconds)
