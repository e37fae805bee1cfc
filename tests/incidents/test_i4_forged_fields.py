"""2021, Testcoronanu, the other half: whoever may post something posts every other field of the product along with it.

Each role, a citizen, a stranger and each partner's door do their real deeds, which are taken; the same deed with every
field of every table and page forged beside the real ones leaves the same in the database, byte for byte.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.builders import NOW, country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import a_signed_person, issue_passport
from tests.incidents.forging import Before, Deed, Strangers, deep, differs, form_deed, outcome, reached
from tests.interop.fhir.test_door import hash_of
from tests.web.authority.conftest import LATER, enter_as, hidden
from tests.web.cases.conftest import Office, fields
from tests.web.cases.test_intake import told
from tests.web.citizen import conftest as book
from tests.web.citizen.report_pages import draft_of
from tests.web.citizen.report_pages import fields_of as dose_fields
from tests.web.facility.test_desk import CARD, fields_of
from tests.web.portal import feedback_pages as portal
from tiemchung.core.actor import Role
from tiemchung.core.models import OutboxMessage
from tiemchung.interop.fhir.door import request_key
from tiemchung.interop.messages.signature import HEADER as RECEIPT_HEADER
from tiemchung.interop.messages.signature import sign_body
from tiemchung.interop.pc_covid.keys import REQUESTS, key_for
from tiemchung.interop.signature import HEADER, sign_request
from tiemchung.places.rules import Level

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country", "agreed")]
WHY = "Đã đối chiếu sổ tiêm trang 12"
AGREED = "a key that both know"
KEY = "0199a0e0-0000-4000-8000-00000000000"


@dataclass
class Town:
    """The office with its people, and the strangers elsewhere."""

    office: Office
    strangers: Strangers

    def enter(self, role: Role) -> Client:
        """Give the browser of a new member of staff in a role, posted where the office stands."""
        ward, city = builders.an_area(), builders.an_area("79", level=Level.PROVINCE)
        places: dict[Role, Any] = {
            Role.VACCINATOR: {"facility": self.office.facility}, Role.FACILITY_LEAD: {"facility": self.office.facility},
            Role.COMMUNE_OFFICER: {"area": ward}, Role.DISTRICT_OFFICER: {"area": city},
            Role.DATA_CORRECTOR: {"area": city}, Role.PROVINCE_OFFICER: {"area": city},
        }  # fmt: skip
        return enter_as(builders.a_staff_member(role, **places.get(role, {})))


@pytest.fixture
def agreed(settings: Any) -> None:
    """Agree a key with every partner; a sign-in without codes travels over plain http."""
    settings.PC_COVID_KEY = settings.FHIR_KEY = settings.SMS_RECEIPT_KEY = AGREED
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"


@pytest.fixture(autouse=True)
def soon_after(plain_pages: None) -> Iterator[None]:
    """Stand a little after the builders' present."""
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def town(db: None) -> Town:
    """Give the town."""
    far = builders.an_area("00070")
    house, office = builders.a_facility("Trạm Y tế Phúc Xá", area=far), Office()
    person = builders.a_person("Đào Thị Hoa", area=far).person_id
    dose, lot = builders.a_dose(person, by=builders.a_nurse(house)).dose, builders.a_lot()
    case = office.missing_dose(full_name="Đào Thị Hoa")
    staff = builders.a_lead(house).id
    assert staff is not None
    return Town(office, Strangers(person, dose.id, house.id, staff, far.id, lot.id, case.case_id, case.ref))


Deeds = Callable[[Town], list[Deed]]


def at(name: str, **parts: Any) -> str:
    """Give the address of a page."""
    return reverse(name, kwargs=parts or None)


