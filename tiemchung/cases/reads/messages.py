"""How far the words to the reporters of a case have come, for the desk that has to know that they were heard."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from tiemchung.cases.models import CaseInbox
from tiemchung.cases.values import CaseFile
from tiemchung.core.outbox import MessageView, messages_about

Place = tuple[UUID, int]  # a case and the number of one of its steps


def messages_of(file: CaseFile) -> Mapping[Place, MessageView]:
    """Give the latest message of each step of a case and of its repeats; one statement.

    The file is one that the caller may see.
    """
    keys = [file.contact_key, *(repeat.contact_key for repeat in file.repeats)]
    ids = [file.case_id, *(repeat.case_id for repeat in file.repeats)]
    return {(message.about_id, message.about_step): message for message in messages_about(keys, ids)}


def untold_since(file: CaseFile) -> dt.datetime | None:
    """Give since when the desk of this case knows that its reporter was not reached; None where they were."""
    rows = CaseInbox.objects.filter(unit_id=file.desk.unit_id, case_id=file.case_id, untold_at__isnull=False)
    return rows.values_list("untold_at", flat=True).first()
