"""The parser of the confirmation slip proposes what stands there, and never more than can be."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.evidence.slip import Proposals, propose
from tiemchung.vaccines.rules import the_book

SLIP = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19
CERTIFICATE OF COVID-19 VACCINATION
Họ và tên/Name: Nguyễn Thị Minh Châu
Ngày tháng năm sinh/Date of birth: 05/03/1984
Số CCCD/CMT/Hộ chiếu: 001184001234   Ngày cấp: 12/08/2021
Số điện thoại/Tel: 0900 000 123
Địa chỉ/Address: phường Bến Nghé, Quận 1
Đã được tiêm phòng vắc xin COVID-19:
Tiêm mũi 1: ngày 12/08/2021  Loại vắc xin: Vero Cell  Số lô: 202108B
Tiêm mũi 2: ngày 05/09/2021  Loại vắc xin: Comirnaty (Pfizer)  Số lô: FD-0932
TP. Hồ Chí Minh, ngày 06 tháng 09 năm 2021
"""


def test_a_clean_slip_is_read_whole():
    assert propose(SLIP) == Proposals(
        name="Nguyễn Thị Minh Châu",
        given_on=(dt.date(2021, 8, 12), dt.date(2021, 9, 5)),
        product=("VERO_CELL", "PFIZER"),
        lot=("202108B", "FD-0932"),
    )


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Ho va ten: NGUYEN VAN AN", "NGUYEN VAN AN"),
        ("Họ, chữ đệm và tên: Huỳnh Nguyễn Hoàng Uyên", "Huỳnh Nguyễn Hoàng Uyên"),
        ("H0 và tên/Name ; Trần Thị Bình   Giới tính: Nữ", "Trần Thị Bình"),
        ("Họ tên: Lê Văn Dũng Sinh ngày 01/02/1950", "Lê Văn Dũng"),
        ("Họ và tên:\nPhạm Thị Ngọc\nNgày sinh: 1990", "Phạm Thị Ngọc"),
        ("1. Full name: Đặng Văn Đức - 1984", "Đặng Văn Đức"),
    ],
)
def test_the_name_stands_after_its_label_or_below_it(line, name):
    assert propose(line).name == name


@pytest.mark.parametrize(
    "line", ["Họ và tên: ........", "Họ và tên: X", "Tên cơ sở tiêm", "Nguyễn Văn An", "Họ và tên: 0012"]
)
def test_where_no_name_stands_none_is_proposed(line):
    assert propose(line).name == ""


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Mũi 1: l2/O8/2O21", dt.date(2021, 8, 12)),
        ("Liều 2 - ngày tiêm 5-9-2021", dt.date(2021, 9, 5)),
        ("Dose 1: 12.08.2021", dt.date(2021, 8, 12)),
        ("Tiêm mũi 1 ngày 12 tháng 8 năm 2021", dt.date(2021, 8, 12)),
        ("Mũi 3 12 / 01 / 2022 Pfizer", dt.date(2022, 1, 12)),
    ],
)
def test_a_day_is_read_in_each_way_of_writing_it(line, day):
    assert propose(line).given_on == (day,)


@pytest.mark.parametrize(
    "line",
    [
        "Ngày sinh: 12/08/2021",
        "Mũi 1: 31/02/2021",
        "Mũi 1: 12/08/1984",
        "Mũi 1: 12/13/2021",
        "Mũi 1: 2021/08/12/2021",
        "Cấp ngày 12/08/2021",
        "Mũi 1, hạn dùng 12/08/2022",
    ],
)
def test_a_day_that_is_none_of_a_dose_is_left_out(line):
    assert propose(line).given_on == ()


def test_no_day_after_the_latest_is_proposed():
    assert propose(SLIP, latest=dt.date(2021, 8, 31)).given_on == (dt.date(2021, 8, 12),)


@pytest.mark.parametrize(
    ("line", "products"),
    [
        ("Vắc xin: AstraZeneca", ("ASTRAZENECA",)),
        ("Vắc xin: Astra Zeneca", ("ASTRAZENECA",)),
        ("Loại: Astrazeneea", ("ASTRAZENECA",)),
        ("Verocell", ("VERO_CELL",)),
        ("Vero-Cell (Sinopharm)", ("VERO_CELL",)),
        ("Comimaty", ("PFIZER",)),
        ("Spikevax Moderna", ("MODERNA",)),
        ("Pfizer", ("PFIZER",)),
        ("AbdaIa", ("ABDALA",)),
        ("Vắc xin COVID-19 Vaccine", ()),
        ("Nguyễn Văn Hà, Trạm y tế phường", ()),
    ],
)
def test_a_product_is_known_by_its_names_with_a_letter_misread(line, products):
    assert propose(line).product == products


@pytest.mark.parametrize("product", [p.code for p in the_book().products.values()])
def test_every_product_of_the_catalogue_is_known_by_its_label(product):
    assert propose(f"Mũi 1: {the_book().products[product].label}").product == (product,)


@pytest.mark.parametrize(
    ("line", "lots"),
    [
        ("Số lô: 202108B", ("202108B",)),
        ("Lô ABV5811", ("ABV5811",)),
        ("Lot No.: fd0932", ("FD0932",)),
        ("Batch number FF2832", ("FF2832",)),
        ("Số lô: ........", ()),
        ("Lô trình tiêm chủng", ()),
        ("Lô đất 12", ()),
    ],
)
def test_a_lot_stands_after_its_label_and_has_a_digit(line, lots):
    assert propose(line).lot == lots


DAYS = st.dates(dt.date(2021, 3, 8), dt.date(2023, 12, 31))
PRODUCTS = st.sampled_from(sorted(the_book().products))


@given(st.lists(st.tuples(DAYS, PRODUCTS), min_size=1, max_size=4))
def test_what_a_slip_says_comes_back_in_its_order(doses):
    labels = {code: product.label for code, product in the_book().products.items()}
    lines = [f"Tiêm mũi {i}: ngày {day:%d/%m/%Y} {labels[code]}" for i, (day, code) in enumerate(doses, 1)]
    found = propose("\n".join(["Họ và tên: Trần Thị Bình", *lines]))
    assert found.given_on == tuple(day for day, _ in doses)
    assert found.product == tuple(code for _, code in doses)
    assert found.name == "Trần Thị Bình"


@given(st.text(max_size=400) | st.lists(st.sampled_from(SLIP.split()), max_size=60).map("\n".join))
def test_no_text_is_too_odd_and_all_that_is_proposed_can_be(text):
    found = propose(text, latest=dt.date(2026, 11, 20))
    assert all(dt.date(2021, 1, 1) <= day <= dt.date(2026, 11, 20) for day in found.given_on)
    assert set(found.product) <= set(the_book().products)
    assert all(any(char.isdigit() for char in lot) for lot in found.lot)
    assert not any(char.isdigit() for char in found.name)
    assert Proposals.from_json(found.as_json()) == found


@given(st.integers(0, 10_000))
def test_noise_takes_something_away_but_invents_no_product_and_no_impossible_day(seed):
    chance = random.Random(seed)
    noisy = "".join(chance.choice("|'.,;: ") if chance.random() < 0.05 else char for char in SLIP)
    found = propose(noisy, latest=dt.date(2021, 12, 31))
    assert set(found.product) <= {"VERO_CELL", "PFIZER"}
    assert all(dt.date(2021, 2, 1) <= day <= dt.date(2021, 12, 31) for day in found.given_on)


def test_a_very_long_text_is_cut_and_not_all_of_it_read():
    assert len(propose("Mũi 1: 12/08/2021 Số lô: A1234\n" * 100_000).given_on) == 10
