"""Processor time of a card fetched by its token on the hot route, at 64 keep-alive connections.

The cards are made by the real actions in a home of the bench's own; the first run makes them, the next find
them. The server is the one of `make run`: granian, one worker. Beside it stand, measured in turn in the same run,
the same server answering without any look-up (granian and the kernel alone) and a page through Django.
Run: `make bench WHAT=card`.
"""

import os
import time
from dataclasses import dataclass
from statistics import median

from django.core.management import call_command

from bench.kit import home as homes
from bench.kit.cards import card_tokens
from bench.kit.load import CONNECTIONS, client_name, send_load
from bench.kit.processes import need_proc, postgres_of, processor_seconds, tree_of

TARGET_MS = 0.25
PEOPLE = 2000
ROUNDS = 3
SECONDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request took: milliseconds of processor time of server and database, and requests a second."""

    server_ms: float
    database_ms: float
    per_second: float


def main() -> None:
    """Make the cards, start the server, print the table and the last line."""
    need_proc()
    home = homes.enter_home("bench")
    port = homes.free_ports(1)[0]
    os.environ["TIEMCHUNG_PORT"] = str(port)
    with homes.own_database(home):
        begun = time.monotonic()
        tokens = card_tokens(PEOPLE)
        call_command("collectstatic", interactive=False, verbosity=0)  # the page through Django names its files
        seconds = time.monotonic() - begun
        print(f"{len(tokens)} cards ({seconds:.0f} s); {client_name()}, {CONNECTIONS} connections", flush=True)
        kinds = {
            "card by token": [f"/c/{token}.json" for token in tokens],
            "no look-up (/healthz)": ["/healthz"],
            "page through Django (/offline)": ["/offline"],
        }
        log = home / "bench-web.log"
        with homes.running(_web_argv(), log=log) as web:
            homes.wait_until_ready(f"http://127.0.0.1:{port}/healthz", web, log, 60)
            data = home / "postgres" / "data"
            for paths in kinds.values():
                send_load(port, paths, 1)
            costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
            for _ in range(ROUNDS):
                for kind, paths in kinds.items():
                    costs[kind].append(_cost(port, paths, tree_of(web.pid), postgres_of(data)))
    _print_table(costs)


def _cost(port: int, paths: list[str], server: list[int], database: list[int]) -> Cost:
    before = processor_seconds(server), processor_seconds(database)
    done = send_load(port, paths, SECONDS)
    after = processor_seconds(server), processor_seconds(database)
    server_ms, database_ms = ((now - then) * 1000 / done for then, now in zip(before, after, strict=True))
    return Cost(server_ms, database_ms, done / SECONDS)


def _print_table(costs: dict[str, list[Cost]]) -> None:
    print(f"{'ms of processor time a request':<36}{'server':>9}{'database':>10}{'together':>10}{'requests/s':>12}")
    middle = {}
    for kind, rounds in costs.items():
        one = Cost(*(median(getattr(c, name) for c in rounds) for name in ("server_ms", "database_ms", "per_second")))
        middle[kind] = one
        together = one.server_ms + one.database_ms
        print(f"{kind:<36}{one.server_ms:>9.3f}{one.database_ms:>10.3f}{together:>10.3f}{one.per_second:>12,.0f}")
    card = middle["card by token"]
    print(f"BENCH card ms={card.server_ms + card.database_ms:.3f} target<={TARGET_MS}")


def _web_argv() -> list[str]:
    from tiemchung.core.run.processes import all_processes

    return next(list(process.argv) for process in all_processes() if process.name == "web")


if __name__ == "__main__":
    main()
