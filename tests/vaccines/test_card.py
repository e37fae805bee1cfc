"""The card's colour and words, the certificate's numbers, the passport's gaps."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaccines.given import BORN, TODAY, dose, histories, unhurried
from tiemchung.vaccines.rules import (
    CardState,
    Colour,
    GivenDose,
    card_of,
    course_of,
    dcc_numbers,
    passport_gaps,
    read_book,
    the_book,
)
from tiemchung.vaccines.rules.files import CATALOGUE, PROGRAMME


def card(*doses: GivenDose, pending: int = 0) -> CardState:
    return card_of(course_of(doses, birth_date=BORN, on=TODAY), pending=pending, on=TODAY)


@pytest.mark.parametrize(
    ("doses", "pending", "expected"),
    [
        ([], 0, (Colour.NONE, "NO_DOSES", "REGISTER")),
        ([], 1, (Colour.NONE, "BEING_VERIFIED", "WAIT_FOR_VERIFICATION")),
        ([dose("PFIZER", "2026-11-30")], 0, (Colour.NONE, "NONE_COUNTED", "ASK_FACILITY")),
        ([dose("PFIZER", "2026-11-10")], 0, (Colour.YELLOW, "PRIMARY_INCOMPLETE", "NEXT_DOSE_LATER")),
        ([dose("PFIZER", "2026-10-10")], 0, (Colour.YELLOW, "PRIMARY_INCOMPLETE", "NEXT_DOSE_NOW")),
        ([dose("ASTRAZENECA", "2026-10-10")], 0, (Colour.YELLOW, "PRIMARY_INCOMPLETE", "NEXT_DOSE_LATER")),
        (
            [dose("PFIZER", "2026-10-10")],
            1,
            (Colour.YELLOW, "PRIMARY_INCOMPLETE_ONE_PENDING", "WAIT_FOR_VERIFICATION"),
        ),
        (
            [dose("VERO_CELL", "2026-09-10"), dose("PFIZER", "2026-10-10")],
            0,
            (Colour.YELLOW, "PRIMARY_INCOMPLETE_ONE_NOT_COUNTED", "ASK_FACILITY"),
        ),
        ([dose("JANSSEN", "2026-10-10")], 0, (Colour.GREEN, "PRIMARY_COMPLETE", "BOOSTER_LATER")),
        ([dose("JANSSEN", "2026-08-10")], 2, (Colour.GREEN, "PRIMARY_COMPLETE", "BOOSTER_NOW")),
        (
            [dose("JANSSEN", "2026-01-10"), dose("PFIZER", "2026-05-10")],
            0,
            (Colour.GREEN, "PRIMARY_COMPLETE", "NOTHING_DUE"),
        ),
    ],
)
def test_each_state_says_why_and_what_comes_next(
    doses: list[GivenDose], pending: int, expected: tuple[Colour, str, str]
) -> None:
    state = card(*doses, pending=pending)
    assert (state.colour, state.reason, state.next_step) == expected


def test_the_card_counts_what_was_given_and_what_is_missing() -> None:
    assert (card(dose("ABDALA", "2026-10-10")).doses, card(dose("ABDALA", "2026-10-10")).needed) == (1, 2)


@unhurried
@given(histories(), st.integers(0, 2))
def test_green_is_complete_and_yellow_is_begun(doses: list[GivenDose], pending: int) -> None:
    course = course_of(doses, birth_date=BORN, on=TODAY)
    state = card_of(course, pending=pending, on=TODAY)
    assert (state.colour is Colour.GREEN) == course.complete
    assert (state.colour is Colour.YELLOW) == (bool(course.counted) and not course.complete)
    assert state.doses == len(course.counted)


@pytest.mark.parametrize(
    ("days", "products", "numbers"),
    [
        (["2021-09-01"], ["PFIZER"], [(1, 2)]),
        (["2021-09-01", "2021-09-29", "2022-02-01"], ["PFIZER"] * 3, [(1, 2), (2, 2), (3, 3)]),
        (
            ["2021-09-01", "2022-01-05", "2022-07-05"],
            ["JANSSEN", "PFIZER", "PFIZER"],
            [(1, 1), (2, 1), (3, 1)],
        ),
        (
            ["2021-10-06", "2021-10-20", "2021-11-03", "2022-03-01"],
            ["ABDALA"] * 4,
            [(1, 3), (2, 3), (3, 3), (4, 4)],
        ),
        (["2021-07-01", "2021-09-25"], ["ASTRAZENECA", "MODERNA"], [(1, 2), (2, 2)]),
        (["2021-10-01", "2021-10-29", "2022-01-10"], ["VERO_CELL"] * 3, [(1, 2), (2, 2), (3, 3)]),
    ],
)
def test_a_certificate_tells_a_booster_from_a_complete_course(
    days: list[str], products: list[str], numbers: list[tuple[int, int]]
) -> None:
    doses = [dose(product, on) for product, on in zip(products, days, strict=True)]
    course = course_of(doses, birth_date=BORN, on=TODAY)
    assert [dcc_numbers(course, d.id) for d in doses] == numbers


def test_a_booster_keeps_the_notation_of_its_own_day_when_a_later_rule_changes_it(tmp_path: Path) -> None:
    """The EU changed the notation while certificates were out, and verifiers read 2/1 as a mistake."""
    programme = tmp_path / "programme"
    shutil.copytree(PROGRAMME, programme)
    path = programme / "numbering.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count("valid_from = 2021-12-20") == 2
    text = text.replace("valid_from = 2021-12-20", "valid_from = 2021-12-20\nvalid_to = 2022-06-01")
    text += '\n[[rule]]\nafter = [1, 2, 3]\nof = "NUMBER"\nvalid_from = 2022-06-01\nsource = "a test"\n'
    path.write_text(text, encoding="utf-8")
    book = read_book(CATALOGUE, programme)
    days, products = ("2021-09-01", "2022-05-31", "2022-10-05"), ("JANSSEN", "PFIZER", "PFIZER")
    doses = [dose(product, on) for product, on in zip(products, days, strict=True)]
    course = course_of(doses, birth_date=BORN, on=TODAY)
    assert [dcc_numbers(course, d.id, book=book) for d in doses] == [(1, 1), (2, 1), (3, 3)]
    assert [dcc_numbers(course, d.id) for d in doses] == [(1, 1), (2, 1), (3, 1)]


def test_each_notation_has_a_source_and_stays_until_another_replaces_it() -> None:
    book = the_book()
    for primary in {product.primary_doses for product in book.products.values()}:
        rules = sorted((r for r in book.numbering if primary in r.after), key=lambda rule: rule.valid_from)
        assert rules[-1].valid_to is None
        assert all(rule.source for rule in rules)
        assert all(one.valid_to == two.valid_from for one, two in pairwise(rules))


def test_a_dose_that_does_not_count_gets_no_certificate() -> None:
    twin = dose("PFIZER", "2021-09-01"), dose("PFIZER", "2021-09-01")
    course = course_of(twin, birth_date=BORN, on=TODAY)
    (left_out,) = [row.dose.id for row in course.doses if not row.counted]
    with pytest.raises(ValueError, match="does not count"):
        dcc_numbers(course, left_out)


@pytest.mark.parametrize(
    ("products", "gaps"),
    [
        (["PFIZER", "PFIZER"], ()),
        (["JANSSEN"], ()),
        (["PFIZER"], ("NOT_COMPLETE",)),
        (["COVAXIN", "COVAXIN"], ("PRODUCT_NOT_ACCEPTED",)),
        ([], ("NOT_COMPLETE",)),
    ],
)
def test_a_passport_needs_a_complete_course_of_the_eight(products: list[str], gaps: tuple[str, ...]) -> None:
    doses = [dose(product, on) for product, on in zip(products, ["2022-01-01", "2022-03-01"], strict=False)]
    assert passport_gaps(course_of(doses, birth_date=BORN, on=TODAY)) == gaps
