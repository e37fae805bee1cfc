"""The holder's word that the name on the passport is right, in both of its forms; told by themselves or at the desk."""

import datetime as dt
import hmac
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.models import Passport
from tiemchung.certificates.reads.passports import name_forms
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.reads import NotFound, holder_of


def confirm_name(*, by: Actor, at: dt.datetime, person_id: UUID, mark: bytes) -> Verdict:
    """Keep that the holder found both forms of the name right; `mark` is that of the forms they saw.

    Refuses with NAME_CHANGED where the name is another by now, PASSPORT_UNKNOWN before the doses were looked at
    for the first time. Confirming again changes nothing. Raises NotFound unless the person is the citizen's own;
    staff, who write down what the holder says before them, reach a person through `people` first.
    """
    holder = holder_of(person_id)
    if by.kind is not Kind.STAFF and holder.person_id not in by.person_ids:
        raise NotFound
    forms = name_forms(holder.full_name)
    if not hmac.compare_digest(forms.mark, mark):
        return refuse("NAME_CHANGED")
    with transaction.atomic():
        mine = Passport.objects.select_for_update().filter(person_id=holder.person_id)
        passport = mine.first()
        if passport is None:
            return refuse("PASSPORT_UNKNOWN")
        if passport.name_confirmed is None or bytes(passport.name_confirmed) != mark:
            mine.update(name_confirmed=mark)
            write_line(by=by, at=at, action="confirm_passport_name", subject_id=holder.person_id)
    return YES
