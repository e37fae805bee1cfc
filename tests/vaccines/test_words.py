"""Every code has words in both languages, and the words ask only for facts that the code carries."""

import datetime as dt
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest

import tiemchung
from tiemchung.vaccines.rules import CODES, Colour, Condition, DoseRole, Platform

WORDS = Path(tiemchung.__file__).parent / "web/shared/words"
LANGUAGES = ["vi", "en"]
CARD_FACTS = {"doses", "needed", "earliest_on", "recommended_on"}
REASONS = {
    "NO_DOSES",
    "BEING_VERIFIED",
    "NONE_COUNTED",
    "PRIMARY_INCOMPLETE",
    "PRIMARY_INCOMPLETE_ONE_PENDING",
    "PRIMARY_INCOMPLETE_ONE_NOT_COUNTED",
    "PRIMARY_COMPLETE",
}
STEPS = {
    "REGISTER",
    "WAIT_FOR_VERIFICATION",
    "ASK_FACILITY",
    "NEXT_DOSE_NOW",
    "NEXT_DOSE_LATER",
    "BOOSTER_NOW",
    "BOOSTER_LATER",
    "NOTHING_DUE",
}


def words(lang: str, name: str) -> dict[str, Any]:
    return tomllib.loads((WORDS / lang / f"{name}.toml").read_text(encoding="utf-8"))


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_code_says_why_with_its_own_facts(lang: str) -> None:
    verdicts = words(lang, "verdict_vaccines")["verdict"]
    assert set(verdicts) == set(CODES)
    for code, entry in verdicts.items():
        assert named(entry["text"]) <= CODES[code], code


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_state_and_each_step_of_the_card_has_words(lang: str) -> None:
    found = words(lang, "vaccines_state")
    assert set(found["state"]["card"]) == set(Colour)
    assert set(found["state"]["lot"]) == {"USABLE", "EXPIRED", "RECALLED"}
    assert set(found["card"]["reason"]) == REASONS
    assert set(found["card"]["step"]) == STEPS
    for text in (*found["card"]["reason"].values(), *found["card"]["step"].values()):
        assert named(text) <= CARD_FACTS
    assert set(found["vaccines"]["role"]) == set(DoseRole)
    assert set(found["vaccines"]["platform"]) == set(Platform)
    assert set(found["vaccines"]["condition"]) == set(Condition)


def test_the_nurse_reads_how_long_to_wait_and_from_which_day() -> None:
    text = words("vi", "verdict_vaccines")["verdict"]["TOO_SOON"]["text"]
    facts = {
        "days_left": 12,
        "earliest_on": f"{dt.date(2026, 12, 5):%d/%m/%Y}",
        "days_since": 9,
        "last_on": "x",
    }
    assert "còn 12 ngày. Hẹn lại từ 05/12/2026" in text.format(**facts)
