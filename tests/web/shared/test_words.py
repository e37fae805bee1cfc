"""Both languages say the same things, and every page finds its words."""

import datetime as dt
import re
from pathlib import Path

import pytest

from tiemchung import web
from tiemchung.core.verdict import Reason
from tiemchung.web.shared import words
from tiemchung.web.shared.language import speaking
from tiemchung.web.shared.words import MissingWords, facts_named, say, say_reason, sentences

WEB = Path(web.__file__).parent
SAID = re.compile(r"""\bsay\(\s*["']([a-z_]+(?:\.[A-Za-z0-9_]+)+)["']\s*[,)]""")
COLOURS = {"white", "grey", "green", "teal", "blue", "purple", "pink", "red", "orange", "yellow"}


@pytest.fixture
def word_files(tmp_path, monkeypatch):
    """Give a function that writes word files of one's own."""
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    sentences.cache_clear()

    def write(lang: str, text: str, name: str = "a") -> None:
        (tmp_path / lang).mkdir(exist_ok=True)
        (tmp_path / lang / f"{name}.toml").write_text(text, "utf-8")

    write("vi", "")
    write("en", "")
    yield write
    sentences.cache_clear()


def test_both_languages_have_the_same_keys():
    assert set(sentences("vi")) == set(sentences("en"))


def test_no_sentence_is_empty():
    assert [key for lang in ("vi", "en") for key, text in sentences(lang).items() if not text.strip()] == []


def test_a_sentence_names_the_same_facts_in_both_languages():
    english = sentences("en")
    differing = [k for k, text in sentences("vi").items() if facts_named(text) != facts_named(english.get(k, text))]
    assert differing == []


# The tone mark stands on the first vowel of oa, oe and uy (khóa, hủy), one way in every word a reader sees.
_OTHER_SPELLING = re.compile(r"\w(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\w)", re.IGNORECASE)


def test_vietnamese_is_spelt_one_way():
    assert not [text for text in sentences("vi").values() if _OTHER_SPELLING.search(text)]


def test_every_key_that_a_page_says_has_words():
    files = [p for kind in ("*.html", "*.py") for p in WEB.rglob(kind)]
    said = {(key, path.name) for path in files for key in SAID.findall(path.read_text("utf-8"))}
    assert said, "the search itself has stopped working"
    assert sorted((name, key) for key, name in said if key not in sentences("vi")) == []


def test_every_state_has_a_label_and_a_known_colour():
    for lang in ("vi", "en"):
        table = sentences(lang)
        states = {key.rsplit(".", 1)[0] for key in table if key.startswith("state.")}
        wrong = [s for s in states if not table.get(f"{s}.label") or table.get(f"{s}.colour") not in COLOURS]
        assert wrong == []


def test_words_are_said_in_the_language_of_the_page(word_files):
    word_files("vi", 'hello = "Chào {name}"')
    word_files("en", 'hello = "Hello {name}"')
    assert say("hello", name="An") == "Chào An"
    with speaking("en"):
        assert say("hello", name="An") == "Hello An"
    assert say("hello", "en", name="Bình") == "Hello Bình"


def test_facts_are_written_as_readers_write_them(word_files):
    word_files("vi", 'due = "Từ {day}, còn {days} ngày, {count} người"')
    assert say("due", day=dt.date(2026, 12, 5), days=12, count=12345) == "Từ 05/12/2026, còn 12 ngày, 12.345 người"


def test_vietnamese_stands_in_where_english_has_no_words(word_files):
    word_files("vi", 'only = "Chỉ có tiếng Việt"')
    assert say("only", "en") == "Chỉ có tiếng Việt"


def test_a_key_without_words_is_an_error_unless_production_is_lenient(word_files, settings):
    with pytest.raises(MissingWords):
        say("nowhere.to_be_found")
    settings.LENIENT_WORDS = True
    assert say("nowhere.to_be_found") == "nowhere.to_be_found"


def test_a_missing_fact_is_an_error_that_names_it(word_files):
    word_files("vi", 'due = "Còn {days} ngày"')
    with pytest.raises(MissingWords, match="days"):
        say("due")


def test_two_files_with_one_key_are_refused(word_files):
    word_files("vi", 'twice = "a"', "one")
    word_files("vi", 'twice = "b"', "two")
    with pytest.raises(ValueError, match="twice"):
        say("twice")


def test_a_verdict_code_is_said_from_its_own_words_or_from_its_table(word_files):
    word_files("vi", '[verdict]\nSHORT = "Ngắn {n}"\n[verdict.LONG]\ntext = "Dài {n}"')
    assert say_reason(Reason("SHORT", facts={"n": 1})) == "Ngắn 1"
    assert say_reason(Reason("LONG", facts={"n": 2})) == "Dài 2"
