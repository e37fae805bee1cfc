"""How the stand-in behaves at the moment, switched while it runs."""

import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from tiemchung.interop.standins.switch import BadMode, seconds_of


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


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to behave; `seconds` is how late a slow answer comes."""

    answers: Answers = Answers.OK
    receipts: Receipts = Receipts.ONCE
    seconds: float = 30.0

    def changed_by(self, fields: dict[str, Any]) -> "Mode":
        """Give this mode with `mode`, `receipts` and `seconds` replaced where named. Raises BadMode."""
        try:
            answers = Answers(fields.get("mode", self.answers))
            receipts = Receipts(fields.get("receipts", self.receipts))
        except ValueError as error:
            raise BadMode(str(error)) from None
        return Mode(answers, receipts, seconds_of(fields, self.seconds))

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

    def as_json(self) -> dict[str, Any]:
        """Give what POST /mode takes."""
        return self._mode.as_json()

    def dawdle(self) -> None:
        """Return at once, or in the slow mode after its seconds or when the mode is turned."""
        with self._turned:
            if self._mode.answers is Answers.SLOW:
                self._turned.wait(self._mode.seconds)
