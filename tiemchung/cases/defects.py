"""What makes two reports one: the same person, and nothing told that the other does not tell."""

from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.models import Case
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.core.sealing import blind_index
from tiemchung.core.text import fold, nfc

# Of these the numbers of the doses differ, and a citizen's count is often another than ours.
_FAMILIES = dict.fromkeys(("DOSE1_MISSING", "DOSE2_MISSING", "BOTH_MISSING"), "MISSING")


@dataclass(frozen=True, slots=True)
class Defects:
    """The keys of one report: those under which it is found while open, and by which it finds another.

    `asks` has one set for each thing that is told. A case that has a key of every set is about all of it.
    """

    own: tuple[bytes, ...]
    asks: tuple[frozenset[bytes], ...]

    @property
    def wanted(self) -> frozenset[bytes]:
        """Give every key by which a lead may be found."""
        return frozenset[bytes]().union(*self.asks)

    def held_by(self, keys: frozenset[bytes]) -> bool:
        """Tell whether a case with these keys is about all that is told here."""
        return all(not ask.isdisjoint(keys) for ask in self.asks)


def defects_of(
    kind: str, claim: Claim, contact_key: bytes, person_id: UUID | None, dose_id: UUID | None
) -> Defects:
    """Give the keys of one report's defects.

    A number names nobody without the name and birth date that belong to it, and finds no case for whoever was proved
    to be the person: what a stranger told first must not become theirs (threats I1, I2).
    """
    named = f"{fold(claim.full_name)}|{claim.birth_date}"
    known = [f"person:{person_id}"] if person_id is not None else []
    known += [f"name:{named}|{contact_key.hex()}"] if claim.birth_date is not None else []
    numbers = [f"number:{system}:{number}|{named}" for system, number in claim.numbers] if claim.birth_date else []
    by = known if person_id is not None else known + numbers
    family = _FAMILIES.get(kind, kind)
    things = _told(claim, dose_id)

    def key(who: str, what: str) -> bytes:
        return blind_index("cases.defect", f"{family}|{what}|{who}")

    own = sorted({key(who, what) for what in things for who in known + numbers})
    return Defects(tuple(own), tuple(frozenset(key(who, what) for who in by) for what in things))


def _told(claim: Claim, dose_id: UUID | None) -> list[str]:
    """Give everything that is told apart from words and lots, which nobody writes twice alike."""
    told = {_dose(dose, dose_id) for dose in claim.doses}
    told |= {f"{field}={nfc(value).casefold()}" for field, value in claim.wanted.items() if value}
    if claim.other_phone:
        told.add(f"phone={claim.other_phone}")
    return sorted(told) or [f"dose:{dose_id or ''}"]


def _dose(dose: ClaimedDose, dose_id: UUID | None) -> str:
    place = dose.facility_id or dose.point_id or fold(dose.place_name)
    if dose.product or dose.given_on or place:
        return f"{dose.product}|{dose.given_on or ''}|{place}"
    return f"dose:{dose.dose_id or dose_id or ''}"


def is_apart(repeat: Case, lead: Case) -> bool:
    """Tell whether a repeat's reporter proved neither the phone nor the person of its lead.

    Who only told the same is answered too, and learns nothing of the other report.
    """
    same_phone = bytes(repeat.contact_key) == bytes(lead.contact_key)
    same_person = repeat.person_id is not None and repeat.person_id == lead.person_id
    return not (same_phone or same_person)
