"""At the desk: the first dose of whoever stands here may lie under another record, and that can be reported at once.

What is shown of the other is no more than the product and the month: that a dose waits there, and nobody's name.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.kinds import Door
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.elsewhere import is_first_of
from tiemchung.cases.rules.nearness import may_suggest_link
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused
from tiemchung.doses import reads as doses
from tiemchung.doses.reads import DoseRecord
from tiemchung.people import actions as people
from tiemchung.people.reads import KnownPeople, NearClaim, PersonSight, near_profiles, sights_of
from tiemchung.people.rules.identifiers import vouches
from tiemchung.people.rules.near import POSSIBLE

NEAREST = 10
KIND = "OTHER_PHONE_OR_NUMBER"


@dataclass(frozen=True, slots=True)
class DoseElsewhere:
    """A first dose under a near record: what of it may be shown, the month as its first day."""

    product: str
    month: dt.date


def dose_elsewhere(
    *, by: Actor, at: dt.datetime, who: people.PersonView, record: DoseRecord, purpose: str
) -> DoseElsewhere | None:
    """Give the first dose that lies under the nearest other record, None where none fits, and leave the look's line.

    At most twelve statements, and none for a person whose course is complete. The other person counts against the
    actor's day; where that is used up nothing is shown. Two people with a valid number each are never the same.
    """
    if record.course.complete:
        return None
    others = _others(by, at, who)
    views = doses.doses_of([profile_id for one in others for profile_id in one.profile_ids]) if others else ()
    held = list(zip(views, doses.given(views), strict=True))
    own, birth = doses.given(record.doses), doses.birth_of(who.main.birth_date, who.main.birth_precision)
    for one in others:
        theirs = (dose for view, dose in held if view.profile_id in one.profile_ids)
        found = next((dose for dose in theirs if is_first_of(dose, own, birth, record.on)), None)
        if found is not None:
            shown = DoseElsewhere(found.product, found.given_on.replace(day=1))
            return shown if _looked(by, at, one, purpose) else None
    return None


def report_elsewhere(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    who: people.PersonView,
    found: DoseElsewhere,
    given_on: dt.date | None,
    other_phone: str,
    text: str,
    language: str = "vi",
) -> OpenedCase:
    """Report from the desk that this person's first dose lies under another record; asked twice it is one case.

    `given_on` and `other_phone` are what the person's paper and memory say of it, empty where nothing; the desk that
    answers is offered to join the two where they fit. Raises Refused as `open_case`.
    """
    told = ClaimedDose(1, product=found.product, given_on=given_on)
    main = who.main
    claim = Claim(
        full_name=main.full_name,
        birth_date=main.birth_date,
        birth_precision=main.birth_precision,
        sex=main.sex,
        address_text=main.address_text,
        doses=(told,) if given_on else (),
        other_phone=other_phone,
        text=text,
    )
    return open_case(
        by=by, at=at, key=key, kind=KIND, door=Door.DESK, claim=claim, person_id=who.person_id, language=language
    )


def _others(by: Actor, at: dt.datetime, who: people.PersonView) -> Sequence[PersonSight]:
    """Give the other persons who may be this one, the nearest first."""
    known, main = KnownPeople(), who.main
    claim = NearClaim(
        main.full_name, main.birth_date, main.birth_precision, main.sex, area_id=main.area_id, of_profile=who.person_id
    )
    near = [
        one
        for one in near_profiles(claim, limit=NEAREST, known=known)
        if one.score >= POSSIBLE and may_suggest_link(reason.code for reason in one.reasons)
    ]
    sights = sights_of(by, at, [one.person_id for one in near], known=known) if near else {}
    found = dict.fromkeys(sights[one.person_id].person_id for one in near if one.person_id in sights)
    mine = _vouching(known, [profile.profile_id for profile in who.profiles]) if found else set()
    kept = [sights[person_id] for person_id in found if person_id in sights]
    theirs = [_vouching(known, one.profile_ids) for one in kept]
    return [one for one, numbers in zip(kept, theirs, strict=True) if not mine or not numbers or mine & numbers]


def _vouching(known: KnownPeople, profile_ids: Sequence[UUID]) -> set[bytes]:
    rows = known.identifiers(profile_ids)
    return {bytes(row.value_index) for row in rows if vouches(row.system, row.state)}


def _looked(by: Actor, at: dt.datetime, other: PersonSight, purpose: str) -> bool:
    """Count the other person as seen and write the line; tell whether the actor's day had room for it."""
    try:
        people.note_seen(by=by, at=at, person_ids=[other.person_id])
    except Refused:
        return False
    note_look(by=by, at=at, action="cases.dose_elsewhere", subject_ids=[other.person_id], purpose=purpose)
    return True
