"""The staff's first page: what my role can do here, with counts that lead to the lists behind them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tiemchung.cases.reads import CEILING, due_counts
from tiemchung.core import clock
from tiemchung.core.actor import FACILITY_ROLES, Actor, Role
from tiemchung.core.audit import AuditView, seen_by
from tiemchung.stock.rules import ISSUERS
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import (
    ACCOUNT_ROLES,
    BOARD_ROLES,
    CASE_ROLES,
    KEY_ROLES,
    LOT_ROLES,
    PEOPLE_ROLES,
    REVOKER_ROLES,
    actor_of,
    address_of,
    staff_page,
)
from tiemchung.web.shared.words import say

SOON = dt.timedelta(days=14)
CORRECTIONS = frozenset(
    {"amended_dose", "voided_dose", "verified_dose", "people.amend_profile", "people.link_profiles", "people.undo_link"}
)


@open_to_staff()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the pages of this role, what was done today, and what waits."""
    by, today = actor_of(request), clock.today()
    return staff_page(
        request,
        "staff_home.html",
        tiles=tiles_of(by, case_counts(by, clock.now())),
        today=counts_of(lines_today(by, today), by),
        lots=lot_counts(today) if by.role in LOT_ROLES else [],
    )


def tiles_of(by: Actor, reports: Sequence[tuple[str, str, str]] = ()) -> list[dict[str, Any]]:
    """Give the pages of this role, each with a sentence, and what waits among the reports on theirs."""
    pages = [
        ("facility:desk", "desk", by.role in FACILITY_ROLES),
        ("facility:today", "today", by.role in FACILITY_ROLES),
        ("facility:stock", "stock", by.role in FACILITY_ROLES),
        ("facility:passports", "passports", by.role in FACILITY_ROLES),
        ("cases:queue", "cases", by.role in CASE_ROLES),
        ("hotline:console", "hotline", by.role is Role.HOTLINE_AGENT),
        ("authority:people", "people", by.role in PEOPLE_ROLES),
        ("authority:passports", "passport_board", by.role in BOARD_ROLES),
        ("authority:ghosts", "ghosts", by.role in BOARD_ROLES),
        ("authority:lots", "lots", by.role in LOT_ROLES),
        ("authority:issues", "issues", by.role in ISSUERS),
        ("accounts:find", "accounts", by.role in ACCOUNT_ROLES),
        ("authority:central", "signing", by.role is Role.MINISTRY_OFFICER),
        ("authority:revocations", "revocations", by.role in REVOKER_ROLES),
        ("authority:watch", "watch", by.role in KEY_ROLES),
        ("authority:keys", "keys", by.role in KEY_ROLES),
        ("staff:account", "account", True),
    ]
    found = [(address_of(name), key) for name, key, mine in pages if mine]
    return [
        {
            "href": href,
            "title": say(f"staff.tile.{key}.title"),
            "text": say(f"staff.tile.{key}.text"),
            "counts": reports if key == "cases" else (),
        }
        for href, key in found
        if href
    ]


def case_counts(by: Actor, at: dt.datetime) -> list[tuple[str, str, str]]:
    """Give what is late and what is due soon at the desk: words, colour and list; what is nought is left out."""
    if by.role not in CASE_ROLES:
        return []
    queue = address_of("cases:queue") or ""
    rows = zip(("late", "soon"), due_counts(by, at), ("red", "orange"), ("?show=LATE", ""), strict=True)
    return [
        (say(f"staff.cases.{key}", n=say("cases.ceiling") if n >= CEILING else n), colour, f"{queue}{which}")
        for key, n, colour, which in rows
        if n
    ]


def lines_today(by: Actor, today: dt.date) -> Sequence[AuditView]:
    """Give everything that the actor did and looked at since midnight in Vietnam."""
    since = dt.datetime.combine(today, dt.time(), clock.VIETNAM)
    return seen_by(by.id, since, since + dt.timedelta(days=1)) if by.id else ()


def counts_of(lines: Sequence[AuditView], by: Actor) -> list[dict[str, Any]]:
    """Give today's counts with the lists that they lead to; what is nought is left out."""
    opened = {line.subject_id for line in lines if line.action == "people.open_person"}
    counts = [
        (sum(line.action == "record_dose" for line in lines), "recorded", "facility:today"),
        (len(opened), "opened", "authority:my_looks"),
        (sum(line.action in CORRECTIONS for line in lines), "corrected", "authority:my_looks"),
    ]
    return [
        {"number": number, "label": say(f"staff.count.{key}"), "href": address_of(name) if _serves(name, by) else None}
        for number, key, name in counts
        if number
    ]


def lot_counts(today: dt.date) -> list[dict[str, Any]]:
    """Give how many lots expire within two weeks and how many are recalled, each with its list."""
    lots = [lot for product in vaccines.products(today) for lot in vaccines.all_lots_of(product.code)]
    soon = [lot for lot in lots if _expires_soon(lot, today)]
    recalled = [lot for lot in lots if lot.recalled]
    where = address_of("authority:lots")
    return [
        {"number": len(found), "label": say(f"staff.count.{key}"), "href": f"{where}?show={key}" if where else None}
        for key, found in (("soon", soon), ("recalled", recalled))
        if found
    ]


def _expires_soon(lot: LotFacts, today: dt.date) -> bool:
    return not lot.recalled and today <= lot.expires_on <= today + SOON


def _serves(name: str, by: Actor) -> bool:
    return by.role in (FACILITY_ROLES if name.startswith("facility:") else PEOPLE_ROLES)
