"""Every address of the product: it has a gate, it opens only for whom it was made, and denial tells nothing (M14, M19).

The expectation is one table, written apart from the views: which roles open which addresses, and for whose data.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.web.authority.conftest import LATER, enter_as
from tiemchung.cases.actions import open_case
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.places.reads import FacilityView

ALL = frozenset(Role)
DESK = frozenset({Role.VACCINATOR, Role.FACILITY_LEAD})
SEERS = DESK | {Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER,
                Role.MINISTRY_OFFICER}  # fmt: skip
CORRECTORS = DESK | {Role.DATA_CORRECTOR}
JOINERS = frozenset({Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR})
PLACERS = frozenset({Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR})
TRAIL = frozenset({Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})
LOTS = (SEERS - {Role.VACCINATOR, Role.DATA_CORRECTOR}) | {Role.ADMIN}
REVIEWERS = frozenset({Role.FACILITY_LEAD, Role.COMMUNE_OFFICER, Role.DATA_CORRECTOR})
LEAD = frozenset({Role.FACILITY_LEAD})
ISSUERS = frozenset({Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})
MINISTRY = frozenset({Role.MINISTRY_OFFICER})
KEYS_AT_CENTRE = frozenset({Role.MINISTRY_OFFICER, Role.ADMIN})
REVOKERS = frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
AGENT = frozenset({Role.HOTLINE_AGENT})
ALARM = ADMIN | {Role.MINISTRY_OFFICER}
AUDIT = ALARM | {Role.PROVINCE_OFFICER}
CASES = SEERS - {Role.VACCINATOR}
BOARD = CASES - {Role.FACILITY_LEAD}
BULK = CASES - {Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER}
# Namespace and name of a staff address -> the roles that it exists for. What is not here is nobody's.
TABLE: dict[str, frozenset[Role]] = {
    "staff:home": ALL, "staff:account": ALL, "staff:step_up": ALL, "staff:renew_codes": ALL,
    "staff:add_passkey": ALL, "staff:drop_passkey": ALL, "staff:new_password": ALL, "staff:everywhere": ALL,
    "staff:prove_passkey": ALL,
    "authority:people": SEERS, "authority:purpose": SEERS, "authority:my_looks": SEERS, "authority:person": SEERS,
    "authority:dose": SEERS, "authority:trail": TRAIL, "authority:find_twin": JOINERS, "authority:compare": JOINERS,
    "authority:undo_link": JOINERS, "authority:amend_dose": CORRECTORS, "authority:void_dose": CORRECTORS,
    "authority:verify_dose": CORRECTORS, "authority:place_dose": PLACERS,
    "authority:amend_person": CORRECTORS | JOINERS,
    "authority:move_phone": JOINERS,
    "authority:auditor": AUDIT, "authority:looks_of": AUDIT, "authority:alarms": ALARM, "authority:see_alarm": ALARM,
    "cases:queue": CASES, "cases:next": CASES, "cases:board": BOARD, "cases:board_of": BOARD, "cases:lines": BOARD,
    "cases:file": CASES, "cases:claim": CASES, "cases:release": CASES, "cases:find": CASES, "cases:decide": CASES,
    "cases:manual": CASES, "cases:refuse": CASES, "cases:ask": CASES, "cases:pass": CASES, "cases:paper": CASES,
    "cases:intake": CASES, "cases:intake_person": CASES, "cases:intake_dose": CASES, "cases:register": CASES,
    "cases:letter": CASES, "cases:add_paper": CASES, "cases:told": CASES,
    "cases:letters": CASES, "cases:print_letters": CASES, "cases:print_letter": CASES, "cases:print_run": CASES,
    "cases:bulk": BULK, "cases:propose_bulk": BULK, "cases:bulk_list": BULK, "cases:approve_bulk": BULK,
    "cases:withdraw_bulk": BULK, "cases:undo_bulk": BULK,
    "accounts:find": ALARM, "accounts:account": ALARM, "accounts:reset_factors": ADMIN, "accounts:end_sign_ins": ADMIN,
    "accounts:end_posting": ADMIN, "accounts:roles": ALARM, "accounts:open_role": ALARM, "accounts:close_role": ALARM,
    "accounts:canary": ALARM,
    "hotline:console": AGENT, "hotline:begin": AGENT, "hotline:call": AGENT, "hotline:search": AGENT,
    "hotline:prove": AGENT, "hotline:code": AGENT, "hotline:add": AGENT, "hotline:case_form": AGENT,
    "hotline:end": AGENT, "hotline:answers": AGENT, "hotline:call_backs": AGENT, "hotline:call_back": AGENT,
    "hotline:claim_back": AGENT, "hotline:finish_back": AGENT, "hotline:wall": AGENT | {Role.MINISTRY_OFFICER},
    "facility:identities": REVIEWERS, "facility:identity": REVIEWERS, "facility:identity_review": REVIEWERS,
    "facility:identity_confirm": REVIEWERS, "facility:identity_nobody": REVIEWERS,
    "facility:identity_number": REVIEWERS, "facility:identity_ask": REVIEWERS,
    "authority:identity_board": BOARD, "authority:identity_board_of": BOARD,
    "facility:passports": DESK, "facility:passport_work": DESK, "facility:passport_take_up": DESK,
    "facility:passport_people": DESK, "facility:passport_sign": LEAD,
    "facility:passport_run": DESK, "facility:passport_stop": LEAD, "facility:passport_own_key": LEAD,
    "facility:passport_keys": LEAD, "facility:passport_key_revoke": LEAD,
    "authority:passports": BOARD, "authority:passports_of": BOARD,
    "authority:passport_people": BOARD, "authority:passport_people_of": BOARD,
    "authority:central": MINISTRY, "authority:central_run": MINISTRY, "authority:central_move": MINISTRY,
    "authority:revocations": REVOKERS, "authority:revocation": REVOKERS, "authority:revoke_central": KEYS_AT_CENTRE,
    "authority:revoke_one": frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER}),
    "authority:facility_keys": frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER}),
    "authority:reissue": MINISTRY, "authority:set_aside": MINISTRY, "authority:retry_passport": MINISTRY,
    "authority:watch": KEYS_AT_CENTRE, "authority:ghosts": BOARD, "authority:ghost_case": BOARD,
    "authority:ghost_clear": BOARD,
    "authority:trust_sources": ALARM, "authority:trust_source": ALARM,
    "authority:trust_source_drop": ALARM,
    "authority:keys": ALARM, "authority:keys_rotate": ALARM, "authority:keys_lacking": ALARM,
    "authority:keys_facility": ALARM, "authority:keys_facility_new": ALARM, "authority:keys_facility_retire": ALARM,
    "authority:keys_facility_revoke": REVOKERS,
    "facility:stock": DESK, "facility:stock_lot": DESK, "facility:stock_issue": LEAD, "facility:stock_receive": LEAD,
    "facility:stock_count": LEAD, "facility:stock_discard": LEAD, "facility:stock_return": LEAD,
    "facility:stock_extra": LEAD, "authority:issues": ISSUERS, "authority:new_issue": ISSUERS,
    "authority:cancel_issue": ISSUERS,
    "authority:lots": LOTS, "authority:new_lot": LOTS, "authority:lot": LOTS,
}  # fmt: skip
# Machines call these: the signature over the body stands in the gate's place.
SIGNED = frozenset({"pc_covid_proposals", "sms_receipt", "fhir_metadata", "fhir_health_certificate"})
# What we publish for verifiers' own pages: nobody's data, and no cookie is read there.
PUBLISHED = frozenset({"portal:trust_items", "portal:trust_jwks", "portal:trust_did", "portal:trust_did_log",
                       "portal:trust_did_usage", "portal:log_head", "portal:log_proof",
                       "portal:log_growth", "portal:trust_crl"})  # fmt: skip
ABOUT_A_PERSON = ("person_id", "profile_id")
# Addresses of things that this town has not got, or that open to one holder only; each audience's own tests open them.
NOT_HERE = frozenset({
    "import_id",
    "area_id", "bulk_id", "facility_id", "issue_id", "key_id", "kid", "link_id", "lot_id", "opening_id", "order_id",
    "page_id", "province_id", "purpose", "reason", "run_id", "step", "task_id", "unit_id",
})  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address: its full name, its pattern, the names of its parts, and its gate."""

    name: str
    pattern: str
    parts: tuple[tuple[str, str], ...]
    gate: str

    def address(self, **values: Any) -> str:
        """Give the address with these parts, and invented ones for the rest."""
        path = "/" + self.pattern
        for kind, part in self.parts:
            value = str(values.get(part, uuid4() if kind == "uuid" else "x"))
            path = path.replace(f"<{kind}:{part}>" if kind else f"<{part}>", value)
        return path


