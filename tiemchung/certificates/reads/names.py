"""How a person's name stands on the passport, and whether its holder found it right."""

from uuid import UUID

from tiemchung.certificates.models import Passport
from tiemchung.certificates.reads.passport_views import NameForms
from tiemchung.certificates.reads.passports import name_forms


def passport_name(person_id: UUID, full_name: str) -> NameForms | None:
    """Give both forms of a name with whether the holder confirmed them; None before a passport was looked at.

    Unscoped: the caller has opened the person, whose name in force `full_name` is.
    """
    marks = Passport.objects.filter(person_id=person_id).values_list("name_confirmed", flat=True)
    return name_forms(full_name, marks[0]) if marks else None
