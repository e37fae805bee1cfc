"""The verbs that write evidence. The caller proves that the draft or the case is the actor's to add to."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from tiemchung.cases.evidence.cleaning import LARGEST, CleanPage, clean_upload
from tiemchung.cases.evidence.malware import scanner
from tiemchung.cases.evidence.store import evidence_store
from tiemchung.cases.evidence.views import EvidenceView, view_of
from tiemchung.cases.models import Evidence
from tiemchung.core import audit
from tiemchung.core.actor import Actor
from tiemchung.core.ids import new_id
from tiemchung.core.rows import put_row, rows
from tiemchung.core.verdict import Refused, refuse

MOST_PAGES = 10
_TRIES = 2 * MOST_PAGES


def attach_evidence(*, by: Actor, at: dt.datetime, case_id: UUID, raw: bytes) -> tuple[EvidenceView, ...]:
    """Add what was sent to a draft or case, cleaned, and give its pages; a page that is there already is not added.

    Raises Refused as `clean_upload` does, with EVIDENCE_FULL beyond ten pages and with EVIDENCE_INFECTED. While the
    scanner cannot be asked, the pages wait unseen (PENDING).
    """
    if len(raw) > LARGEST:
        raise Refused(refuse("EVIDENCE_TOO_LARGE", most=LARGEST // 1024 // 1024))
    state = _state_of(raw)
    pages = {hashlib.sha256(page.jpeg).digest(): page for page in clean_upload(raw)}
    for _ in range(_TRIES):
        try:
            return _attach(by, at, case_id, pages, state)
        except IntegrityError:
            continue  # another upload took the number at the same moment: look again
    raise Refused(refuse("EVIDENCE_BUSY"))


def _state_of(raw: bytes) -> str:
    scan = scanner()
    try:
        infected = scan is not None and scan.infected(raw)
    except OSError:
        return Evidence.State.PENDING
    if infected:
        raise Refused(refuse("EVIDENCE_INFECTED"))
    return Evidence.State.CLEAN


def _attach(
    by: Actor, at: dt.datetime, case_id: UUID, pages: Mapping[bytes, CleanPage], state: str
) -> tuple[EvidenceView, ...]:
    store = evidence_store()
    there = rows(Evidence, "case_id = %s", case_id)
    known = {bytes(row.digest): row for row in there}
    fresh = [digest for digest in pages if digest not in known]
    if len(there) + len(fresh) > MOST_PAGES:
        raise Refused(refuse("EVIDENCE_FULL", most=MOST_PAGES))
    number = max((row.number for row in there), default=0)
    new = [_row(case_id, number + place, digest, pages[digest], state, by, at) for place, digest in enumerate(fresh, 1)]
    try:
        for row in new:
            store.put(row.id, pages[bytes(row.digest)].jpeg)
        with transaction.atomic():
            for row in new:
                put_row(row)
                audit.write_line(by=by, at=at, action="cases.attach_evidence", subject_id=case_id, object_id=row.id)
    except BaseException:
        for row in new:
            store.drop(row.id)
        raise
    known |= {bytes(row.digest): row for row in new}
    return tuple(view_of(known[digest]) for digest in pages)


def _row(
    case_id: UUID, number: int, digest: bytes, page: CleanPage, state: str, by: Actor, at: dt.datetime
) -> Evidence:
    return Evidence(
        id=new_id(),
        case_id=case_id,
        number=number,
        media_type="image/jpeg",
        bytes=len(page.jpeg),
        width=page.width,
        height=page.height,
        digest=digest,
        state=state,
        added_at=at,
        added_by=str(by.kind),
    )


def remove_evidence(*, by: Actor, at: dt.datetime, case_id: UUID, evidence_id: UUID, draft: bool) -> None:
    """Take one page out of a draft, file and all; a page that is not there is no error.

    `draft`: the caller's word that the report has not been sent; what was sent stays (EVIDENCE_SENT).
    """
    if not draft:
        raise Refused(refuse("EVIDENCE_SENT"))
    _remove(by, at, case_id, [evidence_id])


def drop_evidence_of(*, by: Actor, at: dt.datetime, case_id: UUID) -> int:
    """Forget all pages of a draft that was given up or has expired; give how many there were."""
    return _remove(by, at, case_id, list(Evidence.objects.filter(case_id=case_id).values_list("id", flat=True)))


def _remove(by: Actor, at: dt.datetime, case_id: UUID, evidence_ids: list[UUID]) -> int:
    store = evidence_store()
    with transaction.atomic():
        gone, _ = Evidence.objects.filter(case_id=case_id, id__in=evidence_ids).delete()
        if not gone:
            return 0
        for evidence_id in evidence_ids:
            audit.write_line(by=by, at=at, action="cases.remove_evidence", subject_id=case_id, object_id=evidence_id)
        # After the commit: a row without its file would be a broken photo, a file without its row is swept.
        for evidence_id in evidence_ids:
            transaction.on_commit(partial(store.drop, evidence_id))
    return gone