def amendment(town: Town, **more: str) -> dict[str, str]:
    """Give the amendment form with another lot."""
    dose = town.office.dose
    day = dose.facts.given_on
    return {
        "product": dose.facts.product, "lot_number": "KHAC01", "component": dose.facts.component or "",
        "given_on_day": str(day.day), "given_on_month": str(day.month), "given_on_year": str(day.year),
        "given_time": "10:00", "place_name": dose.facts.place_name, "version": str(dose.version), "key": f"{KEY}1",
        "because": WHY, "evidence": "Sổ tiêm trang 12", "step": "do", **more,
    }  # fmt: skip


def dose_page(town: Town, name: str) -> str:
    """Give an address about the office's dose."""
    return at(f"authority:{name}", person_id=town.office.person_id, dose_id=town.office.dose.id)


def amends(town: Town, client: Client) -> list[Deed]:
    """Correct the dose, take it out, correct its person."""
    void, person = dose_page(town, "void_dose"), at("authority:amend_person", profile_id=town.office.person_id)
    form = {"full_name": "Nguyễn Thị Ân", "birth_day": "5", "birth_month": "3", "birth_year": "1985", "sex": "FEMALE",
            "address_text": "", "version": "1", "because": WHY, "step": "do"}  # fmt: skip
    return [
        form_deed(client, dose_page(town, "amend_dose"), amendment(town)),
        form_deed(client, void, {**hidden(client.get(void)), "because": WHY, "step": "do"}, "evidence"),
        form_deed(client, person, form, "nationality"),
    ]


def a_report_taken_down(client: Client, **more: str) -> Deed:
    """Take down what somebody tells at the desk."""
    return form_deed(client, at("cases:intake"), told(**more), "phone")


def a_lot_added(client: Client) -> Deed:
    """Add a lot."""
    form = {"product": "PFIZER", "number": "FK 9988", "expires_on_day": "31", "expires_on_month": "5",
            "expires_on_year": "2027", "key": f"{KEY}2"}  # fmt: skip
    return form_deed(client, at("authority:new_lot"), form, "component", "made_by")


def a_lot_recalled(client: Client) -> Deed:
    """Recall a lot."""
    page = at("authority:lot", lot_id=builders.a_lot().id)
    return form_deed(client, page, {**hidden(client.get(page)), "because": "Nghi ngờ chất lượng"})


def a_lot_sent(town: Town, client: Client) -> Deed:
    """Send a lot to the office's facility."""
    form = {"facility": str(town.office.facility.id), "lot": str(builders.a_lot().id), "doses": "120",
            "paper": "PXK-0231", "key": f"{KEY}3", **day_parts("on_day")}  # fmt: skip
    return form_deed(client, at("authority:new_issue"), form)


def a_purpose(client: Client) -> Deed:
    """Say why records are opened."""
    return form_deed(client, at("authority:purpose"), {"purpose": "COMPLAINT"})


def day_parts(name: str) -> dict[str, str]:
    """Give today as a form sends it."""
    day = LATER.date()
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def of_the_nurse(town: Town) -> list[Deed]:
    """Choose the lot, inject, register, defer, the door for programs, correct."""
    client, lot = town.enter(Role.VACCINATOR), builders.a_stock(town.office.facility)
    choose = form_deed(client, at("facility:choose_day"), {"lot": str(lot.id)})
    choose.send({})
    person = builders.a_person("Nguyễn Văn An", sex="MALE")
    page = client.get(at("facility:person", person_id=person.person_id))
    taps = {**fields_of(page), "confirmed": "1", "items": ["NONE"]}
    found = client.post(at("facility:find"), {"text": CARD})
    new = {"key": fields_of(found)["key"], "full_name": "Đặng Thị Hoà", "birth_day": "05", "birth_month": "03",
           "birth_year": "1985", "sex": "FEMALE", "system": "CCCD", "number": "079085000777",
           "relation": "OWN"}  # fmt: skip
    by_program = {"key": "a-key-of-its-own", "profile_id": str(person.profile_id), "product": "PFIZER",
                  "lot_id": str(lot.id), "screening": {"form": "ADULT_2021_12", "consented": True}}  # fmt: skip
    return [
        choose,
        form_deed(client, at("facility:inject", person_id=person.person_id), taps, "because"),
        form_deed(client, at("facility:register"), new, "address_text", "ask", "nationality", "phone"),
        json_deed(client, "/staff/api/doses", by_program),
    ]