@cache
def routes() -> tuple[Route, ...]:
    """Walk the resolver and give every route."""
    return tuple(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[URLPattern | URLResolver], path: str, space: str) -> Iterator[Route]:
    for one in patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here, f"{one.namespace}:" if one.namespace else space)
        else:
            parts = tuple(re.findall(r"<(?:(\w+):)?(\w+)>", here))
            yield Route(f"{space}{one.name}", here, parts, getattr(one.callback, "gate", ""))


@pytest.fixture(autouse=True)
def plain(settings: Any) -> Iterator[None]:
    """Name static files as they are, and stand a little after the builders' present."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with time_machine.travel(LATER, tick=False):
        yield


@dataclass
class Town:
    """Every role at one station's place, and a person and a dose here, at another facility, and far away."""

    staff: dict[Role, Actor]
    persons: dict[str, UUID]
    doses: dict[str, UUID]
    ref: str


@pytest.fixture
def town(country: None, db: None) -> Town:
    """Give the town."""
    here, far_ward = builders.a_facility(), builders.an_area("00070", level=builders.Level.COMMUNE)
    far_house = builders.a_facility(area=far_ward)
    ward, city = builders.an_area(), builders.an_area("79", level=builders.Level.PROVINCE)
    places = {Role.VACCINATOR: {"facility": here}, Role.FACILITY_LEAD: {"facility": here},
              Role.COMMUNE_OFFICER: {"area": ward}, Role.DISTRICT_OFFICER: {"area": city},
              Role.DATA_CORRECTOR: {"area": city}, Role.PROVINCE_OFFICER: {"area": city}}  # fmt: skip
    staff = {role: builders.a_staff_member(role, **places.get(role, {})) for role in Role}
    persons = {
        "own": builders.a_person().person_id,
        "far": builders.a_person("Đào Thị Hoa", area=far_ward).person_id,
    }
    doses = {
        "own": builders.a_dose(persons["own"], by=staff[Role.VACCINATOR]).dose.id,
        "far": builders.a_dose(persons["far"], by=builders.a_nurse(far_house)).dose.id,
    }
    return Town(staff, persons, doses, a_report(persons["own"], here))


