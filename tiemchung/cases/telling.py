"""What reporters are told by message: short, with the number of the case and nothing about anybody."""

import datetime as dt
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from tiemchung.cases.letters import owe_letter
from tiemchung.cases.models import Case
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.sealed import open_phone
from tiemchung.core.clock import local
from tiemchung.core.outbox import put_message

# Who else hears, in the same transaction, of every step by which a case from this door stands otherwise.
hearers: dict[str, Callable[[UUID, dt.datetime], None]] = {}
_FOLDER = Path(__file__).parent / "messages"
KEEP = dt.timedelta(days=2)
PARTS = "PART_DONE", "PART_REFUSED"


@cache
def _texts(language: str) -> dict[str, str]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def message(language: str, code: str, **facts: Any) -> str:
    """Give the text of one message; raise KeyError for a code that has none."""
    return _texts(language if language in {"vi", "en"} else "vi")[code].format(**facts)


def answer_words(language: str, code: str) -> str:
    """Give the ready answer of this code, to be read and not sent; one that says less for a code without its own."""
    texts = _texts(f"answers_{language if language in {'vi', 'en'} else 'vi'}")
    return texts.get(code, texts["OTHER"])


def part_words(language: str, code: str, **facts: Any) -> str:
    """Give what an answer says of one part of a report, one of PARTS, or the name of the ministry as NATION."""
    return _texts(f"answers_{language if language in {'vi', 'en'} else 'vi'}")[code].format(**facts)


def is_in_parts(language: str, answer: str) -> bool:
    """Tell whether an answer was put together from those of several desks, each under its own heading."""
    heads = [part_words(language, code, place="\0", text="").partition("\0")[0] for code in PARTS]
    return "\n\n" in answer and answer.startswith(tuple(heads))


def let_hear(case: Case, at: dt.datetime) -> None:
    """Let the partner through which a case was reported hear that it stands otherwise; none where nobody is named."""
    hear = hearers.get(case.door)
    if hear is not None and case.person_id is not None:
        hear(case.person_id, at)


def tell(case: Case, code: str, at: dt.datetime, *, words: str = "") -> bool:
    """Put a message to the reporter into the outbox, in the caller's transaction; tell whether there is a phone.

    Where there is none but an address, the desk owes a letter for what a citizen has to read. `words` is the code of
    another text for the same news.
    """
    phone = open_phone(case.id, case.sealed_phone)
    if not phone:
        owe_letter(case, code, at)
        return False
    facts = {"ref": shown_ref(case.ref), "due": f"{local(case.due_at):%H:%M %d/%m}"}
    text, kind = message(case.language, words or code, **facts), message_kind(code)
    put_message(to=phone, text=text, kind=kind, at=at, expires_at=at + KEEP, about=(case.id, case.steps))
    return True


def message_kind(code: str) -> str:
    """Give the kind under which a message of this code lies in the outbox."""
    return f"case_{code.lower()}"
