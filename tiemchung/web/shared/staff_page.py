"""The frame of every page of signed-in staff: who is here, from where, where they may go."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from tiemchung.core.actor import FACILITY_ROLES, Actor, Role
from tiemchung.people.rules.identity import REVIEWERS
from tiemchung.places import reads as places
from tiemchung.stock.rules import ISSUERS
from tiemchung.web.shared.words import say

PEOPLE_ROLES = (
    Role.VACCINATOR,
    Role.FACILITY_LEAD,
    Role.COMMUNE_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.DATA_CORRECTOR,
    Role.PROVINCE_OFFICER,
    Role.MINISTRY_OFFICER,
)
LOT_ROLES = (
    Role.FACILITY_LEAD,
    Role.COMMUNE_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.PROVINCE_OFFICER,
    Role.MINISTRY_OFFICER,
    Role.ADMIN,
)
CASE_ROLES = (
    Role.FACILITY_LEAD,
    Role.COMMUNE_OFFICER,
    Role.DISTRICT_OFFICER,
    Role.DATA_CORRECTOR,
    Role.PROVINCE_OFFICER,
    Role.MINISTRY_OFFICER,
)
# Who may correct doses at all; a bulk correction changes many of them.
BULK_ROLES = (Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR)
# Who follows an area: how its passports come on, which of its doses are suspicious.
BOARD_ROLES = (Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER,
               Role.MINISTRY_OFFICER)  # fmt: skip
# Who may ask whom a member of staff has seen; a province officer only about staff of the own province.
AUDIT_ROLES = (Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.ADMIN)
ALARM_ROLES = (Role.MINISTRY_OFFICER, Role.ADMIN)
# Who sees staff accounts; only an administrator changes anything there.
ACCOUNT_ROLES = (Role.ADMIN, Role.MINISTRY_OFFICER)
# Who makes, rotates and retires signing keys.
KEY_ROLES = (Role.ADMIN, Role.MINISTRY_OFFICER)
# Who asks for revocations and follows them.
REVOKER_ROLES = (Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.ADMIN)
# The pages in the order of the bar: name of the address, key of its words, whose it is.
PAGES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("staff:home", "staff.nav.home", frozenset(Role)),
    ("facility:desk", "staff.nav.desk", FACILITY_ROLES),
    ("facility:today", "staff.nav.today", FACILITY_ROLES),
    ("facility:stock", "staff.nav.stock", FACILITY_ROLES),
    ("facility:passports", "passports.nav", FACILITY_ROLES),
    ("cases:queue", "cases.nav", frozenset(CASE_ROLES)),
    ("hotline:console", "hotline.nav", frozenset({Role.HOTLINE_AGENT})),
    ("authority:people", "staff.nav.people", frozenset(PEOPLE_ROLES)),
    ("facility:identities", "identity.nav", REVIEWERS),
    ("authority:identity_board", "identity.nav", frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})),
    ("authority:passports", "passports.nav", frozenset(BOARD_ROLES)),
    ("authority:ghosts", "staff.nav.ghosts", frozenset(BOARD_ROLES)),
    ("authority:lots", "staff.nav.lots", frozenset(LOT_ROLES)),
    ("authority:issues", "staff.nav.issues", ISSUERS),
    ("accounts:find", "staff.nav.accounts", frozenset(ACCOUNT_ROLES)),
    ("authority:auditor", "staff.nav.auditor", frozenset(AUDIT_ROLES)),
    ("authority:alarms", "staff.nav.alarms", frozenset(ALARM_ROLES)),
    ("authority:keys", "staff.nav.keys", frozenset(KEY_ROLES)),
)


def actor_of(request: HttpRequest) -> Actor:
    """Give the actor that the gate decided."""
    return request.actor  # type: ignore[attr-defined]


def address_of(name: str, **parts: Any) -> str | None:
    """Give the address of a page, or None where it is not served here."""
    try:
        return reverse(name, kwargs=parts or None)
    except NoReverseMatch:
        return None


def place_words(by: Actor) -> str:
    """Say where and as what a member of staff is posted: role, and the name of the facility."""
    role = say(f"access.role.{by.role}")
    if by.facility_id is None:
        return role
    name = places.facility_names([by.facility_id]).get(by.facility_id)
    return f"{role}, {name}" if name else role


def ways_of(request: HttpRequest, by: Actor) -> list[dict[str, Any]]:
    """Give the bar of pages that this role has, the present one marked."""
    ways = []
    for name, key, roles in PAGES:
        href = address_of(name) if by.role in roles else None
        if href is not None:
            under = request.path.startswith(href) if name != "staff:home" else request.path == href
            ways.append({"href": href, "text": say(key), "current": under})
    return ways


def staff_page(request: HttpRequest, template: str, status: int = 200, **facts: Any) -> HttpResponse:
    """Answer with a page in the staff's frame; `facts` are the page's own.

    Raises ValueError for facts under the frame's name of what was told: the frame would show them as a banner.
    """
    if "told_before" in facts:
        raise ValueError("the frame's own name: told_before")
    by = actor_of(request)
    frame = {
        "actor": by,
        "place": place_words(by),
        "nav": ways_of(request, by),
        "home": reverse("staff:home"),
        "sign_out": reverse("staff:sign_out"),
        "footer_links": [{"href": reverse("staff:account"), "text": say("staff.account.title")}],
        "told_before": [(str(one), one.level == messages.SUCCESS) for one in messages.get_messages(request)],
        "errors": {},
    }
    return render(request, template, {**frame, **facts}, status=status, using="jinja2")


def tell(request: HttpRequest, key: str, *, went: bool = True, **facts: Any) -> None:
    """Say once, on the next page, what has just changed, or with `went` False why nothing has."""
    tell_words(request, say(key, **facts), went=went)


def tell_words(request: HttpRequest, words: str, *, went: bool = True) -> None:
    """Say once, on the next page, these words: as done, or with `went` False as something that did not go."""
    (messages.success if went else messages.warning)(request, words)