def a_report(person_id: UUID, here: FacilityView) -> str:
    """Report a wrong dose of the facility here and give the case's number."""
    told = (ClaimedDose(1, "PFIZER", "X", facility_id=here.id),)
    claim = Claim(full_name="Nguyễn Thị An", birth_date=dt.date(1990, 5, 17), doses=told)
    values = {"kind": "DOSE1_MISSING", "door": "HOTLINE", "key": builders.a_key(), "person_id": person_id}
    return open_case(by=SYSTEM, at=builders.NOW, claim=claim, **values).ref


def test_every_route_has_a_gate() -> None:
    assert [route.name for route in routes() if not route.gate and route.name not in SIGNED] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(SIGNED))
def test_a_door_for_machines_opens_to_a_signature_only(name: str) -> None:
    (route,) = [r for r in routes() if r.name == name]
    answer = Client().post(route.address(), "{}", content_type="application/json")
    assert (answer.status_code, answer.content) == (403, b"")


def test_every_staff_route_stands_in_the_table_or_is_the_desks() -> None:
    staffed = {r.name for r in routes() if r.gate.startswith("staff")}
    assert staffed - set(TABLE) - {name for name in staffed if name.startswith("facility:")} == set()
    assert set(TABLE) - staffed == set()


def expected(route: Route) -> frozenset[Role]:
    """Give the roles that a route is for."""
    return TABLE.get(route.name, DESK) if route.name.startswith("facility:") else TABLE[route.name]


def parts_of(town: Town, whose: str) -> dict[str, Any]:
    """Give the parts of an address about somebody."""
    person = town.persons[whose]
    case = {"ref": town.ref, "kind": "void", "staff_id": town.staff[Role.VACCINATOR].id}
    other = {"dose_id": town.doses[whose], "other_id": town.persons["own"]}
    return {"person_id": person, "profile_id": person, **other, **case}


@pytest.mark.parametrize("role", list(Role))
def test_no_role_opens_what_is_not_in_the_table(town: Town, role: Role) -> None:
    browser = enter_as(town.staff[role])
    nowhere = stripped(browser.get("/staff/khong-co-trang-nay"))
    opened, told = [], []
    for route in routes():
        if not route.gate.startswith("staff") or role in expected(route):
            continue
        for method in (browser.get, browser.post):
            answer = method(route.address(**parts_of(town, "own")))
            if is_wrong_method(answer):
                continue
            if answer.status_code != 404:
                opened.append(f"{route.name}: {answer.status_code}")
            elif stripped(answer) != nowhere:
                told.append(route.name)
    assert (opened, told) == ([], [])


