"""The lots' pages: listed by state, added as printed, recalled by who may."""

from django.test import Client

from tests import builders
from tests.web.authority.conftest import House, enter_as, hidden, shown
from tiemchung.core.actor import Role
from tiemchung.vaccines import reads

LOT = {"product": "PFIZER", "number": "FK 9988", "expires_on_day": "31", "expires_on_month": "5"}


def test_a_lead_adds_a_lot_once(house: House, as_lead: Client) -> None:
    form = {**LOT, **hidden(as_lead.get(house.address("new_lot"))), "expires_on_year": "2027"}
    first = as_lead.post(house.address("new_lot"), form)
    again = as_lead.post(house.address("new_lot"), form)
    assert first["Location"] == again["Location"]
    assert reads.find_lot("PFIZER", "fk9988") is not None
    assert "FK 9988" in shown(as_lead.get(house.address("lots")))


def test_an_impossible_expiry_is_said_and_the_rest_stays(house: House, as_lead: Client) -> None:
    answer = as_lead.post(house.address("new_lot"), {**LOT, "expires_on_year": "1999"})
    assert answer.status_code == 422
    assert 'value="FK 9988"' in answer.content.decode()


def test_a_lead_sees_who_recalls_and_cannot(house: House, as_lead: Client) -> None:
    lot = builders.a_lot()
    page = house.address("lot", lot_id=lot.id)
    assert "Thu hồi lô" not in shown(as_lead.get(page))
    assert as_lead.post(page, {"because": "Nghi ngờ chất lượng"}).status_code == 422
    assert not reads.lot(lot.id).recalled


def test_the_province_recalls_a_lot_and_lifts_the_recall(house: House) -> None:
    lot, browser = builders.a_lot(), enter_as(builders.an_officer(Role.PROVINCE_OFFICER))
    page = house.address("lot", lot_id=lot.id)
    browser.post(page, {**hidden(browser.get(page)), "because": "Nghi ngờ chất lượng"})
    assert reads.lot(lot.id).recalled
    assert lot.number in shown(browser.get(house.address("lots") + "?show=recalled"))
    browser.post(page, {**hidden(browser.get(page)), "because": "Kết quả kiểm nghiệm đạt"})
    assert not reads.lot(lot.id).recalled
    assert "Kết quả kiểm nghiệm đạt" in shown(browser.get(page))
