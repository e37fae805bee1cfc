"""Ten thousand runs of messages that are old, wrong, repeated or out of order: none lowers a count or changes a dose.

The incident's own test (`tests/incidents/test_i7_vietnam_2021.py`) does it forty times every day; here the same
property is asked for as often as the promise says. Each run is up to six messages through the partner's own door.
`STALE_RUNS` says how many (10,000). Run: `make bench WHAT=stale`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

RUNS = int(os.environ.get("STALE_RUNS", "10000"))
ROOT = Path(__file__).parent.parent
FILE = "tests/incidents/test_i7_vietnam_2021.py"
TEST = "test_no_messages_in_any_order_lower_the_count_or_change_a_recorded_dose"


def main() -> None:
    """Ask the property, print the table and the target; what it found otherwise stands above it."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--hypothesis-show-statistics", f"{FILE}::{TEST}"]
    known = {"TIEMCHUNG_TEST_DB": os.environ.get("TIEMCHUNG_TEST_DB", "stale")}
    asked = subprocess.run(
        command, cwd=ROOT, env=os.environ | known | {"TIEMCHUNG_STALE_RUNS": str(RUNS)}, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    runs, failing = runs_in(asked.stdout)
    if asked.returncode:
        print(asked.stdout + asked.stderr)
    print(f"{'runs':>8}{'losing':>8}\n{runs:>8}{failing:>8}")
    print(f"BENCH stale runs={runs} target>={RUNS}")
    print(f"BENCH stale losing={failing} target=0")
    sys.exit(asked.returncode or int(runs < RUNS))


def runs_in(report: str) -> tuple[int, int]:
    """Give how many examples passed and how many failed, as the report of the property says."""
    counts = re.findall(r"during generate phase.*?(\d+) passing, (\d+) failing", report, re.S)
    return sum(int(passing) for passing, _ in counts), sum(int(failing) for _, failing in counts)


if __name__ == "__main__":
    main()