@pytest.mark.parametrize("role", sorted(SEERS - {Role.MINISTRY_OFFICER}))
def test_nobody_opens_a_person_of_another_province(town: Town, role: Role) -> None:
    browser = enter_as(town.staff[role])
    nowhere = stripped(browser.get("/authority/khong-co-trang-nay"))
    opened = []
    for route in routes():
        if not route.name.startswith("authority:") or not any(part in ABOUT_A_PERSON for _, part in route.parts):
            continue
        for method in (browser.get, browser.post):
            answer = method(route.address(**parts_of(town, "far")))
            if not is_wrong_method(answer) and (answer.status_code != 404 or stripped(answer) != nowhere):
                opened.append(f"{route.name}: {answer.status_code}")
    assert opened == []


@pytest.mark.parametrize("role", sorted(SEERS))
def test_who_may_does_open_their_own(town: Town, role: Role) -> None:
    browser = enter_as(town.staff[role])
    shut = []
    for route in routes():
        if route.name in TABLE and role in TABLE[route.name] and NOT_HERE.isdisjoint(part for _, part in route.parts):
            answer = browser.get(route.address(**parts_of(town, "own")))
            if answer.status_code not in (200, 302, 405):
                shut.append(f"{route.name}: {answer.status_code}")
    assert shut == []


def test_a_stranger_is_led_to_a_door_or_finds_nothing(town: Town) -> None:
    opened = []
    for route in routes():
        if route.gate == "public" or route.name in SIGNED:
            continue
        for method in (Client().get, Client().post):
            answer = method(route.address(**parts_of(town, "own")))
            at_door = answer.status_code == 302 and answer["Location"] in ("/staff/sign-in", "/so/dang-nhap")
            if not at_door and answer.status_code not in (401, 403, 404, 405):
                opened.append(f"{route.name}: {answer.status_code}")
    assert opened == []


def test_a_member_of_staff_is_no_citizen(town: Town) -> None:
    browser = enter_as(town.staff[Role.MINISTRY_OFFICER])
    for route in routes():
        if route.gate == "citizen":
            answer = browser.get(route.address(**parts_of(town, "own")))
            assert answer.status_code in (302, 401, 404, 405), route.name


def test_every_answer_carries_the_headers_that_keep_it_apart(town: Town) -> None:
    lead, nobody = enter_as(town.staff[Role.FACILITY_LEAD]), Client()
    missing = []
    for route in routes():
        for browser in (lead, nobody):
            answer = browser.get(route.address(**parts_of(town, "own")), secure=True)
            missing += [f"{route.name} {answer.status_code}: {what}" for what in lacking(answer, route)]
    strange = lead.get("/khong/co", secure=True)
    assert (missing, lacking(strange, None)) == ([], [])


def lacking(answer: Any, route: Route | None) -> list[str]:
    """Give what an answer's headers lack."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    rules = {
        "csp": "default-src 'none'" in policy and "unsafe-inline" not in policy and "'unsafe-eval'" not in policy,
        "frames": "frame-ancestors 'none'" in policy,
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") == "same-origin",
        "cache": "Cache-Control" in headers,
        "no cors": (route is not None and route.name in PUBLISHED) or "Access-Control-Allow-Origin" not in headers,
    }
    personal = route is not None and route.gate.startswith("staff") and answer.status_code == 200
    if personal:
        rules["no-store"] = "no-store" in headers.get("Cache-Control", "")
    for name, cookie in answer.cookies.items():
        rules[f"cookie {name}"] = bool(cookie["secure"] and cookie["samesite"] and cookie["httponly"])
    return [name for name, kept in rules.items() if not kept]


def is_wrong_method(answer: Any) -> bool:
    """Tell whether an address only said that it does not take this method, which it says to everybody alike."""
    return answer.status_code == 405 and not answer.content


def stripped(answer: Any) -> tuple[int, str]:
    """Give status and body without what differs from request to request anyway: the address, the nonce."""
    body = answer.content.decode()
    body = re.sub(r'name="next" value="[^"]*"', "", body)
    return answer.status_code, re.sub(r'nonce="[^"]*"', "", body)
