"""A report of somebody on record who stands at a desk with an identity paper, about a dose of theirs or themselves."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.actions.telling_holders import tell_holder
from tiemchung.cases.kinds import Door
from tiemchung.cases.rules import Claim
from tiemchung.cases.rules.papers import PaperSeen
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people import reads as people

_TOLD = "AT_DESK"


@transaction.atomic
def report_at_desk(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    kind: str,
    claim: Claim,
    person_id: UUID,
    paper: str,
    dose_id: UUID | None = None,
    phone: str = "",
    case_id: UUID | None = None,
    language: str = "vi",
) -> OpenedCase:
    """Open a report about a person on record, who stands here and showed `paper`; asked twice with one key it is one.

    The claim's name, birth and sex become those on record, and it keeps which paper was seen. The phone on record hears
    of it, unless it is the reporter's own (`phone`, E.164, proved). Nothing but this case comes of it: neither phone
    shows the person by it (decision 019). Raises people.reads.NotFound for whom this actor may not see, and Refused
    with PAPER_NOT_NAMED or as `open_case`.
    """
    if by.kind is not Kind.STAFF or paper not in set(PaperSeen):
        raise Refused(refuse("PAPER_NOT_NAMED"))
    sight = people.sights_of(by, at, [person_id]).get(person_id)
    if sight is None or not sight.seen:
        raise people.NotFound
    told = replace(
        claim, full_name=sight.full_name, birth_date=sight.birth_date, birth_precision=sight.birth_precision,
        sex=sight.sex, numbers=(), seen_paper=str(paper),
    )  # fmt: skip
    opened = open_case(
        by=by, at=at, key=key, kind=kind, door=Door.DESK, claim=told, phone=phone, case_id=case_id,
        person_id=sight.person_id, dose_id=dose_id, language=language,
    )  # fmt: skip

    def tell() -> dict[str, Any]:
        heard = tell_holder(sight.person_id, _TOLD, opened.ref, at, phone=phone)
        facts = {"paper": str(paper), "holder_told": heard}
        write_line(
            by=by, at=at, action="cases.report_at_desk", subject_id=sight.person_id, object_id=opened.case_id,
            facts=facts,
        )  # fmt: skip
        return facts

    once(f"{key}:holder", "cases.report_at_desk", {"case": opened.case_id}, at, tell)
    return opened