def of_the_lead(town: Town) -> list[Deed]:
    """Correct, add and take in a lot, take down, claim, settle and refuse a report."""
    office, lot = town.office, builders.a_lot()
    client = enter_as(office.lead)
    decided = office.claimed(office.wrong_dose())
    decide = at("cases:decide", ref=decided)
    page = client.get(at("cases:file", ref=decided))
    check = client.post(decide, {**fields(page, decide), "step": "check"})
    settle = {"because": WHY, **fields(check, decide), "step": "do"}
    stock = {"lot": str(lot.id), "doses": "120", "paper": "PXK-9", "key": f"{KEY}4", **day_parts("on_day")}
    open_case = office.missing_dose(full_name="Trần Văn Hai")
    return [
        *amends(town, client),
        form_deed(client, decide, {**settle, "because": settle["because"] or WHY}, "override"),
        form_deed(client, at("cases:claim", ref=open_case.ref), {}),
        form_deed(client, at("facility:stock_receive"), stock, "because"),
        a_lot_added(client),
        a_report_taken_down(client),
    ]


def of_an_officer(role: Role) -> Deeds:
    """Take down reports, say the purpose, and what the role does with lots."""

    def deeds(town: Town) -> list[Deed]:
        client = town.enter(role)
        every = [a_purpose(client)]
        if role in (Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR):
            every.append(a_report_taken_down(client, place="elsewhere", words="Nhà văn hóa thôn Đông"))
        if role is Role.DATA_CORRECTOR:
            every += amends(town, client)
        if role in (Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER):
            every.append(a_lot_sent(town, client))
        if role in (Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER):
            every.append(a_lot_recalled(client))
        return every

    return deeds


def of_the_admin(town: Town) -> list[Deed]:
    """Open a role, put a canary, reset factors, end every sign-in."""
    client, nurse = town.enter(Role.ADMIN), town.office.nurse.id
    number = builders.a_cccd()
    builders.a_person(identifiers=[("CCCD", number)])
    opening = {"role": str(Role.DATA_CORRECTOR), "area": str(builders.an_area("01", level=Level.PROVINCE).id),
               "because": WHY, **day_parts("since")}  # fmt: skip
    return [
        form_deed(client, at("accounts:open_role"), opening),
        form_deed(client, at("accounts:canary"), {"number": number, "because": WHY}),
        form_deed(client, at("accounts:reset_factors", staff_id=nurse), {"because": WHY}),
        form_deed(client, at("accounts:end_sign_ins", staff_id=nurse), {"because": WHY}),
        a_lot_added(client),
    ]


def of_the_agent(town: Town) -> list[Deed]:
    """Begin a call, prove the caller, take down a report."""
    client, other = town.enter(Role.HOTLINE_AGENT), town.enter(Role.HOTLINE_AGENT)
    number, phone = builders.a_cccd(), builders.a_phone()
    builders.a_person("Lê Thị Bưởi", identifiers=[("CCCD", number)], phones=[(phone, "OWN")])
    begin = form_deed(client, at("hotline:begin"), {"text": number, "phone": phone, "key": f"{KEY}5"})
    other.post(at("hotline:begin"), {"text": number, "phone": phone, "key": f"{KEY}6"})
    born = {"birth_day": "17", "birth_month": "5", "birth_year": "1990"}
    missing = {
        "full_name": "Trần Văn Tư", "birth_day": "1", "birth_month": "9", "birth_year": "1950", "product_1": "PFIZER",
        "given_1_day": "14", "given_1_month": "8", "given_1_year": "2026", "words": "Nhà văn hóa thôn Đông",
        "province": "UNKNOWN", "answer_by": "FACILITY", "where": f"FACILITY:{town.office.facility.id}", "step": "do",
        "key": f"{KEY}7",
    }  # fmt: skip
    return [
        begin,
        form_deed(other, at("hotline:prove"), {"full_name": "Lê Thị Bưởi", "number": number, **born}),
        form_deed(other, at("hotline:case_form", kind="DOSE1_MISSING"), missing, "text"),
    ]


