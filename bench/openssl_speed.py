"""What one core does with openssl itself, and the same processor time for our own loop."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time

ROUNDS = 5
SECONDS = 2.0
_RESULT = re.compile(r"256 bits ecdsa \(nistp256\)\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)")


@dataclass(frozen=True, slots=True)
class Speed:
    """Operations a second of processor time on one core."""

    signs: float
    verifies: float


def p256_per_second() -> Speed:
    """Give openssl's own P-256 signatures and verifications a second (user time, one core)."""
    program = shutil.which("openssl")
    if program is None:
        raise SystemExit("openssl is missing: install it, for example `apt-get install openssl`, and run again.")
    answer = subprocess.run(
        [program, "speed", "-seconds", str(int(SECONDS)), "ecdsap256"], capture_output=True, text=True, check=True
    )
    found = _RESULT.search(answer.stdout)
    if found is None:
        raise SystemExit(f"openssl speed printed something unexpected:\n{answer.stdout}")
    return Speed(float(found[1]), float(found[2]))


def measured(loop: Callable[[], int]) -> float:
    """Give how many a second of processor time `loop` does; it returns how many it did in one call."""
    done, start = 0, process_time()
    while process_time() - start < SECONDS:
        done += loop()
    return done / (process_time() - start)


def print_table(ours: str, theirs: str, rows: list[tuple[float, float]]) -> float:
    """Print (openssl, ours) of each round and give the ratio of the two best rounds.

    The best round is the one that neighbours on the machine disturbed least; the median is printed beside it.
    """
    print(f"{'round':<8}{theirs + '/s':>36}{ours + '/s':>18}{'ratio':>8}")
    columns = list(zip(*rows, strict=True))
    lines = [*enumerate(rows, 1), ("median", tuple(map(median, columns))), ("best", tuple(map(max, columns)))]
    for name, (reference, mine) in lines:
        print(f"{name:<8}{reference:>36,.0f}{mine:>18,.0f}{mine / reference:>8.2f}")
    return float(max(columns[1]) / max(columns[0]))
