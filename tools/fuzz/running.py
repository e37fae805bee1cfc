"""Each target in a process of its own, at low priority; what libFuzzer prints becomes one line of a table."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CORPUS = CHECKOUT / "var" / "fuzz"
# Seconds of sixty: what strangers show comes first.
SHARES = {
    "reader": 12,
    "message": 12,
    "claims": 10,
    "jws": 6,
    "cbor": 5,
    "seal": 4,
    "base45": 3,
    "zlib": 3,
    "name": 3,
    "lists": 2,
}
# The share of executions counts what an execution costs: a signature a time is dear, a name is cheap.
_PRICE = {"reader": 2, "message": 3, "claims": 6, "jws": 6, "seal": 6}
_STATS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_SPEED = re.compile(r"stat::average_exec_per_sec:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+) ft: \d+ corp: (\d+)")


@dataclass(frozen=True, slots=True)
class Run:
    """What one target did; `broken` is empty, or what went wrong with the file that shows it."""

    name: str
    executions: int
    a_second: int
    covered: int
    corpus: int
    broken: str = ""


def shares(total: float, names: Sequence[str], *, by_price: bool = False) -> dict[str, float]:
    """Give each target its part of `total`; by price, the dear ones get fewer executions."""
    weights = {name: SHARES[name] / (_PRICE.get(name, 1) if by_price else 1) for name in names}
    return {name: total * weight / sum(weights.values()) for name, weight in weights.items()}


def run_one(name: str, options: Iterable[str], corpus: Path = CORPUS, wait_s: float | None = None) -> Run:
    """Fuzz one target to its end and give what it did."""
    kept, broken = corpus / name, corpus / "broken"
    for folder in (kept, broken):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as begin:
        command = [sys.executable, "-m", "tools.fuzz.one", name, str(kept), begin, f"-artifact_prefix={broken}/{name}-"]
        done = subprocess.run(  # noqa: S603
            ["nice", "-n", "10", *command, *options],  # noqa: S607
            capture_output=True, text=True, errors="replace", cwd=CHECKOUT, timeout=wait_s, check=False,
            env=os.environ | {"PYTHONHASHSEED": "0"},
        )  # fmt: skip
    return _read(name, done.stderr + done.stdout, done.returncode)


def _read(name: str, printed: str, code: int) -> Run:
    executions, speed, covered = _STATS.search(printed), _SPEED.search(printed), _COVERED.findall(printed)
    wrong = "" if code == 0 else "\n".join(printed.splitlines()[-30:]) or f"ended with code {code}"
    last = covered[-1] if covered else ("0", "0")
    return Run(
        name,
        int(executions[1]) if executions else 0,
        int(speed[1]) if speed else 0,
        int(last[0]),
        int(last[1]),
        wrong,
    )


def run_all(
    *, seconds: float = 60, executions: int = 0, only: Sequence[str] = (), jobs: int = 1, corpus: Path = CORPUS
) -> list[Run]:
    """Fuzz every target, `jobs` at a time; each gets its share of the seconds or of the executions."""
    names = list(only) or list(SHARES)
    parts = shares(executions or seconds, names, by_price=bool(executions))
    option = "-runs={:.0f}" if executions else "-max_total_time={:.0f}"
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: run_one(name, [option.format(max(1, parts[name]))], corpus), names))


def table(runs: Sequence[Run]) -> list[str]:
    """Give the printed table and its last line."""
    rows = [("target", "executions", "a second", "covered", "corpus", "found")]
    rows += [
        (r.name, f"{r.executions:,}", f"{r.a_second:,}", str(r.covered), str(r.corpus), "BROKEN" if r.broken else "-")
        for r in runs
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows]
    broken = sum(bool(run.broken) for run in runs)
    return [*lines, f"FUZZ executions={sum(r.executions for r in runs)} targets={len(runs)} broken={broken}"]
