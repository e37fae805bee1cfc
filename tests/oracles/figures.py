"""A second, slow implementation of the figures: the whole ledger is played from its beginning.

It knows entries as they were appended and nothing of the table of doses.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

Figures = dict[tuple[str, str, str], int]


def figures_from(entries: Iterable[dict[str, Any]]) -> Figures:
    """Give the doses by (facility, day, product).

    Each entry has dose_id, kind and facts, in the order of the ledger.
    """
    counted: dict[str, tuple[str, str, str]] = {}
    declared: set[str] = set()
    for entry in entries:
        dose, kind, facts = str(entry["dose_id"]), entry["kind"], entry["facts"]
        if kind == "VOIDED":
            counted.pop(dose, None)
            declared.discard(dose)
            continue
        if kind == "DECLARED":
            declared.add(dose)
        elif kind in {"RECORDED", "VERIFIED"}:
            declared.discard(dose)
        if dose not in declared:
            place = facts["facility_id"] or "00000000-0000-0000-0000-000000000000"
            counted[dose] = (place, facts["given_on"], facts["product"])
    return dict(Counter(counted.values()))
