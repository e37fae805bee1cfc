"""Name, birth date, sex or number on the record is wrong (M20)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="PERSONAL_DATA",
    order=50,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.AMEND_PERSON, SolutionKind.ADD_NUMBER, SolutionKind.LINK),
    wants=frozenset({"full_name", "birth_date", "sex", "number"}),
)
