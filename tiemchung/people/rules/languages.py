"""In which language somebody is written to. Pure."""

from tiemchung.people.rules.identity import HOME

VIETNAMESE, ENGLISH = "vi", "en"
LANGUAGES = (VIETNAMESE, ENGLISH)


def language_by(nationality: str) -> str:
    """Give the language of messages to somebody who never chose one: Vietnamese at home, else English."""
    return VIETNAMESE if nationality == HOME else ENGLISH
