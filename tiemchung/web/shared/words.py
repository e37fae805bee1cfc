"""Every sentence of the interface, by key and language, from words/{vi,en}/*.toml."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from django.conf import settings

from tiemchung.core.verdict import Reason
from tiemchung.web.shared.formats import format_fact
from tiemchung.web.shared.language import VIETNAMESE, spoken_language

FOLDER = Path(__file__).parent / "words"


class MissingWords(KeyError):
    """A key has no sentence, or its sentence names a fact that was not given."""


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _leaves(value, key)
        else:
            yield key, value


@cache
def sentences(lang: str) -> Mapping[str, str]:
    """Give all sentences of one language, key to text; raises ValueError when two files hold the same key."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / lang).glob("*.toml")):
        for key, text in _leaves(tomllib.loads(path.read_text("utf-8"))):
            if key in found:
                raise ValueError(f"{lang}/{path.name}: {key} has words already")
            found[key] = text
    return found


def facts_named(text: str) -> frozenset[str]:
    """Give the names of the facts that a sentence has places for."""
    return frozenset(name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(text) if name)


def _find(key: str, lang: str) -> str | None:
    return sentences(lang).get(key) or sentences(VIETNAMESE).get(key)


def has_words(key: str) -> bool:
    """Tell whether a key has a sentence."""
    return _find(key, VIETNAMESE) is not None


def sentence(key: str, lang: str | None = None) -> str:
    """Give a sentence with its places still open, in Vietnamese when `lang` has none.

    Raises MissingWords when no language has it, unless the setting LENIENT_WORDS asks for the bare key instead:
    a reader in production is better served by an odd word than by an error page.
    """
    text = _find(key, lang or spoken_language())
    if text is not None:
        return text
    if getattr(settings, "LENIENT_WORDS", False):
        return key
    raise MissingWords(key)


def say(key: str, lang: str | None = None, **facts: Any) -> str:
    """Say the sentence of `key` with its facts, in `lang` or else in the language of the page.

    Days, moments and numbers among the facts are written by `formats.format_fact`. Raises MissingWords as `sentence`
    does, and when a fact is missing.
    """
    text = sentence(key, lang)
    try:
        return text.format(**{name: format_fact(fact, lang) for name, fact in facts.items()})
    except (KeyError, IndexError) as missing:
        if getattr(settings, "LENIENT_WORDS", False):
            return text
        raise MissingWords(f"{key} needs {missing}") from None


def reason_key(code: str) -> str:
    """Give the key of a verdict's code: `verdict.CODE`, or `verdict.CODE.text` where the code has a table of words."""
    whole = f"verdict.{code}"
    return whole if has_words(whole) else f"{whole}.text"


def say_reason(reason: Reason, lang: str | None = None) -> str:
    """Say why a verdict refuses, warns or notes."""
    return say(reason_key(reason.code), lang, **dict(reason.facts))


def state_words(machine: str, state: str, lang: str | None = None) -> tuple[str, str]:
    """Give the label and the colour of a state, which stand side by side in the word files."""
    key = f"state.{machine}.{state}"
    return say(f"{key}.label", lang), say(f"{key}.colour", lang)
