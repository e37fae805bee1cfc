"""The facility's stock in the browser: what is there, what comes, and forms that keep what was typed."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import a_dose, a_key, a_lead, a_lot, a_person, a_stock, an_officer
from tests.following import unsettled_too
from tests.web.facility.conftest import Station, signed_in
from tests.web.facility.test_desk import words
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.stock import actions, reads
from tiemchung.stock.tasks import follow_ledger
from tiemchung.vaccines.actions import recall_lot

WHY = "Hai lọ bị vỡ khi vận chuyển"


@pytest.fixture(autouse=True)
def whole_site(plain_site: None, settings: Any) -> None:
    """Serve the staff's other pages too: the frame of these names them."""
    settings.ROOT_URLCONF = "tiemchung.urls"


@pytest.fixture
def lead(station: Station) -> Actor:
    """Give the station's lead."""
    return a_lead(station.facility)


@pytest.fixture
def browser(lead: Actor) -> Client:
    """Give the lead's browser."""
    return signed_in(lead)


def today_parts(name: str = "on_day") -> dict[str, str]:
    day = clock.today()
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def sent(station: Station, doses: int = 60, paper: str = "PXK-0231") -> object:
    """Let the officer above send the station's lot and give the delivery."""
    return actions.issue_lot(by=an_officer(), at=clock.now(), key=a_key(), facility_id=station.facility.id,
                             lot_id=station.lot.id, doses=doses, paper=paper, sent_on=clock.today())  # fmt: skip


def left(station: Station) -> int:
    view = reads.shelf_at(a_lead(station.facility), station.lot.id)
    return view.count.left if view else 0


def test_the_stock_page_says_what_is_left_of_each_lot_nearest_expiry_first(station: Station, browser: Client) -> None:
    soon = a_lot(expires_on=clock.today() + dt.timedelta(days=5), at=clock.now())
    a_stock(station.facility, soon, doses=30, at=clock.now())
    a_dose(a_person().profile_id, by=station.nurse, lot=soon, at=clock.now())
    with unsettled_too():
        follow_ledger(clock.now())
    shown = words(browser.get(reverse("facility:stock")))
    assert "Còn 29 liều" in shown
    assert "Sắp hết hạn" in shown
    assert shown.index(soon.number) < shown.index(station.lot.number)


def test_a_vaccinator_sees_the_stock_and_is_told_whom_to_ask(station: Station, nurse: Client) -> None:
    shown = words(nurse.get(reverse("facility:stock")))
    assert station.lot.number in shown
    assert "Chỉ trưởng cơ sở nhập" in shown
    assert "Nhập kho theo phiếu" not in shown
    for name in ("receive", "count", "discard", "return", "extra"):
        assert nurse.get(reverse(f"facility:stock_{name}")).status_code == 404


def test_an_empty_stock_says_what_to_do(station: Station) -> None:
    shown = words(signed_in(a_lead()).get(reverse("facility:stock")))
    assert "Kho chưa có lô nào" in shown
    assert "Không có hàng đang chuyển đến" in shown


def test_a_delivery_is_confirmed_with_what_arrived(station: Station, browser: Client) -> None:
    issue_id = sent(station)
    assert "PXK-0231" in words(browser.get(reverse("facility:stock")))
    address = reverse("facility:stock_issue", args=[issue_id])
    assert 'value="60"' in browser.get(address).content.decode()
    before = left(station)
    short = browser.post(address, {"doses": "48", **today_parts()})
    assert short.status_code == 422
    assert 'value="48"' in short.content.decode()
    assert "Hãy ghi lý do" in words(short)
    done = browser.post(address, {"doses": "48", "because": WHY, **today_parts()})
    assert done.headers["Location"] == reverse("facility:stock")
    assert left(station) == before + 48
    again = words(browser.get(address))
    assert "không còn chờ xác nhận" in again


def test_another_facilitys_delivery_and_lot_are_not_found(station: Station, browser: Client) -> None:
    stranger = signed_in(a_lead())
    assert stranger.get(reverse("facility:stock_issue", args=[sent(station)])).status_code == 404
    assert stranger.get(reverse("facility:stock_lot", args=[station.lot.id])).status_code == 404
    assert browser.get(reverse("facility:stock_lot", args=[station.lot.id])).status_code == 200


def test_a_delivery_by_paper_is_taken_in_and_marked_as_our_own_word(station: Station, browser: Client) -> None:
    lot = a_lot(at=clock.now())
    page = browser.get(reverse("facility:stock_receive"), {"lot": str(lot.id)})
    assert f'value="{lot.id}" selected' in page.content.decode()
    typed = {"lot": str(lot.id), "doses": "12.000", "paper": "PXK-9", "key": a_key() + "-long", **today_parts()}
    done = browser.post(reverse("facility:stock_receive"), typed)
    assert done.headers["Location"] == reverse("facility:stock_lot", args=[lot.id])
    shown = words(browser.get(done.headers["Location"]))
    assert "Đã nhập kho 12.000 liều" in shown
    assert "Cơ sở tự khai" in shown
    assert "PXK-9" in shown


