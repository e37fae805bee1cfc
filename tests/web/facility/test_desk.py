"""The desk's pages, without a browser: every step, every refusal, nothing lost, nothing twice."""

import datetime as dt
import re
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.builders import a_dose, a_facility, a_lot, a_nurse, a_person, an_area, an_officer
from tests.web.facility.conftest import Station, signed_in
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.people.models import Profile
from tiemchung.vaccines.actions import recall_lot
from tiemchung.visits.models import DayDefaults, Visit
from tiemchung.visits.rules import VisitState

pytestmark = pytest.mark.django_db

CARD = "079085000777||Đặng Thị Hoà|05031985|Nữ|12 Lê Lợi, Bến Nghé, Quận 1, TP Hồ Chí Minh|01062021"


def words(response: object) -> str:
    """Give the page's text without its tags."""
    html = response.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def person_url(person_id: UUID) -> str:
    return reverse("facility:person", kwargs={"person_id": person_id})


def fields_of(response: object) -> dict[str, str]:
    """Give the hidden fields of a page's form."""
    html = response.content.decode()  # type: ignore[attr-defined]
    return dict(re.findall(r'<input type="hidden" name="(key|form|product|lot)" value="([^"]*)"', html))


def tapped(client: Client, station: Station, **changes: object) -> dict[str, object]:
    """Give what the three taps send."""
    page = client.get(person_url(station.person.person_id))
    return {**fields_of(page), "confirmed": "1", "items": ["NONE"], **changes}


def record(client: Client, station: Station, data: dict[str, object]) -> object:
    return client.post(reverse("facility:inject", kwargs={"person_id": station.person.person_id}), data)


def test_without_a_lot_of_the_day_the_desk_asks_for_it_first(nurse: Client, station: Station) -> None:
    DayDefaults.objects.all().update(on_day=clock.today() - dt.timedelta(days=1))
    assert nurse.get(reverse("facility:desk")).headers["Location"] == reverse("facility:choose_day")
    page = nurse.get(reverse("facility:choose_day"))
    assert station.lot.number in words(page)
    assert nurse.post(reverse("facility:choose_day"), {}).status_code == 400
    chosen = nurse.post(reverse("facility:choose_day"), {"lot": str(station.lot.id)})
    assert chosen.headers["Location"] == reverse("facility:desk")
    assert station.lot.number in words(nurse.get(reverse("facility:desk")))


def test_three_taps_after_the_scan_put_a_dose_on_record(nurse: Client, station: Station) -> None:
    response = record(nurse, station, tapped(nurse, station))
    assert response.status_code == 302  # type: ignore[attr-defined]
    shown = words(nurse.get(response.headers["Location"]))  # type: ignore[attr-defined]
    assert "Đã ghi mũi 1 của Nguyễn Văn An" in shown
    assert "Thẻ vàng" in shown
    assert "Ở lại theo dõi đến" in shown
    assert Dose.objects.get().lot_id == station.lot.id


