"""What a run found: one line a check, summed by layer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Found(StrEnum):
    """How a check ended."""

    AGREED = "agreed"
    KNOWN_WRONG = "known wrong"
    DISAGREED = "disagreed"
    SKIPPED = "skipped"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation of one file: which layer, what was found, and why it is not simply agreed."""

    file: str
    layer: str
    found: Found
    why: str = ""


def agreed_or_not(file: str, layer: str, agreed: bool, why: str) -> Check:
    """Give the Check of an expectation that was met, or was not because of `why`."""
    return Check(file, layer, Found.AGREED if agreed else Found.DISAGREED, "" if agreed else why)


def rows_by(checks: Iterable[Check], what: str) -> list[tuple[str, ...]]:
    """Give the rows of a table, its head first and the sum last; `what` is "layer", or "folder" for the outermost."""
    counts: dict[str, Counter[Found]] = {}
    for check in checks:
        name = check.layer if what == "layer" else check.file.split("/")[0]
        counts.setdefault(name, Counter())[check.found] += 1
    rows: list[tuple[str, ...]] = [(what, "ran", "agreed", "known wrong", "disagreed", "skipped")]
    rows += [_row(name, count) for name, count in counts.items() if _row(name, count)[1:] != ("0",) * 5]
    return [*rows, _row(f"all {what}s", sum(counts.values(), Counter()))]


def table(checks: Iterable[Check], what: str = "layer") -> list[str]:
    """Give the printed table: layer or folder, ran, agreed, known wrong, disagreed, skipped."""
    rows = rows_by(checks, what)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]


def _row(layer: str, count: Counter[Found]) -> tuple[str, ...]:
    agreed, known, wrong = (count[f] for f in (Found.AGREED, Found.KNOWN_WRONG, Found.DISAGREED))
    return (layer, *map(str, (agreed + known + wrong, agreed, known, wrong, count[Found.SKIPPED])))


def total_line(checks: list[Check], files: int) -> str:
    """Give the last printed line, with the five counts of the whole run."""
    count = Counter(check.found for check in checks)
    ran = sum(count[f] for f in (Found.AGREED, Found.KNOWN_WRONG, Found.DISAGREED))
    return (
        f"VECTORS files={files} ran={ran} agreed={count[Found.AGREED]} known_wrong={count[Found.KNOWN_WRONG]} "
        f"disagreed={count[Found.DISAGREED]} skipped={count[Found.SKIPPED]}"
    )


def plain(check: Check) -> dict[str, str]:
    """Give a Check as plain texts for JSON."""
    return {key: str(value) for key, value in asdict(check).items()}
