"""What forms about vaccine stock share: a number of doses as it is typed, and each refusal at its own field."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from tiemchung.core.verdict import Verdict
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts, lot_state
from tiemchung.web.shared.staff_home import SOON
from tiemchung.web.shared.typed import line_in
from tiemchung.web.shared.words import say, say_reason

LONGEST_NUMBER = 10
NO_NUMBER = -1
_NUMBER = re.compile(r"\d{1,7}|\d{1,3}(?:[ .,]\d{3})+")
_ORDER = ("lot", "doses", "paper", "on_day-day", "because")  # as the fields stand on the page
_FIELDS = {
    "LOT_UNKNOWN": "lot",
    "STOCK_LOT_EXPIRED": "lot",
    "STOCK_LOT_RECALLED": "lot",
    "STOCK_NO_SHELF": "lot",
    "STOCK_NUMBER_WRONG": "doses",
    "STOCK_TOO_FEW": "doses",
    "STOCK_EXTRA_TOO_MANY": "doses",
    "STOCK_PAPER_MISSING": "paper",
    "STOCK_PAPER_TOO_LONG": "paper",
    "STOCK_PAPER_ON_THE_WAY": "paper",
    "STOCK_PAPER_TWICE": "paper",
    "STOCK_DAY_WRONG": "on_day-day",
    "STOCK_BEFORE_SENT": "on_day-day",
    "STOCK_BEFORE_COUNT": "on_day-day",
    "REASON_MISSING": "because",
    "TEXT_TOO_LONG": "because",
}


def doses_in(data: QueryDict, name: str = "doses") -> tuple[str, int]:
    """Give what was typed and the number that it is, thousands parted or not; NO_NUMBER for anything else."""
    typed = line_in(data, name, LONGEST_NUMBER)
    whole = typed.isascii() and _NUMBER.fullmatch(typed)
    return typed, int(re.sub(r"[ .,]", "", typed)) if whole else NO_NUMBER


def fields_of(verdict: Verdict) -> tuple[dict[str, str], Verdict]:
    """Give the words of each refusal by its field, and the rest, which belongs to no field."""
    told: dict[str, str] = {}
    for reason in verdict.refusals:
        if reason.code in _FIELDS:
            told.setdefault(_FIELDS[reason.code], say_reason(reason))
    errors = {field: told[field] for field in _ORDER if field in told}
    return errors, Verdict(tuple(r for r in verdict.reasons if r.code not in _FIELDS))


def lot_words(lot: LotFacts, key: str = "stock.lot_of", **facts: Any) -> str:
    """Give a lot in one line: product, number and what else the words name."""
    product = vaccines.product(lot.product)
    label = product.label if product else lot.product
    label = f"{label} ({lot.component})" if lot.component else label
    return say(key, product=label, number=lot.number, expires_on=lot.expires_on, **facts)


def usable_lots(today: dt.date) -> list[tuple[str, str]]:
    """Give every lot that may be sent out or taken in, to choose from."""
    lots = [lot for product in vaccines.products(today) for lot in vaccines.lots_of(product.code, today)]
    return choice_of((lot, lot_words(lot, "stock.form.lot_line")) for lot in lots)


def choice_of(lots: Iterable[tuple[LotFacts, str]]) -> list[tuple[str, str]]:
    """Give lots as the items of a list that begins with nothing chosen."""
    return [("", say("stock.form.choose_lot")), *((str(lot.id), words) for lot, words in lots)]


def state_words(lot: LotFacts, today: dt.date) -> Mapping[str, Any]:
    """Give the lot's state, and whether it expires soon."""
    state = lot_state(lot, today)
    return {"state": state, "soon": state == "USABLE" and lot.expires_on <= today + SOON}