def test_a_double_click_makes_one_dose_and_shows_the_same_page(nurse: Client, station: Station) -> None:
    data = tapped(nurse, station)
    first, second = record(nurse, station, data), record(nurse, station, data)
    assert first.headers["Location"] == second.headers["Location"]  # type: ignore[attr-defined]
    assert (Dose.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_the_second_nurse_reads_when_and_by_whom_it_was_recorded(nurse: Client, station: Station) -> None:
    other = signed_in(a_nurse(station.facility, full_name="Phạm Thị Hằng", username="hang"))
    other.post(reverse("facility:choose_day"), {"lot": str(station.lot.id)})
    waiting = tapped(other, station)
    record(nurse, station, tapped(nurse, station))
    response = record(other, station, waiting)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert re.search(r"Mũi hôm nay đã được ghi lúc \d\d:\d\d bởi Nguyễn Văn Dũng", words(response))
    assert Dose.objects.count() == 1


def test_an_unconfirmed_person_gets_no_dose_and_nothing_typed_is_lost(nurse: Client, station: Station) -> None:
    data = tapped(nurse, station, items=["ALLERGY", "CONSENTED"], temperature="36,8")
    del data["confirmed"]
    response = record(nurse, station, data)
    html = response.content.decode()  # type: ignore[attr-defined]
    assert response.status_code == 400  # type: ignore[attr-defined]
    assert re.search(r'value="ALLERGY" checked', html)
    assert re.search(r'name="temperature"[^>]*value="36,8"', html)
    assert fields_of(response)["key"] == data["key"]
    assert Dose.objects.count() == 0


@pytest.mark.parametrize("figure", ["99", "abc", "nan", "-1", "1e400", "٣٦"])
def test_an_impossible_figure_is_asked_again(nurse: Client, station: Station, figure: str) -> None:
    response = record(nurse, station, tapped(nurse, station, temperature=figure))
    assert response.status_code in {302, 400}  # type: ignore[attr-defined]
    if figure != "٣٦":  # Python reads digits of every script, and 36 is a temperature
        assert "Nhiệt độ (°C): số này không thể có" in words(response)
        assert Dose.objects.count() == 0


def test_nothing_ticked_is_no_answer(nurse: Client, station: Station) -> None:
    for items in ([], ["NONE", "ALLERGY"], ["CONSENTED"]):
        response = record(nurse, station, tapped(nurse, station, items=items))
        assert response.status_code == 422  # type: ignore[attr-defined]
        assert "Chưa trả lời sàng lọc" in words(response)


def test_a_contraindication_blocks_and_says_what_to_do(nurse: Client, station: Station) -> None:
    data = tapped(nurse, station, items=["ANAPHYLAXIS_COVID_VACCINE", "CONSENTED"], because="Vẫn tiêm được")
    response = record(nurse, station, data)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "Không tiêm; chọn “Không tiêm lần này” và chuyển bác sĩ." in words(response)
    assert Dose.objects.count() == 0


def test_an_overridable_refusal_asks_for_a_reason_and_takes_it(nurse: Client, station: Station) -> None:
    data = tapped(nurse, station, items=["ANAPHYLAXIS_SEVERE", "CONSENTED"])
    response = record(nurse, station, data)
    assert 'name="because"' in response.content.decode()  # type: ignore[attr-defined]
    assert record(nurse, station, {**data, "because": "Có đội cấp cứu"}).status_code == 302  # type: ignore[attr-defined]
    assert Visit.objects.get().because == "Có đội cấp cứu"


def test_too_soon_is_said_before_anything_is_tapped(nurse: Client, station: Station) -> None:
    a_dose(station.person.profile_id, given_on=clock.today() - dt.timedelta(days=15), at=clock.now())
    shown = words(nurse.get(person_url(station.person.person_id)))
    assert "Chưa đủ khoảng cách" in shown
    assert "Lý do vẫn tiêm" in shown


def test_a_lot_recalled_since_the_morning_blocks_in_words(nurse: Client, station: Station) -> None:
    from tiemchung.core.actor import SYSTEM

    data = tapped(nurse, station)
    recall_lot(lot_id=station.lot.id, because="Nghi ngờ chất lượng", by=SYSTEM, at=clock.now(), key="recall-now")
    response = record(nurse, station, data)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert f"Lô {station.lot.number} đã bị thu hồi" in words(response)
    assert "để riêng lọ này" in words(response)
    assert Dose.objects.count() == 0


def test_somebody_complete_already_is_told_so(nurse: Client, station: Station) -> None:
    for days in (60, 30):
        a_dose(station.person.profile_id, given_on=clock.today() - dt.timedelta(days=days), at=clock.now())
    shown = words(nurse.get(person_url(station.person.person_id)))
    assert "Đã đủ 2 mũi cơ bản" in shown
    assert "Lý do vẫn tiêm" in shown


def test_a_card_that_nobody_has_opens_a_filled_form_and_then_the_person(nurse: Client, station: Station) -> None:
    page = nurse.post(reverse("facility:find"), {"text": CARD})
    html = page.content.decode()
    assert page.status_code == 200
    for value in ("Đặng Thị Hoà", "079085000777", "1985"):
        assert f'value="{value}"' in html
    data = {
        "key": fields_of(page)["key"],
        "full_name": "Đặng Thị Hoà",
        "birth_day": "05",
        "birth_month": "03",
        "birth_year": "1985",
        "sex": "FEMALE",
        "system": "CCCD",
        "number": "079085000777",
        "relation": "OWN",
    }
    first, second = (nurse.post(reverse("facility:register"), data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Profile.objects.filter(full_name="Đặng Thị Hoà").count() == 1
    assert "Đặng Thị Hoà" in words(nurse.get(first.headers["Location"]))


def test_the_same_card_again_opens_its_person_at_once(nurse: Client, station: Station) -> None:
    person = a_person("Đặng Thị Hoà", dt.date(1985, 3, 5), identifiers=[("CCCD", "079085000777")])
    response = nurse.post(reverse("facility:find"), {"text": CARD + "\r\n"})
    assert response.headers["Location"] == person_url(person.person_id)


def test_several_of_one_name_are_listed_to_choose_from(nurse: Client, station: Station) -> None:
    for year in (1960, 1990):
        a_person("Lê Thị Bưởi", dt.date(year, 1, 2), at=clock.now())
    shown = words(nurse.post(reverse("facility:find"), {"text": "le thi buoi"}))
    assert "Chọn đúng người" in shown
    assert "02/01/1960" in shown
    assert "02/01/1990" in shown


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ("", 400, "Quét thẻ hoặc gõ"),
        ("\x00\x00", 400, "Quét thẻ hoặc gõ"),
        ("x" * 5000, 422, "quá dài"),
        ("an", 422, "ít nhất hai từ"),
        ("079085000777|rubbish", 422, "Mã quét bị thiếu"),
        ("079085000777||Nguyeenx Vawn An|05031985|Nam|x|01062021", 422, "tắt bộ gõ tiếng Việt"),
        ("HC1:NCFOXN|", 422, "mã chứng nhận"),
    ],
)
def test_garbled_input_is_answered_in_words(nurse: Client, station: Station, text: str, status: int, told: str) -> None:
    response = nurse.post(reverse("facility:find"), {"text": text})
    assert response.status_code == status
    assert told in words(response)


def test_a_year_alone_is_a_birth_date_of_that_precision(nurse: Client, station: Station) -> None:
    data = {"full_name": "Cụ Bà Tám", "birth_year": "1938", "sex": "FEMALE", "system": "CCCD", "relation": "OWN"}
    response = nurse.post(reverse("facility:register"), data)
    assert response.status_code == 302
    assert Profile.objects.get(full_name="Cụ Bà Tám").birth_precision == "YEAR"
    assert "Sinh 1938" in words(nurse.get(response.headers["Location"]))


@pytest.mark.parametrize(
    ("birth", "told"),
    [
        (("31", "2", "1990"), "Ngày sinh cần đủ"),
        (("1", "", "1990"), "Ngày sinh cần đủ"),
        (("", "", "9999"), "Ngày sinh chưa đến"),
    ],
)
def test_an_impossible_birth_is_asked_again_and_the_rest_stays(
    nurse: Client, station: Station, birth: tuple[str, str, str], told: str
) -> None:
    day, month, year = birth
    data = {
        "full_name": "Trần Văn Bê",
        "birth_day": day,
        "birth_month": month,
        "birth_year": year,
        "sex": "MALE",
        "system": "CCCD",
        "relation": "OWN",
        "phone": "0900000123",
    }
    response = nurse.post(reverse("facility:register"), data)
    assert response.status_code in {400, 422}
    assert told in words(response)
    assert 'value="Trần Văn Bê"' in response.content.decode()
    assert 'value="0900000123"' in response.content.decode()


def test_a_stranger_and_nobody_look_the_same(nurse: Client, station: Station) -> None:
    far = a_person(area=an_area("00004"), at=clock.now())
    unknown, hidden = nurse.get(person_url(uuid4())), nurse.get(person_url(far.person_id))
    assert unknown.status_code == hidden.status_code == 404
    assert re.sub(r'value="/[^"]*"', "", unknown.content.decode()) == re.sub(
        r'value="/[^"]*"', "", hidden.content.decode()
    )
    for name in ("inject", "defer"):
        address = reverse(f"facility:{name}", kwargs={"person_id": far.person_id})
        data = {"lot": str(station.lot.id), "confirmed": "1", "outcome": "DEFERRED", "defer_because": "x"}
        assert nurse.post(address, data).status_code == 404
    assert Dose.objects.count() == 0


def test_a_deferral_is_kept_and_shown_on_todays_list(nurse: Client, station: Station) -> None:
    data = tapped(nurse, station, items=["ACUTE_ILLNESS"], outcome="DEFERRED", defer_because="Đang sốt cao")
    address = reverse("facility:defer", kwargs={"person_id": station.person.person_id})
    response = nurse.post(address, data)
    assert "Đã hoãn tiêm cho Nguyễn Văn An" in words(nurse.get(response.headers["Location"]))
    assert "Đang sốt cao" in words(nurse.get(reverse("facility:today")))
    assert Visit.objects.get().state == VisitState.DEFERRED


def test_a_deferral_without_a_reason_keeps_what_was_chosen(nurse: Client, station: Station) -> None:
    address = reverse("facility:defer", kwargs={"person_id": station.person.person_id})
    response = nurse.post(address, tapped(nurse, station, outcome="REFERRED", again_year="2020"))
    assert response.status_code == 400
    assert re.search(r'value="REFERRED" checked', response.content.decode())
    assert "Ngày hẹn" in words(response) or "Ghi rõ vì sao" in words(response)


def test_the_watch_is_listed_with_its_minutes_and_ends(nurse: Client, station: Station) -> None:
    record(nurse, station, tapped(nurse, station))
    visit = Visit.objects.get()
    shown = words(nurse.get(reverse("facility:today")))
    assert re.search(r"Còn (29|30) phút theo dõi", shown)
    address = reverse("facility:finish", kwargs={"profile_id": visit.profile_id, "visit_id": visit.id})
    early = nurse.post(address, {"reaction": "NONE"})
    assert early.status_code == 422
    assert "Chờ đủ giờ, hoặc ghi lý do" in words(early)
    assert nurse.post(address, {"reaction": "NONE", "because": "Tự ý về"}).status_code == 302
    assert "Không có ai đang theo dõi" in words(nurse.get(reverse("facility:today")))


def test_a_mistake_is_voided_the_same_day_with_a_reason(nurse: Client, station: Station) -> None:
    done = record(nurse, station, tapped(nurse, station)).headers["Location"]  # type: ignore[attr-defined]
    visit = Visit.objects.get()
    undo = reverse("facility:undo", kwargs={"profile_id": visit.profile_id, "visit_id": visit.id})
    assert undo in nurse.get(done).content.decode()
    assert "ít nhất 10 ký tự" in words(nurse.post(undo, {"because": "nhầm"}))
    assert nurse.post(undo, {"because": "Ghi nhầm sang người cùng tên"}).headers["Location"] == done
    assert "Đã hủy mũi tiêm vừa ghi" in words(nurse.get(done))
    assert Dose.objects.get().state == "VOIDED"


def test_another_station_sees_nothing_of_this_ones_day(nurse: Client, station: Station) -> None:
    done = record(nurse, station, tapped(nurse, station)).headers["Location"]  # type: ignore[attr-defined]
    other = signed_in(a_nurse(a_facility()))
    assert other.get(done).status_code == 404
    assert other.post(f"{done}/huy", {"because": "Ghi nhầm sang người khác"}).status_code == 404
    assert "Nguyễn Văn An" not in words(other.get(reverse("facility:today")))


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER])
def test_the_desk_does_not_exist_for_other_roles(station: Station, role: Role) -> None:
    officer = signed_in(an_officer(role))
    for name in ("desk", "today", "choose_day"):
        assert officer.get(reverse(f"facility:{name}")).status_code == 404


