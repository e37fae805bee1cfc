"""What a facility signs of one dose: canonical JSON, equal as long as the dose and its person stay what they are."""

import json
from uuid import UUID

from tiemchung.doses.values import DoseView

VERSION = 1


def statement_of(dose: DoseView, unit_id: UUID, identity: bytes) -> bytes:
    """Give the bytes to be signed: the dose with its vaccinator, and `identity`, a keyed hash of the four fields.

    Keys are sorted, no blank stands between them. `unit_id` is the facility that answers for the dose now. The dose's
    number is left out: it is computed anew whenever an older dose is found, and the facility knows nothing of it.
    """
    facts = dose.facts
    told = {
        "dose": str(dose.id),
        "facility": str(facts.facility_id),
        "given_on": facts.given_on.isoformat(),
        "lot": facts.lot_number,
        "person": identity.hex(),
        "product": facts.product,
        "unit": str(unit_id),
        "v": VERSION,
        "vaccinator": str(facts.vaccinator_id) if facts.vaccinator_id else None,
        "version": dose.version,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
