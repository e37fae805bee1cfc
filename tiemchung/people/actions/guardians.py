"""Who answers for whom: a child's parents, an elder's children."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.ids import new_id
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions.sighting import demand, seen_person
from tiemchung.people.models import Guardianship, Person
from tiemchung.people.reads import NotFound
from tiemchung.people.rules.kinds import GuardianRelation, Side
from tiemchung.people.rules.sight import may_keep_contacts


@transaction.atomic
def set_guardian(
    *, by: Actor, at: dt.datetime, dependant_id: UUID, guardian_id: UUID, relation: str, because: str = ""
) -> UUID:
    """Note that one person answers for another and give the pair's id; an open pair is given again.

    Both ids are profiles. Raises NotFound unless the actor may see both, and Refused with PEOPLE_NOT_ALLOWED,
    GUARDIAN_OF_ONESELF or GUARDIAN_BOTH_WAYS.
    """
    dependant, guardian = seen_person(by, at, dependant_id), seen_person(by, at, guardian_id)
    demand(may_keep_contacts(by, dependant))
    if dependant.person_id == guardian.person_id:
        raise Refused(refuse("GUARDIAN_OF_ONESELF"))
    # Sorted, so that two calls with the sides changed over cannot wait for each other.
    list(Person.objects.select_for_update().filter(id__in=[dependant_id, guardian_id]).order_by("id"))
    open_pairs = Guardianship.objects.filter(profile_id=dependant_id, other_id=guardian_id, valid_to__isnull=True)
    sides = {row.side: row for row in open_pairs}
    if Side.DEPENDANT in sides:
        raise Refused(refuse("GUARDIAN_BOTH_WAYS"))
    if Side.GUARDIAN in sides:
        return sides[Side.GUARDIAN].pair_id
    pair_id = new_id()
    for mine, other, side in (
        (dependant_id, guardian_id, Side.GUARDIAN),
        (guardian_id, dependant_id, Side.DEPENDANT),
    ):
        Guardianship(
            profile_id=mine,
            other_id=other,
            side=side,
            pair_id=pair_id,
            relation=GuardianRelation(relation),
            valid_from=at,
            decided_by=by.id,
            because=because,
        ).save(force_insert=True)
    write_line(
        by=by,
        at=at,
        action="people.set_guardian",
        subject_id=dependant_id,
        object_id=pair_id,
        because=because,
        facts={"relation": relation},
    )
    return pair_id


@transaction.atomic
def end_guardian(*, by: Actor, at: dt.datetime, dependant_id: UUID, pair_id: UUID, because: str = "") -> None:
    """End a guardianship on both sides; twice changes nothing. Raises NotFound, Refused."""
    demand(may_keep_contacts(by, seen_person(by, at, dependant_id)))
    row = Guardianship.objects.filter(profile_id=dependant_id, pair_id=pair_id, side=Side.GUARDIAN).first()
    if row is None:
        raise NotFound
    both = Guardianship.objects.filter(profile_id__in=[dependant_id, row.other_id], pair_id=pair_id)
    if both.filter(valid_to__isnull=True).update(valid_to=at):
        write_line(
            by=by,
            at=at,
            action="people.end_guardian",
            subject_id=dependant_id,
            object_id=pair_id,
            because=because,
        )
