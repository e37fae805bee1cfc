"""The closed lists of this domain: each member is a word in the database and in the word files."""

from enum import StrEnum


class Sex(StrEnum):
    """What the paper says."""

    MALE = "MALE"
    FEMALE = "FEMALE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class BirthPrecision(StrEnum):
    """How much of a birth date is known; many elders have a year only."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


class Source(StrEnum):
    """Through which door a profile came in."""

    DESK = "DESK"
    SELF = "SELF"
    BACKLOG = "BACKLOG"
    HOTLINE = "HOTLINE"
    POPULATION = "POPULATION"
    PARTNER = "PARTNER"
    DEMO = "DEMO"


class IdSystem(StrEnum):
    """Who issued a number; CMND12 (2012-2016) and CCCD are one number space."""

    CMND9 = "CMND9"
    CMND12 = "CMND12"
    CCCD = "CCCD"
    PASSPORT = "PASSPORT"
    BHXH10 = "BHXH10"
    BHYT15 = "BHYT15"
    HEALTH_ID = "HEALTH_ID"
    QID = "QID"


class IdentifierState(StrEnum):
    """How far a number can vouch: CLEAN fits its holder, DOUBTFUL does not quite, RETIRED is only for
    finding.
    """

    CLEAN = "CLEAN"
    DOUBTFUL = "DOUBTFUL"
    RETIRED = "RETIRED"


class PhoneRelation(StrEnum):
    """Whose phone it is, seen from the profile."""

    OWN = "OWN"
    FAMILY = "FAMILY"
    GUARDIAN = "GUARDIAN"
    FACILITY = "FACILITY"
    UNKNOWN = "UNKNOWN"


class Side(StrEnum):
    """What the other one of a guardianship is to the profile under which the row lies."""

    GUARDIAN = "GUARDIAN"
    DEPENDANT = "DEPENDANT"


class GuardianRelation(StrEnum):
    """What the guardian is to the dependant."""

    MOTHER = "MOTHER"
    FATHER = "FATHER"
    GRANDPARENT = "GRANDPARENT"
    SIBLING = "SIBLING"
    CHILD = "CHILD"
    SPOUSE = "SPOUSE"
    OTHER = "OTHER"


class ProofKind(StrEnum):
    """What the holder of a phone matched to be shown a person."""

    NAME_DOB = "NAME_DOB"
    ID_NUMBER = "ID_NUMBER"
    GUARDIAN = "GUARDIAN"
    STAFF = "STAFF"


class PermitWhy(StrEnum):
    """Why somebody outside the area may open a person for the length of a shift."""

    NUMBER = "NUMBER"
    PHONE = "PHONE"
    NAME_BIRTH = "NAME_BIRTH"
    REGISTERED = "REGISTERED"
    CASE = "CASE"
    WORK = "WORK"


class IdentityState(StrEnum):
    """What the population register says of a person's four fields (9438/BYT-CNTT, vietnam.md 6.6).

    The register answers only right or wrong; NOT_FOUND and DUPLICATE are what we learn ourselves.
    """

    NOT_SENT = "NOT_SENT"
    WAITING = "WAITING"
    SENT = "SENT"
    MATCHED = "MATCHED"
    MISMATCHED = "MISMATCHED"
    NOT_FOUND = "NOT_FOUND"
    DUPLICATE = "DUPLICATE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    LOCAL_REVIEW = "LOCAL_REVIEW"
    POLICE_CONFIRMED = "POLICE_CONFIRMED"