def twin(client: Client) -> Client:
    """Give another browser in which the same citizen is signed in."""
    other = Client()
    other.cookies = copy.deepcopy(client.cookies)
    del other.cookies[settings.SESSION_COOKIE_NAME]
    there = other.session
    there.update(dict(client.session.items()))
    there.save()
    return other


def of_a_citizen(town: Town) -> list[Deed]:
    """Say that a dose is right, report a wrong one, declare one, confirm the name, sign in."""
    phone = builders.a_phone()
    chau = builders.a_person(book.NAME, book.BORN, phones=[(phone, "OWN")], at=LATER).person_id
    dose = book.give_dose(chau, days_ago=90).dose
    client, entering, other = Client(), Client(), builders.a_phone()
    assert book.sign_in(client, phone)["Location"] == "/so/"
    wrong, late = twin(client), twin(client)
    builders.a_person(book.NAME, book.BORN, phones=[(other, "OWN")], at=LATER)
    book.enter_code(entering, other)
    place, send = "/so/phan-anh/viet/noi-tiem", "/so/phan-anh/viet/gui"
    wrong.post(f"/so/ho-so/{chau}/mui/{dose.id}/sai", {"what": "never"})
    day = book.clock.today() - book.dt.timedelta(days=300)
    late.post(f"/so/ho-so/{chau}/thieu-mui", dose_fields(day))
    late.post(place, {"place": "other", "place_name": "Nhà văn hóa phường 5"})
    facts = {"how": "name", "full_name": book.NAME, **book.birth_fields(book.BORN)}
    return [
        form_deed(client, f"/so/ho-so/{chau}/mui/{dose.id}/dung", {}),
        form_deed(client, f"/so/ho-so/{chau}/thieu-mui", dose_fields(day)),
        form_deed(wrong, send, {"draft": draft_of(wrong.get(send)), "text": "Hôm đó tôi ở Huế."}),
        form_deed(late, send, {"draft": draft_of(late.get(send))}, "text"),
        form_deed(entering, "/so/xac-nhan", facts),
        form_deed(client, "/so/dang-xuat/moi-thiet-bi", {}),
    ]


def of_a_stranger(town: Town) -> list[Deed]:
    """Write feedback on the portal and send it, ask for a code, look a certificate up, and report an unknown one."""
    phone = builders.a_phone()
    writing, sending, entering = Client(), Client(), Client()
    portal.begin(writing)
    portal.fill_until_check(sending, phone)
    return [
        form_deed(writing, "/phan-anh/nguoi", {**portal.PERSON, "phone": "0" + phone[3:]}),
        form_deed(sending, "/phan-anh/kiem-tra", {"captcha": "granted"}),
        form_deed(entering, "/so/dang-nhap", {"phone": "0" + phone[3:]}),
        json_deed(Client(), "/trust/unknown", {"text": "HC1:x"}),
    ]


def json_deed(client: Client, address: str, body: Any, *own: str, sign: Callable[[bytes], Any] | None = None) -> Deed:
    """Post JSON; the forged fields stand in every object of it, and in the address."""

    def send(extra: Any) -> Any:
        text = json.dumps(deep(body, extra)).encode()
        headers = sign(text) if sign else {}
        return client.post(address, text, content_type="application/json", headers=headers)

    return Deed(address, send, client, frozenset(own), strict=True)


# What a proposal may say beyond the one here (docs of the partner's door): each is a claim for a desk to decide.
PROPOSED = ("kind", "number", "ref", "text", "sex", "language", "name_confirmed", "wanted_name_confirmed", "area",
            "wanted", "base_version", "province", "commune", "facility_code")  # fmt: skip


