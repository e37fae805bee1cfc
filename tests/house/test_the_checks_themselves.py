"""A check that has never failed proves nothing: each is shown something wrong and must see it."""

import ast

import pytest

from tests.house.source import length
from tests.house.test_words_of_the_house import LATER, OUR_PHONE, PHONE, PRIVATE_KEY, WORKPLACE


@pytest.mark.parametrize("line", ["# TODO later", "// FIXME", "x = 1  # XXX"])
def test_work_left_for_later_is_seen(line: str) -> None:
    assert LATER.search(line)


def test_work_left_by_a_decision_is_not_held_against_it() -> None:
    assert not LATER.search("# TODO when Django can: docs/decisions/012-keys.md")


@pytest.mark.parametrize(
    "line", ["/work/x", "see /root/.pyenv", "/home/an/src", "pip --index-url x", "a.internal"]
)
def test_a_workplace_is_seen(line: str) -> None:
    assert WORKPLACE.search(line)


@pytest.mark.parametrize("line", ["/api/work/1", "homework/x", "a/root/b", "var/home"])
def test_an_ordinary_path_is_no_workplace(line: str) -> None:
    assert not WORKPLACE.search(line)


@pytest.mark.parametrize("number", ["0912345679", "+84387654321", "0900100000"])
def test_somebodys_number_is_seen(number: str) -> None:
    assert any(not OUR_PHONE.match(found) for found in PHONE.findall(f"tel {number},"))


@pytest.mark.parametrize("number", ["0900000001", "+84900099999"])
def test_a_reserved_number_passes(number: str) -> None:
    assert all(OUR_PHONE.match(found) for found in PHONE.findall(f"tel {number},"))


def test_a_private_key_is_seen() -> None:
    assert PRIVATE_KEY.search("-----BEGIN " + "EC PRIVATE KEY-----")


def test_a_promise_does_not_count_as_length() -> None:
    node = ast.parse('def one() -> int:\n    """Say.\n\n    More.\n    """\n    return 1\n').body[0]
    assert isinstance(node, ast.FunctionDef)
    assert length(node) == 2
