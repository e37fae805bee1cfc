"""What the same rows cost when they are written by COPY alone."""

from dataclasses import dataclass

# A row that is changed is one more version of it, which goes into all its indexes like a new one.
CHANGED = " changed"


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of one kind that a step wrote: seconds of processor of client and server by COPY, and how many they are."""

    step: str
    name: str
    seconds: float
    rows: int

    @property
    def changed(self) -> bool:
        """Tell whether these were rows before the step, of which it wrote a new version."""
        return self.name.endswith(CHANGED)