def of_the_partners(town: Town) -> list[Deed]:
    """Propose a dose as PC-Covid does, tell of a message's fate, ask for a document."""
    phone, unix_s = "0900054321", int(LATER.timestamp())
    hoa = builders.a_person("Đào Thị Hoa", book.BORN, phones=[(phone, "OWN")])
    proposed = {"product": "PFIZER", "given_on": "2026-08-01", "lot_number": "FA1", "place_name": "Trạm Y tế"}
    proposal = {"id": "p-1", "phone": phone, "full_name": "Đào Thị Hoa", "birth_date": str(book.BORN),
                "doses": [proposed]}  # fmt: skip
    Client().post("/so/dang-nhap", {"phone": builders.a_phone()})
    OutboxMessage.objects.update(state="HANDED", provider_ref="SG1", handed_at=LATER)
    receipt = {"ref": "SG1", "state": "delivered", "at": LATER.isoformat()}
    passport = issue_passport(a_signed_person())
    target = f"/interop/fhir/Bundle/$generateHealthCertificate?id={hash_of(passport.uvci)}"

    def fetch(extra: Any) -> Any:
        asked = target + "".join(f"&{name}={quote(value)}" for name, value in extra.items())
        header = sign_request(request_key(), f"GET {asked}".encode(), unix_s=unix_s)
        return browser.get(asked, headers={HEADER: header})

    browser = Client()
    assert hoa
    return [
        json_deed(browser, "/interop/pc-covid/proposals", proposal, *PROPOSED, sign=lambda text: {
            HEADER: sign_request(key_for(REQUESTS, AGREED), text, unix_s=unix_s, nonce="a" * 32)}),
        json_deed(browser, "/hooks/sms", receipt, sign=lambda text: {
            RECEIPT_HEADER: sign_body(AGREED.encode(), text, unix_s=unix_s)}),
        Deed("fhir", fetch, browser, frozenset({"id"}), strict=True),
    ]  # fmt: skip


WHO: dict[str, Deeds] = {
    Role.VACCINATOR: of_the_nurse, Role.FACILITY_LEAD: of_the_lead, Role.ADMIN: of_the_admin,
    Role.HOTLINE_AGENT: of_the_agent,
    **{role: of_an_officer(role) for role in (Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR,
                                              Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER)},
    "a citizen": of_a_citizen, "a stranger": of_a_stranger, "the partners": of_the_partners,
}  # fmt: skip


def test_every_role_is_here() -> None:
    assert set(Role) <= set(WHO)


@pytest.mark.parametrize("who", list(WHO))
def test_no_field_beside_a_forms_own_changes_anything(town: Town, who: str) -> None:
    every = WHO[who](town)
    before = Before()
    done = {deed.name: reached(deed, town.strangers, before) for deed in every}
    refused = {name: plain.status for name, (plain, _) in done.items() if not 200 <= plain.status < 400}
    idle = [name for name, (plain, _) in done.items() if not plain.changes]
    took = {name: fields for name, (_, fields) in done.items() if fields}
    assert (refused, idle, took) == ({}, [], {})


def test_a_field_that_does_reach_something_is_seen_sealed_or_not(town: Town) -> None:
    _, void, _ = amends(town, town.enter(Role.FACILITY_LEAD))
    report = of_a_citizen(town)[2]
    before = Before()
    assert reached(replace(void, own=void.own - {"evidence"}), town.strangers, before)[1] == ["evidence"]
    assert differs(outcome(report, before, {}), outcome(retold(report), before, {}), strict=False)


def retold(report: Deed) -> Deed:
    """Give a report's post with another text in it, which is kept sealed."""
    draft = draft_of(report.client.get(report.name))
    return form_deed(report.client, report.name, {"draft": draft, "text": "Hôm đó tôi ở Đà Lạt."})
