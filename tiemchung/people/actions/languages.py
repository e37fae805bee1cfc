"""Remembering the language that somebody chose, for the messages that come to their phone."""

import datetime as dt

from django.db import transaction

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.statements import tell
from tiemchung.people.actions.proving import phone_subject
from tiemchung.people.actions.sighting import demand
from tiemchung.people.rules.languages import LANGUAGES

# One row a phone: the id follows from the phone, and its key holds what two who choose at once would write twice.
_KEEP = """
INSERT INTO people_contactlanguage (phone_index, id, language, chosen_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (phone_index, id) DO UPDATE SET language = EXCLUDED.language, chosen_at = EXCLUDED.chosen_at
WHERE people_contactlanguage.language <> EXCLUDED.language
"""


@transaction.atomic
def choose_language(*, by: Actor, at: dt.datetime, contact_key: bytes, language: str) -> bool:
    """Write to this phone in this language from now on, whoever it tells of; tell whether that is new.

    The caller has proved the phone. Twice changes nothing. Raises ValueError for a language that is not ours, Refused
    with PEOPLE_NOT_ALLOWED for staff: whoever reads the phone chooses.
    """
    demand(by.kind is not Kind.STAFF)
    if language not in LANGUAGES:
        raise ValueError("not a language of ours")
    changed = put_language(at=at, contact_key=contact_key, language=language)
    if changed:
        subject = phone_subject(contact_key)
        write_line(by=by, at=at, action="people.choose_language", subject_id=subject, facts={"language": language})
    return changed


def put_language(*, at: dt.datetime, contact_key: bytes, language: str) -> bool:
    """Write the language of a phone within an action that tells of it; tell whether that is new."""
    return tell(_KEEP, contact_key, phone_subject(contact_key), language, at) == 1