def test_nobody_signed_in_is_led_to_the_sign_in(client: Client, station: Station) -> None:
    assert client.get(reverse("facility:desk")).headers["Location"] == "/staff/sign-in"
    assert client.get(person_url(station.person.person_id)).headers["Location"] == "/staff/sign-in"


def test_a_form_without_a_token_changes_nothing(station: Station) -> None:
    strict = signed_in(station.nurse, checks_csrf=True)
    assert record(strict, station, {"confirmed": "1"}).status_code == 403  # type: ignore[attr-defined]


def test_every_page_keeps_out_of_caches(nurse: Client, station: Station) -> None:
    for address in (reverse("facility:desk"), person_url(station.person.person_id), reverse("facility:today")):
        assert "no-store" in nurse.get(address).headers["Cache-Control"]


def test_an_expired_lot_is_not_offered(nurse: Client, station: Station) -> None:
    old = a_lot(number="CU0001", expires_on=clock.today() - dt.timedelta(days=1), at=clock.now())
    assert "CU0001" not in words(nurse.get(reverse("facility:choose_day")))
    refused = nurse.post(reverse("facility:choose_day"), {"lot": str(old.id)})
    assert "đã hết hạn" in words(refused)


def test_english_is_complete(nurse: Client, station: Station) -> None:
    nurse.cookies["lang"] = "en"
    assert "This is the person" in words(nurse.get(person_url(station.person.person_id)))
    assert "Under watch" in words(nurse.get(reverse("facility:today")))
