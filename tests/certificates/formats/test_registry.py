"""A format is one file, and no text at all makes the reader raise."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.certificates.formats.cast import NOW
from tiemchung.certificates.formats import Why, read, registry, trust_list

NEWCOMER = """
from tiemchung.certificates.formats.reading import Why, reading_of
from tiemchung.certificates.formats.registry import Format


def read(text, *, keys, now, revoked):
    return reading_of(Why.UNSUPPORTED_SIGNATURE, "newcomer")


FORMAT = Format("newcomer", lambda text: text.startswith("NEW:"), read)
"""


def test_a_new_format_is_one_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "newcomer_for_a_test.py").write_text(NEWCOMER)
    package = import_module("tiemchung.certificates.formats")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    registry.formats.cache_clear()
    try:
        assert read("NEW:1", keys=trust_list([]), now=NOW).format == "newcomer"
    finally:
        monkeypatch.undo()
        registry.formats.cache_clear()
    assert read("NEW:1", keys=trust_list([]), now=NOW).why is Why.NOT_OURS


def test_the_members_are_found_by_their_folder() -> None:
    assert {member.code for member in registry.formats()} >= {"hc1", "shc", "icao", "divoc", "shlink"}


@pytest.mark.parametrize("text", ["shlink:/eyJ1cmwi", "https://viewer.example/#shlink:/eyJ1cmwi"])
def test_a_link_is_named_and_not_followed(text: str) -> None:
    assert read(text, keys=trust_list([]), now=NOW).why is Why.LINK_NOT_FOLLOWED


def test_a_member_that_breaks_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str, **_: object) -> None:
        raise KeyError(text)

    member = registry.Format("broken", lambda text: True, broken)  # type: ignore[arg-type]
    monkeypatch.setattr(registry, "formats", lambda: (member,))
    assert registry.read("x", keys=trust_list([]), now=NOW).why is Why.DAMAGED
