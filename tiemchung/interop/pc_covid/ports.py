"""What the partner is told, what it answers, and how it may be absent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Said(StrEnum):
    """What the partner says of one person's news."""

    TAKEN = "taken"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class News:
    """One person's state as the partner gets it; `body` holds token and version too."""

    token: str
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The partner's word on one person; `has` is the version that it holds, `code` why it refused."""

    said: Said
    has: int = 0
    code: str = ""


class PartnerAway(Exception):
    """The partner could not take the batch now; its text is a code."""

    def __init__(self, reason: str, retry_after_s: float = 0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class PartnerPort(Protocol):
    """What the feed needs of the partner; the real address and the stand-in pass the same tests."""

    def is_away(self) -> bool:
        """Tell whether asking now would be in vain; costs nothing."""
        ...

    def tell(self, news: Sequence[News]) -> Mapping[str, Answer]:
        """Hand the news over and give the answers by token; raise PartnerAway for the batch as a whole."""
        ...
