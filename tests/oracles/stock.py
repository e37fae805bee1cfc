"""A second, slow implementation of what was given from each lot: the whole ledger is played from its beginning.

It knows entries as they were appended and nothing of the tables of doses and lot days.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Shelf = tuple[str, str]


def given_from(entries: Iterable[Mapping[str, Any]], opened: Mapping[Shelf, dt.date]) -> dict[Shelf, int]:
    """Give by (facility, lot) how many doses count against the shelf; `opened` says from which day on.

    Each entry has dose_id, kind and facts, in the order of the ledger.
    """
    standing: dict[str, tuple[Shelf, dt.date]] = {}
    declared: set[str] = set()
    for entry in entries:
        dose, kind, facts = str(entry["dose_id"]), entry["kind"], entry["facts"]
        declared.discard(dose)
        if kind == "VOIDED":
            standing.pop(dose, None)
            continue
        if kind == "DECLARED":
            declared.add(dose)
            continue
        shelf = (str(facts["facility_id"]), str(facts["lot_id"]))
        standing[dose] = (shelf, dt.date.fromisoformat(facts["given_on"]))
    found = Counter(shelf for shelf, day in standing.values() if shelf in opened and day >= opened[shelf])
    return {shelf: found[shelf] for shelf in opened}
