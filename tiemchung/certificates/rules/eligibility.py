"""Why a person has no passport yet: the codes, and what follows from the course, the doses and the identity. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView
from tiemchung.people.rules.kinds import BirthPrecision, IdentityState, Sex
from tiemchung.vaccines.rules import Course, passport_gaps, the_book

HOME = "VN"


class Lack(StrEnum):
    """One thing in the way of a passport (QĐ 5772, sections 3 and 4; vietnam.md 6.2, 6.5)."""

    NO_DOSE = "NO_DOSE"
    SERIES_INCOMPLETE = "SERIES_INCOMPLETE"
    PRODUCT_NOT_ACCEPTED = "PRODUCT_NOT_ACCEPTED"
    DOSE_UNVERIFIED = "DOSE_UNVERIFIED"
    PLACE_UNKNOWN = "PLACE_UNKNOWN"
    NAME_MISSING = "NAME_MISSING"
    BIRTH_INCOMPLETE = "BIRTH_INCOMPLETE"
    SEX_MISSING = "SEX_MISSING"
    NUMBER_MISSING = "NUMBER_MISSING"
    IDENTITY_WAITING = "IDENTITY_WAITING"
    IDENTITY_MISMATCHED = "IDENTITY_MISMATCHED"
    IDENTITY_NOT_FOUND = "IDENTITY_NOT_FOUND"
    IDENTITY_DUPLICATE = "IDENTITY_DUPLICATE"
    NOT_ISSUABLE = "NOT_ISSUABLE"  # everything is there, and the format cannot state it: the centre's own trial says so


# What nobody works on: the register answers by itself, and a vaccine that is right as recorded stays so.
NO_WORK = (Lack.IDENTITY_WAITING, Lack.PRODUCT_NOT_ACCEPTED)
TO_MEND = tuple(lack for lack in Lack if lack not in NO_WORK)
# Work that is not a lack: the passport is on its way.
TO_SIGN = "TO_SIGN"
TO_ISSUE = "TO_ISSUE"

# What the register answers or has not answered yet, and a number of wrong form, which is none.
_BY_IDENTITY = {
    IdentityState.MISMATCHED: Lack.IDENTITY_MISMATCHED,
    IdentityState.LOCAL_REVIEW: Lack.IDENTITY_MISMATCHED,
    IdentityState.NOT_FOUND: Lack.IDENTITY_NOT_FOUND,
    IdentityState.DUPLICATE: Lack.IDENTITY_DUPLICATE,
}
_BY_WHY = {code: Lack(code) for code in ("NAME_MISSING", "BIRTH_INCOMPLETE", "SEX_MISSING", "NUMBER_MISSING")} | {
    "NUMBER_FORMAT": Lack.NUMBER_MISSING
}
# A certificate stays believed through these: nothing that it states became doubtful, somebody is only being asked.
KEEPS_FORCE = frozenset({Lack.IDENTITY_WAITING, Lack.PLACE_UNKNOWN, Lack.NOT_ISSUABLE})


@dataclass(frozen=True, slots=True)
class Gap:
    """One lack of one person: the dose and the facility concerned, where there is one.

    `why` is the code under which the centre's trial refused somebody.
    """

    code: Lack
    dose_id: UUID | None = None
    facility_id: UUID | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of who a person is: the four fields as far as they are judged here, and the register's word.

    `has_passport` is asked of foreigners alone, who are not in the register (8938/BYT-DP, step 2). `desk` is the
    facility that reviews the identity, None where none does.
    """

    full_name: str
    birth_precision: str
    sex: str
    nationality: str
    state: IdentityState | None
    why: str = ""
    has_passport: bool = False
    desk: UUID | None = None


def gaps_of(course: Course, doses: Sequence[DoseView], identity: Identity) -> tuple[Gap, ...]:
    """Give everything that keeps a person from a passport, the doses first; nothing where only signatures are due.

    A passport needs a complete primary course with vaccines accepted for it, each counted dose given by a facility
    that can sign it, and an identity that the register found right (QĐ 5772 sections 3, 4).
    """
    here = _facility_of_latest(doses)
    # One facility has the person's identity to settle: the one on whose list of reviews they stand.
    of_identity = [Gap(code, facility_id=identity.desk or here) for code in _identity_lacks(identity)]
    return (*_dose_gaps(course, doses, here), *of_identity)


def not_issuable(doses: Sequence[DoseView], why: str = "") -> Gap:
    """Give the gap of somebody of whose facts the centre could make no certificate, at their facility."""
    return Gap(Lack.NOT_ISSUABLE, facility_id=_facility_of_latest(doses), why=why)


def passport_dose(course: Course) -> UUID | None:
    """Give the dose that a passport states: the latest that counts and is of an accepted vaccine, or None.

    A booster of another vaccine is no obstacle, and no passport may name it.
    """
    products = the_book().products
    return next((row.dose.id for row in reversed(course.counted) if products[row.dose.product].passport), None)


def doubts(gaps: Iterable[Gap]) -> bool:
    """Tell whether one of these gaps takes away a certificate that is in force."""
    return any(gap.code not in KEEPS_FORCE for gap in gaps)


def _dose_gaps(course: Course, doses: Sequence[DoseView], here: UUID | None) -> list[Gap]:
    if not doses:
        return [Gap(Lack.NO_DOSE)]
    by_id = {dose.id: dose for dose in doses}
    counted = [by_id[row.dose.id] for row in course.counted]
    gaps = [Gap(Lack.PLACE_UNKNOWN, dose.id) for dose in counted if dose.facts.facility_id is None]
    lacks = passport_gaps(course)
    if "NOT_COMPLETE" in lacks:
        pending = [dose for dose in doses if dose.state is DoseState.DECLARED]
        gaps += [Gap(Lack.DOSE_UNVERIFIED, dose.id, dose.facts.facility_id) for dose in pending]
        gaps += [] if pending else [Gap(Lack.SERIES_INCOMPLETE, facility_id=here)]
    if "PRODUCT_NOT_ACCEPTED" in lacks:
        products = the_book().products
        wrong = [dose for dose in counted if not products[dose.facts.product].passport]
        gaps += [Gap(Lack.PRODUCT_NOT_ACCEPTED, dose.id, dose.facts.facility_id) for dose in wrong]
    return gaps


def _identity_lacks(who: Identity) -> list[Lack]:
    if who.state is IdentityState.MATCHED:
        return []
    if who.nationality != HOME:
        lacks = [] if who.has_passport else [Lack.NUMBER_MISSING]
    else:
        lacks = [_BY_WHY[who.why]] if who.why in _BY_WHY else []
    if not who.full_name.strip():
        lacks.append(Lack.NAME_MISSING)
    if who.birth_precision != BirthPrecision.DAY:
        lacks.append(Lack.BIRTH_INCOMPLETE)
    if who.sex == Sex.UNKNOWN:
        lacks.append(Lack.SEX_MISSING)
    if lacks:
        return list(dict.fromkeys(lacks))
    if who.nationality != HOME and who.state not in _BY_IDENTITY:
        return []
    return [_BY_IDENTITY.get(who.state, Lack.IDENTITY_WAITING) if who.state else Lack.IDENTITY_WAITING]


def _facility_of_latest(doses: Sequence[DoseView]) -> UUID | None:
    """Give the facility that people are told to go to: that of their latest dose with a known place."""
    placed = (dose.facts.facility_id for dose in reversed(doses) if dose.facts.facility_id is not None)
    return next(placed, None)
