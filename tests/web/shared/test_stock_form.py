"""A number of doses is what was typed, or none; each refusal goes to its own field."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.verdict import refuse
from tiemchung.web.shared.stock_form import NO_NUMBER, doses_in, fields_of


def typed(text: str) -> tuple[str, int]:
    data = QueryDict(mutable=True)
    data["doses"] = text
    return doses_in(data)


@pytest.mark.parametrize(
    ("text", "number"), [("60", 60), ("0", 0), ("1.200", 1200), ("1 200", 1200), ("100,000", 100_000), (" 7 ", 7)]
)
def test_a_whole_number_is_read_with_its_thousands_parted_or_not(text: str, number: int) -> None:
    assert typed(text)[1] == number


@pytest.mark.parametrize("text", ["", "1.5", "-5", "12a", "1e3", "1.20", "1..200", "٣", "²", "99999999", "1 2"])
def test_anything_else_is_no_number(text: str) -> None:
    assert typed(text)[1] == NO_NUMBER


@given(st.text(max_size=30))
def test_no_text_breaks_it_and_a_number_has_the_digits_that_were_typed(text: str) -> None:
    shown, number = typed(text)
    assert len(shown) <= 11
    if number != NO_NUMBER:
        assert int("".join(char for char in shown if char.isdigit())) == number


def test_refusals_stand_at_their_fields_in_the_order_of_the_page_and_others_apart() -> None:
    verdict = refuse("REASON_MISSING") + refuse("STOCK_NUMBER_WRONG", least=1, most=9) + refuse("NOT_YOUR_TASK")
    errors, rest = fields_of(verdict)
    assert list(errors) == ["doses", "because"]
    assert [reason.code for reason in rest.refusals] == ["NOT_YOUR_TASK"]
