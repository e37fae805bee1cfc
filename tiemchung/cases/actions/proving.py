"""What must be proved before a report opens somebody's record to another phone, or puts another number on it.

Whoever can read messages to a phone on a record, and knows name and birth date, opens that record. Name, birth date and
number stand on every vaccination paper, so that a report may know them all and still be a stranger's.
"""

from uuid import UUID

from tiemchung.cases.reads.reporters_phone import came_from, is_about, reporters_phone
from tiemchung.cases.solutions import REPORTERS
from tiemchung.core.verdict import Reason, Refused, Severity, Verdict, refuse
from tiemchung.people.actions import AddedIdentifier

# Rightful after official corrections, and as often a slip of one digit or somebody else's paper.
_DOUBTS = frozenset({"IDENTIFIER_KNOWN", "IDENTIFIER_SEX", "IDENTIFIER_BIRTH_YEAR"})


def demand_phone_proof(ref: str, person_id: UUID, override: str) -> None:
    """Raise Refused with PHONE_UNPROVEN, overridable, unless the report came from this person or staff saw them.

    It did where its phone, proved by a code, is on their record; they were seen where the report was taken down beside
    their identity paper.
    """
    if not override.strip() and not came_from(ref, person_id):
        raise _asked(Reason("PHONE_UNPROVEN", Severity.REFUSE, True))


def demand_move_proof(ref: str, person_id: UUID, to: str, override: str) -> None:
    """Raise Refused as `demand_phone_proof`, unless the person moves to the phone that they, proved, report from."""
    if to not in {REPORTERS, reporters_phone(ref)} or not is_about(ref, person_id):
        demand_phone_proof(ref, person_id, override)


def demand_number_fits(added: AddedIdentifier, override: str) -> None:
    """Raise Refused with NUMBER_ON_RECORD for a number that was there before, and overridable with what is doubtful:
    that somebody else has it, or that its digits tell another sex or year of birth.
    """
    if added.known:
        raise Refused(refuse("NUMBER_ON_RECORD"))
    doubts = [Reason(r.code, Severity.REFUSE, True, r.facts) for r in added.warnings if r.code in _DOUBTS]
    if doubts and not override.strip():
        raise _asked(*doubts)


def _asked(*reasons: Reason) -> Refused:
    return Refused(Verdict(reasons))
