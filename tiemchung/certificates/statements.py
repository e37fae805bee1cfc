"""What a facility signs of one dose: canonical JSON, equal as long as the dose and its person stay what they are."""

from json.encoder import encode_basestring as quoted  # a text as JSON, letters beyond ASCII as they are
from uuid import UUID

from tiemchung.doses.values import DoseView

VERSION = 1


def statement_of(dose: DoseView, unit_id: UUID, identity: bytes) -> bytes:
    """Give the bytes to be signed: the dose with its vaccinator, and `identity`, a keyed hash of the four fields.

    Keys are sorted, no blank stands between them. `unit_id` is the facility that answers for the dose now. The dose's
    number is left out: it is computed anew whenever an older dose is found, and the facility knows nothing of it.
    """
    facts = dose.facts
    return statement_text(
        dose=str(dose.id),
        version=dose.version,
        facility=str(facts.facility_id),
        given_on=facts.given_on.isoformat(),
        lot=facts.lot_number,
        product=facts.product,
        vaccinator=str(facts.vaccinator_id) if facts.vaccinator_id else None,
        unit=str(unit_id),
        person=identity.hex(),
    )


def statement_text(
    *, dose: str, version: int, facility: str, given_on: str, lot: str, product: str, vaccinator: str | None, unit: str,
    person: str
) -> bytes:  # fmt: skip
    """Give the statement of values that are text already; `person` is the keyed hash in hex."""
    told = "null" if vaccinator is None else f'"{vaccinator}"'
    return (
        f'{{"dose":"{dose}","facility":"{facility}","given_on":"{given_on}","lot":{quoted(lot)},"person":"{person}",'
        f'"product":{quoted(product)},"unit":"{unit}","v":{VERSION},"vaccinator":{told},"version":{version}}}'
    ).encode()