@pytest.mark.parametrize("doses", ["", "0", "-5", "1.5", "12a", "1e3", "١٢", "9999999"])
def test_a_number_that_is_none_is_told_at_its_field_and_kept(station: Station, browser: Client, doses: str) -> None:
    typed = {"lot": str(station.lot.id), "doses": doses, "paper": "PXK-77", **today_parts()}
    page = browser.post(reverse("facility:stock_receive"), typed)
    assert page.status_code == 422
    html = page.content.decode()
    assert 'id="doses-error"' in html
    assert 'value="PXK-77"' in html


def test_each_fault_stands_at_its_own_field(station: Station, browser: Client) -> None:
    page = browser.post(reverse("facility:stock_receive"), {"lot": str(station.lot.id), "doses": "5"})
    html = page.content.decode()
    assert all(f'href="#{field}"' in html for field in ("paper", "on_day-day"))
    nothing = browser.post(reverse("facility:stock_receive"), {})
    assert "Chọn một lô trong danh sách" in words(nothing)
    recalled = a_lot(at=clock.now())
    recall_lot(lot_id=recalled.id, because="Nghi ngờ", by=SYSTEM, at=clock.now(), key=a_key())
    typed = {"lot": str(recalled.id), "doses": "5", "paper": "P", **today_parts()}
    assert 'href="#lot"' in browser.post(reverse("facility:stock_receive"), typed).content.decode()


def test_doses_are_discarded_returned_added_and_counted(station: Station, browser: Client) -> None:
    lot, start = str(station.lot.id), left(station)
    browser.post(reverse("facility:stock_discard"), {"lot": lot, "doses": "4", "loss": "BROKEN"})
    browser.post(reverse("facility:stock_return"), {"lot": lot, "doses": "10", "paper": "PNK-1"})
    browser.post(reverse("facility:stock_extra"), {"lot": lot, "doses": "2"})
    assert left(station) == start - 12
    browser.post(reverse("facility:stock_count"), {"lot": lot, "doses": "700", "because": WHY})
    assert left(station) == 700
    shown = words(browser.get(reverse("facility:stock_lot", args=[lot])))
    assert "Hủy 4 liều: vỡ, đổ, hỏng bao bì" in shown
    assert f"Kiểm kê, thiếu {start - 12 - 700} liều so với sổ" in shown
    assert WHY in shown


def test_a_loss_without_its_kind_is_asked_for(station: Station, browser: Client) -> None:
    page = browser.post(reverse("facility:stock_discard"), {"lot": str(station.lot.id), "doses": "4"})
    assert (page.status_code, 'href="#loss"' in page.content.decode()) == (422, True)


def test_no_more_is_thrown_away_than_is_there(station: Station, browser: Client) -> None:
    lot = str(a_stock(station.facility, doses=3, at=clock.now()).id)
    page = browser.post(reverse("facility:stock_discard"), {"lot": lot, "doses": "4", "loss": "BROKEN"})
    assert "Kho chỉ còn 3 liều" in words(page)


def test_the_form_sent_twice_is_one_move(station: Station, browser: Client) -> None:
    typed = {"lot": str(station.lot.id), "doses": "4", "loss": "BROKEN", "key": "the-same-form-twice"}
    before = left(station)
    for _ in range(2):
        browser.post(reverse("facility:stock_discard"), typed)
    assert left(station) == before - 4


def test_lots_on_the_shelf_are_offered_first_and_others_apart(station: Station, nurse: Client) -> None:
    other = a_lot(at=clock.now())
    shown = words(nurse.get(reverse("facility:choose_day")))
    here, apart = shown.index("Trong kho của cơ sở"), shown.index("Lô không có trong kho")
    assert here < shown.index(station.lot.number) < apart < shown.index(other.number)
    assert "còn 1.000 liều" in shown


def test_a_lot_that_is_not_there_may_be_chosen_is_warned_of_and_asks_for_a_reason_with_the_dose(
    station: Station, nurse: Client
) -> None:
    lot = a_lot(at=clock.now())
    nurse.post(reverse("facility:choose_day"), {"lot": str(lot.id)})
    assert f"Lô {lot.number} không có trong kho" in words(nurse.get(reverse("facility:desk")))
    address = reverse("facility:person", args=[station.person.person_id])
    page = nurse.get(address).content.decode()
    assert 'name="because"' in page
    assert "Vì sao tiêm lô này khi kho chưa có?" in page
    typed = {"lot": str(lot.id), "product": "PFIZER", "form": "ADULT_2021_12", "confirmed": "1", "items": "NONE",
             "key": "a-dose-with-a-reason"}  # fmt: skip
    inject = reverse("facility:inject", args=[station.person.person_id])
    refused = nurse.post(inject, typed)
    assert refused.status_code == 422
    assert "Nhờ trưởng cơ sở nhập kho" in words(refused)
    done = nurse.post(inject, typed | {"because": "Lọ đang cầm trên tay, phiếu về sau"})
    assert done.status_code == 302
    assert "/xong/" in done.headers["Location"]


def test_lots_given_and_never_taken_in_are_named_with_the_way_to_take_them_in(
    station: Station, browser: Client
) -> None:
    lot = a_lot(at=clock.now())
    a_dose(a_person().profile_id, by=station.nurse, lot=lot, at=clock.now())
    with unsettled_too():
        follow_ledger(clock.now())
    page = browser.get(reverse("facility:stock"))
    assert "Đã tiêm nhưng chưa nhập kho" in words(page)
    assert f"{reverse('facility:stock_receive')}?lot={lot.id}" in page.content.decode()
