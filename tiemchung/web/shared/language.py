"""Which of the two languages a page speaks: chosen by a cookie, Vietnamese when nothing was chosen."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import translation

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = {VIETNAMESE: "Tiếng Việt", ENGLISH: "English"}
COOKIE = "lang"

_spoken: ContextVar[str] = ContextVar("spoken_language", default=VIETNAMESE)


def spoken_language() -> str:
    """Give the language of the page that is being made, `vi` outside any request."""
    return _spoken.get()


@contextmanager
def speaking(lang: str) -> Iterator[str]:
    """Speak `lang` within the block, in our words and in Django's own; anything unknown becomes Vietnamese."""
    known = lang if lang in LANGUAGES else VIETNAMESE
    token = _spoken.set(known)
    try:
        with translation.override(known):
            yield known
    finally:
        _spoken.reset(token)
