"""What a facility signs of one dose: canonical JSON, equal as long as the dose and its person stay what they are.

Version 2 states the moment of signing, so that nobody moves a signature behind the day from which on its key is no
longer believed by changing a column. Version 1, which states none, was signed before; it keeps verifying.
"""

import datetime as dt
from functools import lru_cache
from json.encoder import encode_basestring as quoted  # a text as JSON, letters beyond ASCII as they are
from uuid import UUID

from tiemchung.doses.values import DoseView

VERSIONS = frozenset({1, 2})
# A quote inside a text is escaped in JSON, so this stands nowhere but before the moment.
_MOMENT = b',"signed_at":"'


def statement_of(dose: DoseView, unit_id: UUID, identity: bytes, signed_at: dt.datetime | None) -> bytes:
    """Give the bytes to be signed: the dose with its vaccinator, and `identity`, a keyed hash of the four fields.

    Keys are sorted, no blank stands between them. `unit_id` is the facility that answers for the dose now. The dose's
    number is left out: it is computed anew whenever an older dose is found, and the facility knows nothing of it.
    Without a moment (aware) the statement is one of version 1.
    """
    facts = dose.facts
    return statement_text(
        dose=str(dose.id),
        version=dose.version,
        facility=_text(facts.facility_id),
        given_on=facts.given_on.isoformat(),
        lot=facts.lot_number,
        product=facts.product,
        vaccinator=_text(facts.vaccinator_id) if facts.vaccinator_id else None,
        unit=_text(unit_id),
        person=identity.hex(),
        signed_at="" if signed_at is None else moment_text(signed_at),
    )


# The same few facilities and moments stand in a million statements.
_text = lru_cache(maxsize=4096)(str)


def statement_text(
    *, dose: str, version: int, facility: str, given_on: str, lot: str, product: str, vaccinator: str | None, unit: str,
    person: str, signed_at: str
) -> bytes:  # fmt: skip
    """Give the statement of values that are text already; `person` is the keyed hash in hex.

    `signed_at` is a `moment_text`, one for a whole batch; empty for version 1.
    """
    told = "null" if vaccinator is None else f'"{vaccinator}"'
    moment, v = (f'"signed_at":"{signed_at}",', 2) if signed_at else ("", 1)
    return (
        f'{{"dose":"{dose}","facility":"{facility}","given_on":"{given_on}","lot":{quoted(lot)},"person":"{person}",'
        f'"product":{quoted(product)},{moment}"unit":"{unit}","v":{v},"vaccinator":{told},"version":{version}}}'
    ).encode()


def is_about(statement: bytes, dose_id: UUID, version: int) -> bool:
    """Tell whether a statement names this dose in this version; another dose's, moved into its row, does not."""
    return statement.startswith(b'{"dose":"%b",' % str(dose_id).encode()) and statement.endswith(
        b',"version":%d}' % version
    )


@lru_cache(maxsize=1024)
def moment_text(moment: dt.datetime) -> str:
    """Give an aware moment as a statement has it: ISO 8601 in UTC, to the microsecond that the database keeps."""
    return moment.astimezone(dt.UTC).isoformat()


def stated_moment(statement: bytes) -> dt.datetime | None:
    """Give the moment of signing that a statement states; None for version 1, and where it is no moment."""
    start = statement.find(_MOMENT) + len(_MOMENT)
    if start < len(_MOMENT):
        return None
    try:
        moment = dt.datetime.fromisoformat(statement[start : statement.index(b'"', start)].decode())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def moment_of(statement: bytes | memoryview, signed_at: dt.datetime) -> dt.datetime:
    """Give when a signature was made: what is signed counts, not the column beside it, where it states a moment."""
    return stated_moment(bytes(statement)) or signed_at
