"""A message to the phone on somebody's record of what was done in their name: a stranger's deed is heard of."""

import datetime as dt
from uuid import UUID

from tiemchung.access.actions import take_notice
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.telling import KEEP, message, message_kind
from tiemchung.core.outbox import put_message
from tiemchung.core.verdict import Refused
from tiemchung.people import reads as people


def tell_holder(person_id: UUID, code: str, ref: str, at: dt.datetime, *, phone: str = "") -> bool:
    """Send the text `code` about the case `ref` in the caller's transaction; tell whether it was.

    It is not where there is no phone on record but `phone`, from which the news itself comes.
    """
    known = people.reach_of(person_id)
    if known is None or known == phone:
        return False
    try:
        take_notice(at=at, phone=known)
    except Refused:  # a phone that stands for hundreds has its day's number of notices
        return False
    language = people.language_of(known, people.holder_of(person_id).nationality)
    text = message(language, code, ref=shown_ref(ref))
    put_message(to=known, text=text, kind=message_kind(code), at=at, expires_at=at + KEEP)
    return True
