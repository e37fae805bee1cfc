"""The budgets of the pages: first loads by Lighthouse on slow networks, and axe on every page and state.

Starts everything of `make run` in a home of the benches' own. Lighthouse loads the citizen's and the portal's pages
as a phone on slow 4G and slow 3G (its simulated networks, processor four times slower; a page over a budget is loaded
twice more and the median counts). axe looks at every page of kit/page_table.py and every state of kit/walks.py,
Vietnamese and English, 320, 390 and 1280 px wide. `ONLY=axe` or `ONLY=lighthouse` does half;
`PAGES="verifier;card"` loads only the pages whose names begin so.
Run: `make bench WHAT=pages`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.kit.lighthouse import SLOW_3G, SLOW_4G, Load, find_browser, first_load, install_lighthouse
from bench.kit.looking import LANGUAGES, WIDTHS, Seen, look_at_everything
from bench.kit.page_table import PAGES, PageLine, path_of
from bench.kit.visitors import Visitors, make_visitors
from bench.kit.whole_run import WholeRun, whole_run

RUNS = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit of a first load; `low` for a figure that must not be lower."""

    name: str
    unit: str
    limit: float
    of: Callable[[Load, Load], float]
    low: bool = False
    digits: int = 0

    def holds(self, figure: float) -> bool:
        """Tell whether a page keeps within it."""
        return figure >= self.limit if self.low else figure <= self.limit


BUDGETS = (
    Budget("lcp-4g", "s", 1.5, lambda fast, slow: fast.lcp, digits=2),
    Budget("lcp-3g", "s", 4.0, lambda fast, slow: slow.lcp, digits=2),
    Budget("tbt", "ms", 150, lambda fast, slow: fast.tbt),
    Budget("cls", "shift", 0.02, lambda fast, slow: fast.cls, digits=3),
    Budget("performance", "score", 95, lambda fast, slow: fast.performance, low=True),
    Budget("accessibility", "score", 100, lambda fast, slow: fast.accessibility, low=True),
    Budget("first-load", "KB", 75, lambda fast, slow: fast.sent / 1024, digits=1),
    Budget("requests", "count", 10, lambda fast, slow: fast.requests),
)


def main() -> None:
    """Start everything, look at it, print the tables and a line for each budget."""
    only = os.environ.get("ONLY", "")
    browser = find_browser()
    with whole_run() as run:
        program = install_lighthouse(run.home / f"lighthouse-{os.geteuid()}") if only != "axe" else None
        visitors = make_visitors()
        figures = _loads(program, browser, run, visitors) if program else {}
        seen = look_at_everything(run, browser, visitors) if only != "lighthouse" else None
    if figures:
        busy, cores = os.getloadavg()[1], os.cpu_count() or 1
        if busy > cores:
            print(f"The machine was busy (load {busy:.1f} on {cores} cores): paints look later than they are.")
        _print_loads(figures)
    if seen:
        _print_seen(seen)
    for number, budget in enumerate(BUDGETS if figures else ()):
        worst = (min if budget.low else max)(row[number] for row in figures.values())
        sign = ">=" if budget.low else "<="
        print(f"BENCH pages {budget.name} {budget.unit}={worst:.{budget.digits}f} target{sign}{budget.limit:g}")
    if seen:
        print(f"BENCH pages axe violations={len(seen.wrong)} target<=0")
        print(f"BENCH pages states broken={len(seen.broken)} target<=0")


def _loads(program: Path, browser: str, run: WholeRun, visitors: Visitors) -> dict[str, list[float]]:
    figures = {}
    chosen = tuple(name.strip() for name in os.environ.get("PAGES", "").split(";"))  # "" begins every name
    for line in PAGES:
        if line.measured and line.name.startswith(chosen):
            figures[line.name] = _figures(program, browser, run, visitors, line)
            print(f"loaded: {line.name}", flush=True)
    return figures


def _figures(program: Path, browser: str, run: WholeRun, visitors: Visitors, line: PageLine) -> list[float]:
    session = visitors.sessions[line.who]

    def load() -> list[float]:
        pair = [
            first_load(program, browser, run.address + path_of(line, visitors), network, session)
            for network in (SLOW_4G, SLOW_3G)
        ]
        return [budget.of(*pair) for budget in BUDGETS]

    rounds = [load()]
    if not all(budget.holds(figure) for budget, figure in zip(BUDGETS, rounds[0], strict=True)):
        rounds += [load() for _ in range(RUNS - 1)]
    return [median(column) for column in zip(*rounds, strict=True)]


def _print_loads(figures: dict[str, list[float]]) -> None:
    print(f"{'first load (* over budget)':<28}" + "".join(f"{budget.name:>14}" for budget in BUDGETS))
    for name, row in figures.items():
        cells = (
            f"{figure:.{budget.digits}f}{' ' if budget.holds(figure) else '*'}"
            for budget, figure in zip(BUDGETS, row, strict=True)
        )
        print(f"{name:<28}" + "".join(f"{cell:>14}" for cell in cells))


def _print_seen(seen: Seen) -> None:
    sides = f"{len(LANGUAGES)} languages, {len(WIDTHS)} widths"
    print(f"axe: {len(seen.states)} pages and states, {sides}: {seen.looks} looks")
    for name, lang, width, rule, where in seen.wrong:
        print(f"  {name:<30}{lang:<4}{width:>5}  {rule}: {where}")
    for words in seen.broken:
        print(f"  broken: {words}")


if __name__ == "__main__":
    main()
