"""The authority's side: sending vaccine to facilities under its area, and what does not add up there."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests import builders
from tests.certificates.central_cast import a_ministry_officer
from tests.web.authority.conftest import House, enter_as, hidden, shown
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.places.rules import Level
from tiemchung.stock import actions, reads
from tiemchung.vaccines.rules import LotFacts

LIST, SEND = "authority:issues", "authority:new_issue"
WHY = "Ghi nhầm cơ sở, hàng quay về kho"


@pytest.fixture
def officer(house: House) -> Actor:
    """Give the officer of the province in which the house's facility stands."""
    return builders.an_officer(Role.PROVINCE_OFFICER)


@pytest.fixture
def browser(officer: Actor) -> Client:
    """Give the officer's browser."""
    return enter_as(officer)


@pytest.fixture
def lot(house: House) -> LotFacts:
    """Give a lot that may be sent."""
    return builders.a_lot(at=clock.now())


def form(house: House, of: LotFacts, /, **changes: str) -> dict[str, str]:
    """Give what the form sends."""
    day = clock.today()
    typed = {"facility": str(house.facility.id), "lot": str(of.id), "doses": "120", "paper": "PXK-0231",
             "key": "one-delivery", "on_day_day": str(day.day), "on_day_month": str(day.month),
             "on_day_year": str(day.year)}  # fmt: skip
    return typed | changes


def sent(house: House, by: Actor, lot: LotFacts, **changes: object) -> object:
    facts = {"by": by, "at": clock.now(), "key": builders.a_key(), "facility_id": house.facility.id,
             "lot_id": lot.id, "doses": 60, "paper": builders.a_key(), "sent_on": clock.today()}  # fmt: skip
    return actions.issue_lot(**facts | changes)  # type: ignore[arg-type]


def test_a_facility_is_found_by_its_name_and_sent_a_lot(house: House, browser: Client, lot: LotFacts) -> None:
    name = house.facility.name
    assert name in shown(browser.get(reverse(SEND), {"q": name}))
    page = browser.get(reverse(SEND), {"facility": str(house.facility.id)})
    assert name in shown(page)
    done = browser.post(reverse(SEND), form(house, lot))
    assert done["Location"] == reverse(LIST)
    listed = shown(browser.get(reverse(LIST)))
    assert all(text in listed for text in ("Đã cấp phát 120 liều", name, "PXK-0231", "Đang chuyển (1)"))


def test_the_same_form_twice_is_one_delivery(house: House, browser: Client, officer: Actor, lot: LotFacts) -> None:
    for _ in range(2):
        browser.post(reverse(SEND), form(house, lot))
    assert len(reads.issues_under(officer, clock.today())) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"doses": "nhiều"}, "doses"), ({"paper": ""}, "paper"), ({"on_day_year": "2019"}, "on_day-day"),
     ({"lot": ""}, "lot"), ({"on_day_day": "31", "on_day_month": "2"}, "on_day-day")],
)  # fmt: skip
def test_each_fault_stands_at_its_field_and_the_rest_stays(
    house: House, browser: Client, lot: LotFacts, changes: dict[str, str], field: str
) -> None:
    page = browser.post(reverse(SEND), form(house, lot, **changes))
    html = page.content.decode()
    assert page.status_code == 422
    assert f'href="#{field}"' in html
    assert changes.get("doses", "120") in html


def test_a_facility_elsewhere_is_neither_found_nor_sent_to(house: House, browser: Client, lot: LotFacts) -> None:
    far = builders.a_facility("Trạm Y tế Phúc Xá", area=builders.an_area("00070"))
    assert "Không có cơ sở nào khớp" in shown(browser.get(reverse(SEND), {"q": "Phúc Xá"}))
    page = browser.post(reverse(SEND), form(house, lot, facility=str(far.id)))
    assert "Tìm cơ sở nhận" in shown(page)
    assert reads.issues_under(a_ministry_officer(), clock.today()) == ()


def test_a_district_without_words_sees_its_own_facilities_and_the_ministry_searches(house: House) -> None:
    name = house.facility.name
    assert name in shown(enter_as(builders.an_officer()).get(reverse(SEND)))
    top = enter_as(a_ministry_officer())
    assert name not in shown(top.get(reverse(SEND)))
    assert name in shown(top.get(reverse(SEND), {"q": name}))


def test_a_delivery_is_taken_back_with_a_reason_and_stays_on_the_list(
    house: House, browser: Client, officer: Actor, lot: LotFacts
) -> None:
    issue_id = sent(house, officer, lot, paper="PXK-5")
    page = reverse("authority:cancel_issue", args=[house.facility.id, issue_id])
    asked = browser.post(page, {**hidden(browser.get(page)), "because": "nhầm"})
    assert (asked.status_code, 'href="#because"' in asked.content.decode()) == (422, True)
    assert browser.post(page, {**hidden(browser.get(page)), "because": WHY})["Location"] == reverse(LIST)
    assert all(text in shown(browser.get(reverse(LIST))) for text in ("Đã hủy phiếu PXK-5", WHY))
    assert browser.get(page).status_code == 302


def test_what_is_overdue_missing_or_told_by_the_facility_alone_is_counted(
    house: House, browser: Client, officer: Actor, lot: LotFacts
) -> None:
    facility_id, today = house.facility.id, clock.today()
    lead = house.lead
    sent(house, officer, lot, sent_on=today - dt.timedelta(days=6))
    here = {"by": lead, "at": clock.now(), "facility_id": facility_id}
    actions.receive_issue(key="r", issue_id=sent(house, officer, lot), arrived=54, on_day=today, because=WHY, **here)
    actions.receive_lot(key="o", lot_id=lot.id, doses=7, paper="PXK-88", on_day=today, **here)
    listed = shown(browser.get(reverse(LIST)))
    assert all(text in listed for text in ("Quá hạn nhận", "Thiếu 6 liều", WHY, "7 liều nhập theo phiếu PXK-88"))
    stranger = enter_as(builders.an_officer(Role.PROVINCE_OFFICER, builders.an_area("01", level=Level.PROVINCE)))
    told = shown(stranger.get(reverse(LIST)))
    assert "PXK-88" not in told
    assert "Không có phiếu nào đang chuyển" in told


def test_a_stranger_opens_no_delivery_of_ours(house: House, officer: Actor, lot: LotFacts) -> None:
    issue_id = sent(house, officer, lot)
    stranger = enter_as(builders.an_officer(Role.PROVINCE_OFFICER, builders.an_area("01", level=Level.PROVINCE)))
    page = reverse("authority:cancel_issue", args=[house.facility.id, issue_id])
    assert stranger.get(page).status_code == stranger.post(page, {"because": WHY}).status_code == 404
