"""What makes two reports one: the same person, told by any number or by name, birth and phone, and the same defect."""

from uuid import UUID

from tiemchung.cases.rules import Claim
from tiemchung.core.sealing import blind_index
from tiemchung.core.text import fold


def defects_of(
    kind: str, claim: Claim, contact_key: bytes, person_id: UUID | None, dose_id: UUID | None
) -> list[bytes]:
    """Give the keys of one report's defect; two reports that share one are about the same thing."""
    about = f"{kind}|{dose_id or ''}"
    people = [f"number:{system}:{number}" for system, number in claim.numbers]
    if person_id is not None:
        people.append(f"person:{person_id}")
    if claim.birth_date is not None:
        people.append(f"name:{fold(claim.full_name)}|{claim.birth_date}|{contact_key.hex()}")
    return sorted(blind_index("cases.defect", f"{about}|{who}") for who in people)
