"""A passport sent to its holder by e-mail; the paper itself is made when the letter leaves."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.access.actions import take_or_refuse
from tiemchung.access.rules import Limit
from tiemchung.certificates.reads.passports import passport_of
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import put_mail
from tiemchung.core.verdict import Refused, refuse

KIND = "passport"
# Enough for a household that mistypes its address; a stranger with the phone cannot flood anybody.
A_DAY = Limit("passport:mail", 5, 86400)
# A day's outage of the mail server is bridged; later the holder has asked again or has no more need of it.
KEPT_FOR = dt.timedelta(hours=24)


@transaction.atomic
def mail_passport(*, by: Actor, at: dt.datetime, person_id: UUID, address: str, lang: str) -> None:
    """Send the passport in force to an address that its holder typed, as PDF.

    The address must have been checked. Raises NotFound for somebody else's passport, Refused with
    PASSPORT_NOT_IN_FORCE or TOO_MANY_TRIES (fact `minutes`).
    """
    view = passport_of(by, person_id, at)
    if not view.in_force(at):
        raise Refused(refuse("PASSPORT_NOT_IN_FORCE"))
    take_or_refuse(((A_DAY, str(view.person_id)),), at)
    letter = {"person_id": str(view.person_id), "certificate_id": str(view.certificate_id), "lang": lang}
    put_mail(to=address, letter=letter, kind=KIND, at=at, expires_at=at + KEPT_FOR)
    write_line(by=by, at=at, action="mail_passport", subject_id=view.person_id, object_id=view.certificate_id)
