"""`python -m tools.fuzz [--seconds S | --executions N] [--only NAME ...] [--jobs J]`: every target, then a table.

`--only NAME --again FILE` gives one found input to one target, in this process and without any watching.
"""

import argparse
import sys
from pathlib import Path

from tools.fuzz.running import CORPUS, run_all, table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fuzz", description="Fuzz the readers, guided by coverage.")
    parser.add_argument("--seconds", type=float, default=60, help="processor seconds shared among the targets")
    parser.add_argument("--executions", type=int, default=0, help="instead of seconds: inputs shared among the targets")
    parser.add_argument("--only", nargs="*", default=[], help="these targets alone")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="where what was found interesting is kept")
    parser.add_argument("--again", type=Path, help="one input that broke the target named by --only")
    return parser.parse_args()


def _again(name: str, file: Path) -> int:
    from tools.fuzz.promises import bounded
    from tools.fuzz.targets import JOBS

    bounded(JOBS[name].target)(file.read_bytes())
    print(f"{name}: keeps its promises with {file.name}")  # noqa: T201
    return 0


def main() -> int:
    """Run the targets and print what each did; give 1 when one broke a promise."""
    asked = _arguments()
    if asked.again:
        return _again(asked.only[0], asked.again)
    runs = run_all(
        seconds=asked.seconds, executions=asked.executions, only=asked.only, jobs=asked.jobs, corpus=asked.corpus
    )
    print("\n".join(table(runs)))  # noqa: T201
    for run in runs:
        if run.broken:
            print(f"\n{run.name}: {run.broken}", file=sys.stderr)  # noqa: T201
    return 1 if any(run.broken for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
