"""Cards are read for what they say; a scan that was damaged says how."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.keyboards import from_telex
from tiemchung.people.rules.kinds import BirthPrecision, IdSystem, Sex
from tiemchung.people.rules.scans import ScanKind, parse_scan

CHIP = "079201000001|990000001|Nguyễn Văn An|05032001|Nam|Tổ 1, Bến Nghé, Quận 1, TP Hồ Chí Minh|31122021"
WOMAN = "001193000001||Trần Thị Bình|10101993|Nữ|Ba Đình, Hà Nội|24022022"
PERSONAL = "001093000001|NGUYEN VAN A|1993-01-01|0|100000000000000001|1<GD4790000000001<0900000000<<"
INSURANCE = "|".join(
    ["GD4790000000001", "Nguyễn Văn An".encode().hex(), "05/03/2001", "1", "Bến Nghé".encode().hex(), "79-001"]
)


def _codes(text: str) -> list[str]:
    return [r.code for r in parse_scan(text).verdict.reasons]


def test_a_chip_card_says_seven_things() -> None:
    card = parse_scan(CHIP + "\r\n")
    assert (card.kind, card.full_name, card.sex) == (ScanKind.CHIP_CARD, "Nguyễn Văn An", Sex.MALE)
    assert card.identifiers == ((IdSystem.CCCD, "079201000001"), (IdSystem.CMND9, "990000001"))
    assert (card.birth_date, card.issued_on) == (dt.date(2001, 3, 5), dt.date(2021, 12, 31))
    assert card.address_text.startswith("Tổ 1")
    assert not card.verdict.reasons


def test_a_card_without_an_old_number_has_one_number() -> None:
    assert parse_scan(WOMAN).identifiers == ((IdSystem.CCCD, "001193000001"),)


def test_the_card_of_2024_keeps_its_tail_uncounted_upon() -> None:
    card = parse_scan(CHIP + "|Nguyễn Văn Cha|079070000001|")
    assert (card.kind, card.tail) == (ScanKind.CARD_2024, 3)
    assert "079070000001" not in repr(card)


def test_a_personal_qr_says_name_birth_and_numbers() -> None:
    card = parse_scan(PERSONAL)
    assert (card.kind, card.birth_date, card.phone) == (ScanKind.PERSONAL_QR, dt.date(1993, 1, 1), "+84900000000")
    assert {system for system, _ in card.identifiers} == {IdSystem.CCCD, IdSystem.QID, IdSystem.BHYT15}


def test_a_masked_personal_qr_gives_no_number() -> None:
    card = parse_scan("********0001|NGUYEN VAN A|1993-01-01|0|100000000000000001|")
    assert card.identifiers == ((IdSystem.QID, "100000000000000001"),)


def test_an_insurance_card_is_read_from_its_hex() -> None:
    card = parse_scan(INSURANCE)
    assert (card.kind, card.full_name, card.sex) == (ScanKind.BHYT_CARD, "Nguyễn Văn An", Sex.MALE)
    assert card.address_text == "Bến Nghé"


def test_an_insurance_card_with_a_year_says_only_the_year() -> None:
    card = parse_scan(INSURANCE.replace("05/03/2001", "1945"))
    assert (card.birth_date, card.birth_precision) == (dt.date(1945, 1, 1), BirthPrecision.YEAR)


@pytest.mark.parametrize(
    ("name", "sex"),
    [("Nguyeenx Vawn An", "Nam"), ("Traanf An", "Nam"), ("Y Bih", "Nuwx"), ("Nguye64n Va8n An", "Nam"), ("An", "Nu74")],
)
def test_a_vietnamese_keyboard_is_named_as_the_cause(name: str, sex: str) -> None:
    assert "SCAN_KEYBOARD" in _codes(f"079201000001||{name}|05032001|{sex}|x|31122021")


def test_a_digit_row_turned_to_letters_is_named_as_the_cause() -> None:
    assert _codes("đ\u0303\u0309â|x|y|z|Nam") == ["SCAN_KEYBOARD"]


@pytest.mark.parametrize("name", ["Nguyễn Max", "Alex James", "H’Win Niê", "Nguyen Van An", "Rơ Châm H'Jel", "Lý A Sử"])
def test_a_real_name_is_not_taken_for_a_keyboards_work(name: str) -> None:
    assert "SCAN_KEYBOARD" not in _codes(f"079201000001||{name}|05032001|Nam|x|31122021")


@given(st.sampled_from(["nguyeenx/nguyễn", "ddawngj/đặng", "phuwowngj/phượng", "tuaans/tuấn", "thij/thị", "nuwx/nữ"]))
def test_telex_keys_give_the_word_they_write(pair: str) -> None:
    keys, word = pair.split("/")
    assert from_telex(keys) == word
    assert from_telex(word) == ""


def test_letters_read_in_a_wrong_encoding_are_repaired_and_said_so() -> None:
    card = parse_scan(CHIP.encode().decode("latin-1"))
    assert card.full_name == "Nguyễn Văn An"
    assert [r.code for r in card.verdict.reasons] == ["SCAN_REPAIRED"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("079201000001||Nguy?n V?n An|05032001|Nam|x|31122021", "SCAN_LETTERS_LOST"),
        ("079201000001||Nguyễn Văn An|05032001|Na", "SCAN_CUT_SHORT"),
        ("079201000001||Nguyễn", "SCAN_CUT_SHORT"),
        ("079201000001||Nguyễn Văn An|31022001|Nam|x|31122021", "SCAN_CUT_SHORT"),
        ("HC1:6BF", "SCAN_CERTIFICATE"),
        ("https://example.org/x", "SCAN_FOREIGN"),
        ("", "SCAN_FOREIGN"),
        ("\x00", "SCAN_FOREIGN"),
        ("|" * 10_000_000, "SCAN_TOO_LONG"),
    ],
)
def test_a_bad_scan_says_what_is_wrong(text: str, code: str) -> None:
    assert _codes(text) == [code]


@given(st.integers(0, len(CHIP)), st.integers(0, len(WOMAN)))
def test_no_cut_of_a_card_gives_a_name_that_the_card_does_not_bear(one: int, two: int) -> None:
    for whole, cut in ((CHIP, one), (WOMAN, two)):
        card = parse_scan(whole[:cut])
        assert not card.verdict.allowed or card.full_name == parse_scan(whole).full_name


@given(st.text(max_size=300) | st.lists(st.text(max_size=30), max_size=9).map("|".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    card = parse_scan(text)
    assert card.kind is not ScanKind.UNREADABLE or not card.verdict.allowed


def test_a_card_whose_number_does_not_fit_warns_and_still_fills_the_form() -> None:
    card = parse_scan(CHIP.replace("|Nam|", "|Nữ|"))
    assert card.verdict.allowed
    assert [r.code for r in card.verdict.warnings] == ["IDENTIFIER_SEX"]
