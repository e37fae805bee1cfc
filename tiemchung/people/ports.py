"""What people needs from outside: the population register, which says of four fields right or wrong."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FourFields:
    """What the register is asked about one person; `request_id` names the question and nobody else knows it."""

    request_id: str
    full_name: str
    sex: str
    birth_date: dt.date
    number: str

    def __repr__(self) -> str:
        return f"FourFields({self.request_id})"  # a trace must not show a person


class RegisterAway(Exception):
    """The register could not take a batch now; its text is a code."""

    def __init__(self, reason: str, retry_after_s: float = 0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class RegisterRefused(RegisterAway):
    """The register will not take this batch as it is: something in it is not as it should be."""


class PopulationRegister(Protocol):
    """The register; the real address and the one in memory pass the same tests."""

    def is_away(self) -> bool:
        """Tell whether asking now would be in vain; costs nothing."""
        ...

    def ask(self, batch_id: UUID, asked: Sequence[FourFields]) -> Mapping[str, bool]:
        """Give right or wrong by request id; the same batch asked again is answered the same.

        A request that was not understood is left out. Raises RegisterAway, or RegisterRefused, for the batch.
        """
        ...
