"""Whatever this domain can answer has words in both languages that say what to do."""

import re
from pathlib import Path

import pytest

import tiemchung.people
from tiemchung.people.rules import kinds
from tiemchung.web.shared.words import sentences

_CODE = re.compile(r'(?:refuse|warn|Reason|_unreadable|codes\.append)\(\s*"([A-Z_]+)"|return "(PHONE_[A-Z_]+)"')


def _codes() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in Path(tiemchung.people.__path__[0]).rglob("*.py"))
    return {one or other for one, other in _CODE.findall(text)}


def test_the_search_for_codes_finds_them() -> None:
    assert {"LINK_TWO_NUMBERS", "PHONE_FIXED_LINE", "SCAN_KEYBOARD", "LINK_BIRTHS_DIFFER", "PROOF_FAILED"} <= _codes()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_code_has_words(lang: str) -> None:
    assert [code for code in sorted(_codes()) if f"verdict.{code}.text" not in sentences(lang)] == []


def test_the_words_for_a_garbled_scan_name_the_vietnamese_keyboard() -> None:
    assert "tắt bộ gõ tiếng Việt" in sentences("vi")["verdict.SCAN_KEYBOARD.text"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    ("group", "members"),
    [("sex", kinds.Sex), ("id_system", kinds.IdSystem), ("phone_relation", kinds.PhoneRelation),
     ("guardian_relation", kinds.GuardianRelation), ("source", kinds.Source)],
)  # fmt: skip
def test_every_member_of_a_list_has_words(lang: str, group: str, members: type[kinds.Sex]) -> None:
    assert [m for m in members if f"people.{group}.{m}" not in sentences(lang)] == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_of_a_number_has_words_and_colour(lang: str) -> None:
    keys = [f"state.identifier.{state}.{part}" for state in kinds.IdentifierState for part in ("label", "colour")]
    assert [key for key in keys if key not in sentences(lang)] == []
