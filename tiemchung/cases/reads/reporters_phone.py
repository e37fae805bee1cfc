"""Whether a proved reporter comes from another phone than the one on record, which is theirs no more."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.cases.models import Case, CaseByRef
from tiemchung.cases.proposing.picture import LeftPhone
from tiemchung.cases.rules import Claim, Step
from tiemchung.cases.rules.lost_phones import is_silent, says_lost
from tiemchung.cases.sealed import open_claim, open_phone
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import Kind
from tiemchung.core.outbox import contact_key, states_to
from tiemchung.people import reads as people

KIND = "OTHER_PHONE_OR_NUMBER"
LATELY = dt.timedelta(days=180)


def left_phone(file: CaseFile, profile_ids: Iterable[UUID], at: dt.datetime) -> LeftPhone | None:
    """Give the phone on record that the person of a case has left for the one that they report from, with the signs.

    The one that the report names, else the only other one. None where nobody was proved, the report came from no
    phone, or nothing speaks for it. At most two statements, none for reports of another kind.
    """
    if file.kind != KIND or file.person_id is None or not file.phone_shown:
        return None
    others = [one for one in people.phones_on_record(profile_ids) if one.contact_key != file.contact_key]
    named = contact_key(file.claim.other_phone) if file.claim.other_phone else b""
    if named and named != file.contact_key:
        others = [one for one in others if one.contact_key == named]
    if len({one.contact_key for one in others}) != 1:
        return None
    old = others[0]
    lost, silent = says_lost(_said(file)), is_silent(states_to(old.contact_key, since=at - LATELY))
    return LeftPhone(old.contact_id, old.shown, file.phone_shown, lost, silent) if lost or silent else None


def _said(file: CaseFile) -> list[str]:
    """Give what the reporter said, in the report and in answers to questions."""
    answers = (s.text for s in file.steps if s.step == Step.ANSWER and s.by_kind != Kind.STAFF)
    return [file.claim.text, *answers]


def reporters_phone(ref: str) -> str:
    """Give the phone (E.164) from which the case of this number was reported, "" for none; for actions, not to show."""
    case = _case(ref)
    return open_phone(case.id, case.sealed_phone)


def came_from(ref: str, person_id: UUID) -> bool:
    """Tell whether the report of this number came from that person: `is_from`, for actions."""
    case = _case(ref)
    return is_from(bytes(case.contact_key), open_claim(case.id, case.sealed_claim), person_id)


def is_about(ref: str, person_id: UUID) -> bool:
    """Tell whether the report of this number is known to be that person's: proved to whoever took it down."""
    case = _case(ref)
    return case.person_id is not None and people.person_of(case.person_id) == people.person_of(person_id)


def is_from(contact_key: bytes, claim: Claim, person_id: UUID) -> bool:
    """Tell whether a report came from a phone on this person's record, or was taken down beside their identity paper.

    One statement, two where that phone is somebody's.
    """
    return bool(claim.seen_paper) or people.person_of(person_id) in people.persons_on_phone(contact_key)


def _case(ref: str) -> Case:
    place = CaseByRef.objects.get(ref=ref)
    return Case.objects.get(contact_key=place.contact_key, id=place.case_id)
