"""Rooms stay small enough to be read at one go."""

import statistics

from tests.house.source import functions_in, length, name_of, python_files, text_files

LONGEST_FILE = 500
LONGEST_FUNCTION = 60


def _lines(path: object) -> int:
    return len(path.read_text("utf-8").splitlines())  # type: ignore[attr-defined]


def test_no_file_is_longer_than_a_room() -> None:
    long = [f"{name_of(path)}: {_lines(path)}" for path in python_files() if _lines(path) > LONGEST_FILE]
    assert long == []


def test_half_of_all_files_fit_two_screens() -> None:
    assert statistics.median(_lines(path) for path in python_files("tiemchung")) <= 120


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name_of(path)} {name}: {length(node)}"
        for path in python_files()
        for name, node, _ in functions_in(path)
        if length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_nine_of_ten_functions_are_short() -> None:
    lengths = [length(node) for path in python_files("tiemchung") for _, node, _ in functions_in(path)]
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def test_a_rooms_readme_fits_a_screen() -> None:
    long = [
        f"{name_of(path)}: {_lines(path)}"
        for path in text_files()
        if path.name == "README.md" and path.parent.parent.name == "tiemchung" and _lines(path) > 80
    ]
    assert long == []
