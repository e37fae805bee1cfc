"""That the population register does not answer, in one sentence, for the lists and boards of those who wait for it."""

import datetime as dt

from tiemchung.people.reads import register_silent_since
from tiemchung.web.shared.words import say


def register_away(at: dt.datetime) -> str:
    """Say since when the register leaves questions unanswered; nothing while it answers."""
    since = register_silent_since(at)
    return str(say("register_away.text", since=since)) if since else ""
