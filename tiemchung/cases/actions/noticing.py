"""Telling people of a dose that just came on record, and taking their word that they never got it.

India's ghost doses were found by nobody, since nobody was told (threats I6). The message leaves behind the ledger,
never in the dose's own transaction; opening its link changes nothing, only the button on the page does.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tiemchung.access.actions import take_notice, take_report
from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.kinds import Door
from tiemchung.cases.models import DoseNotice
from tiemchung.cases.notice_links import link_of, open_notice_phone, seal_notice_phone, token_hash, token_of
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.notices import LINK_LIFE, MESSAGE_LIFE, initials, worth_telling
from tiemchung.cases.telling import message
from tiemchung.core.actor import PUBLIC
from tiemchung.core.outbox import put_message
from tiemchung.core.text import fold
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses import reads as doses
from tiemchung.doses.reads import Entry
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView
from tiemchung.people import reads as people
from tiemchung.people.reads import Holder
from tiemchung.vaccines import reads as vaccines

KIND = "NEVER_GIVEN"
MESSAGE_KIND = "dose_given"
# One message holds 160 characters; the place gives way to the link, which is never cut.
_ONE_SMS = 160


def tell_of_doses(entries: Iterable[Entry], at: dt.datetime) -> int:
    """Put one message for each new dose into the outbox, in the caller's transaction, and give how many.

    A dose is told of once, whatever becomes of the follower. Nobody is told whose phone is not known, nor of a dose
    that was taken back meanwhile. No audit line: each notice is a row of its own.
    """
    fresh = [e for e in entries if worth_telling(e.kind, e.source, _day_of(e.facts), e.recorded_at, at)]
    if not fresh:
        return 0
    standing = doses.doses_named((entry.profile_id, entry.dose_id) for entry in fresh)
    holders = people.holders_of(entry.profile_id for entry in fresh)
    told = 0
    for entry in fresh:
        dose, holder = standing.get(entry.dose_id), holders.get(entry.profile_id)
        if dose is not None and holder is not None and dose.state is not DoseState.VOIDED:
            told += _tell(dose, holder, at)
    return told


def _day_of(facts: Mapping[str, Any]) -> dt.date:
    return dt.date.fromisoformat(facts["given_on"])


def _tell(dose: DoseView, holder: Holder, at: dt.datetime) -> int:
    phone = people.reach_of(holder.person_id)
    if phone is None:
        return 0
    token = token_of(dose.id)
    notice = DoseNotice(
        token_hash=token_hash(token),
        profile_id=dose.profile_id,
        dose_id=dose.id,
        given_on=dose.facts.given_on,
        told_at=at,
        expires_at=at + LINK_LIFE,
    )
    notice.sealed_phone = seal_notice_phone(notice.id, phone)
    if DoseNotice.objects.filter(token_hash=notice.token_hash).exists():
        return 0
    try:
        take_notice(at=at, phone=phone)
    except Refused:
        return 0
    notice.save(force_insert=True)
    text = _text(dose, holder, token, people.language_of(phone, holder.nationality))
    put_message(to=phone, text=text, kind=MESSAGE_KIND, at=at, expires_at=at + MESSAGE_LIFE)
    return 1


def _text(dose: DoseView, holder: Holder, token: str, language: str) -> str:
    """Write the message: initials, product, day, place as far as it fits one SMS, and the link."""
    product = vaccines.product(dose.facts.product)
    said = {
        "who": initials(holder.full_name),
        "product": product.label if product else dose.facts.product,
        "day": f"{dose.facts.given_on:%d/%m/%Y}",
        "link": link_of(token),
    }
    place = fold(dose.facts.place_name).title()
    whole = message(language, "DOSE_GIVEN_AT", place=place, **said)
    return whole if place and len(whole) <= _ONE_SMS else message(language, "DOSE_GIVEN", **said)


@dataclass(frozen=True, slots=True)
class DisownedDose:
    """The case that a tap opened, or had opened before."""

    ref: str
    again: bool


def disown_dose(*, token: str, at: dt.datetime, network: str, language: str = "vi") -> DisownedDose:
    """Open the case that this dose was never given, in the name of whoever holds the link; a second tap gives the same.

    The link came to the phone on file, so the case is answered there. Raises Refused with LINK_OVER for a token that is
    none or is over, DOSE_VOIDED for a dose that stands no more, TOO_MANY_TRIES, or what `open_case` says.
    """
    with transaction.atomic():
        notice = DoseNotice.objects.select_for_update().filter(token_hash=token_hash(token)).first()
        if notice is None or notice.expires_at <= at:
            raise Refused(refuse("LINK_OVER"))
        if notice.case_ref:
            return DisownedDose(notice.case_ref, again=True)
        phone = open_notice_phone(notice.id, notice.sealed_phone)
        take_report(at=at, phone=phone, network=network, proved=True)
        notice.case_ref = _open(notice, phone, at, language)
        notice.disowned_at = at
        notice.save(force_update=True)
    return DisownedDose(notice.case_ref, again=False)


def _open(notice: DoseNotice, phone: str, at: dt.datetime, language: str) -> str:
    person_id = people.person_of(notice.profile_id)
    dose = doses.doses_named([(notice.profile_id, notice.dose_id)]).get(notice.dose_id)
    if dose is None or dose.state is DoseState.VOIDED:
        raise Refused(refuse("DOSE_VOIDED"))
    opened = open_case(
        by=PUBLIC,
        at=at,
        key=f"disowned:{notice.id}",
        kind=KIND,
        door=Door.PORTAL,
        claim=claim_about(dose, people.holder_of(person_id)),
        phone=phone,
        person_id=person_id,
        dose_id=dose.id,
        language=language,
    )
    return opened.ref


def claim_about(dose: DoseView, holder: Holder, text: str = "") -> Claim:
    """Give what a report of this dose on record says, so that whoever reports need not type it."""
    return Claim(
        full_name=holder.full_name,
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        sex=holder.sex,
        doses=(claimed_dose(dose),),
        text=text,
    )


def claimed_dose(dose: DoseView) -> ClaimedDose:
    """Give a recorded dose as a report tells it."""
    facts = dose.facts
    return ClaimedDose(
        order=1,
        product=facts.product,
        lot_number=facts.lot_number,
        given_on=facts.given_on,
        facility_id=facts.facility_id,
        point_id=facts.point_id,
        place_name=facts.place_name,
        dose_id=dose.id,
        profile_id=dose.profile_id,
    )


__all__ = ["DisownedDose", "claim_about", "claimed_dose", "disown_dose", "tell_of_doses"]
