"""Where a settled case's corrections have arrived."""

from typing import Any

from tiemchung.cases import reads
from tiemchung.web.cases.frame import Opened
from tiemchung.web.shared.words import say


def travel_told(case: Opened) -> list[dict[str, Any]]:
    """Give each place to which each correction travels, with the time at which it arrived or that it is awaited."""
    return [
        {
            "solution": say(f"case.solution.{stop.solution}.label"),
            "stop": say(f"case.travel.{stop.stop}"),
            "when": say("case.travel.waiting") if stop.at is None else say("case.travel.arrived", at=stop.at),
            "waiting": stop.waiting,
        }
        for stop in reads.travel_of(case.file.effects)
    ]
