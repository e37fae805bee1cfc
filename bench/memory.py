"""Memory of everything that `make run` starts, while and after it is used: PSS of every process, of the database too.

PSS counts what processes share once: PostgreSQL's children all show the same shared buffers. The traffic is that
of the journeys: every page of the table for its audience, cards from the hot route over 64 connections, and people
and doses recorded, for which the worker makes cards. Run: `make bench WHAT=memory`.
"""

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Thread

from bench.kit.cards import card_tokens
from bench.kit.load import send_load
from bench.kit.page_table import PAGES, PageLine, path_of
from bench.kit.processes import need_proc, pss_bytes, title_of
from bench.kit.visitors import Visitors, make_visitors
from bench.kit.whole_run import WholeRun, whole_run

TARGET_MIB = 1024
MIB = 1024 * 1024
PEOPLE = 300
VISITS = 20
HOT_SECONDS = 5
SETTLE_SECONDS = 3
GROUPS = (
    ("PostgreSQL", r"postgres"),
    ("web", r"granian"),
    ("worker", r"manage\.py work"),
    ("stand-in of the gateway", r"messages\.standin"),
    ("stand-in of PC-Covid", r"pc_covid\.standin"),
    ("make run itself", r"tiemchung\.core\.run"),
)


@dataclass
class Highest:
    """The highest reading of all processes together, with what each group had at that moment."""

    total: int = 0
    by_group: dict[str, tuple[int, int]] = field(default_factory=dict)

    def take(self, reading: dict[str, tuple[int, int]]) -> None:
        """Keep the reading (group -> processes, bytes) if it is higher than all before."""
        total = sum(size for _, size in reading.values())
        if total > self.total:
            self.total, self.by_group = total, reading


def main() -> None:
    """Start everything, use it, print the table and the last line."""
    need_proc()
    with whole_run() as run:
        at_rest = _reading(run)
        highest = _watched(run, lambda: _traffic(run))
        time.sleep(SETTLE_SECONDS)
        after = _reading(run)
        highest.take(after)
    _print_table(at_rest, highest.by_group, after)
    print(f"BENCH memory MiB={highest.total / MIB:.0f} target<{TARGET_MIB}")


def _traffic(run: WholeRun) -> None:
    visitors = make_visitors()
    tokens = card_tokens(PEOPLE)
    with ThreadPoolExecutor(8) as crowd:
        asked = [(page, lang) for page in PAGES for lang in ("vi", "en")] * VISITS
        answers = list(crowd.map(lambda one: _status(run, visitors, *one), asked))
    send_load(run.web_port, [f"/c/{token}.json" for token in tokens], HOT_SECONDS)
    both = zip(asked, answers, strict=True)
    wrong = sorted({f"{page.path}: {status}" for (page, _), status in both if status >= 500})
    print(f"{len(answers)} pages and {PEOPLE} people's cards were asked for", flush=True)
    if wrong:
        raise SystemExit("A page that fails uses no memory worth measuring: " + ", ".join(wrong))


def _status(run: WholeRun, visitors: Visitors, page: PageLine, lang: str) -> int:
    request = urllib.request.Request(run.address + path_of(page, visitors))
    request.add_header("Cookie", f"sessionid={visitors.sessions[page.who]}; lang={lang}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        return problem.code


def _watched(run: WholeRun, work: Callable[[], None]) -> Highest:
    highest, over = Highest(), Event()

    def watch() -> None:
        while not over.wait(0.5):
            highest.take(_reading(run))

    thread = Thread(target=watch)
    thread.start()
    try:
        work()
    finally:
        over.set()
        thread.join()
    return highest


def _reading(run: WholeRun) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for pid in dict.fromkeys(run.pids()):
        title = title_of(pid)
        group = next((name for name, pattern in GROUPS if re.search(pattern, title)), "other")
        try:
            size = pss_bytes(pid)
        except PermissionError:
            raise SystemExit("The database runs under another account: run this bench as root.") from None
        count, total = found.get(group, (0, 0))
        found[group] = (count + 1, total + size)
    return found


def _print_table(*readings: dict[str, tuple[int, int]]) -> None:
    print(f"{'MiB of PSS (processes)':<28}{'started':>14}{'highest':>14}{'afterwards':>14}")
    for group in sorted({name for reading in readings for name in reading}):
        cells = [reading.get(group, (0, 0)) for reading in readings]
        print(f"{group:<28}" + "".join(f"{f'{size / MIB:.1f} ({count})':>14}" for count, size in cells))
    totals = [sum(size for _, size in reading.values()) for reading in readings]
    print(f"{'together':<28}" + "".join(f"{total / MIB:>14.1f}" for total in totals))


if __name__ == "__main__":
    main()
