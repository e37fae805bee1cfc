"""What reporters are told by message: short, with the number of the case and nothing about anybody."""

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tiemchung.cases.models import Case
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.sealed import open_phone
from tiemchung.core.clock import local
from tiemchung.core.outbox import put_message

_FOLDER = Path(__file__).parent / "messages"
KEEP = dt.timedelta(days=2)


@cache
def _texts(language: str) -> dict[str, str]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def message(language: str, code: str, **facts: Any) -> str:
    """Give the text of one message; raise KeyError for a code that has none."""
    return _texts(language if language in {"vi", "en"} else "vi")[code].format(**facts)


def tell(case: Case, code: str, at: dt.datetime) -> bool:
    """Put a message to the reporter into the outbox, in the caller's transaction; tell whether there is a phone."""
    phone = open_phone(case.id, case.sealed_phone)
    if not phone:
        return False
    facts = {"ref": shown_ref(case.ref), "due": f"{local(case.due_at):%H:%M %d/%m}"}
    put_message(
        to=phone, text=message(case.language, code, **facts), kind=f"case_{code.lower()}", at=at, expires_at=at + KEEP
    )
    return True
