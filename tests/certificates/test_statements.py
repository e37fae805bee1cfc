"""A statement that is put together by hand is the canonical JSON that it always was."""

import datetime as dt
import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.statements import VERSION, statement_of
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
texts, maybe = st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.none() | st.uuids()


@given(st.uuids(), st.uuids(), texts, texts, maybe, maybe, st.dates(), st.binary(max_size=32), st.integers(1, 99))
def test_every_statement_is_canonical_json(
    dose_id: UUID, unit: UUID, lot: str, product: str, facility: UUID | None, vaccinator: UUID | None, day: dt.date,
    mark: bytes, version: int,
) -> None:  # fmt: skip
    facts = DoseFacts(product, day, lot_number=lot, facility_id=facility, vaccinator_id=vaccinator)
    dose = DoseView(dose_id, dose_id, DoseState.CONFIRMED, DoseSource.DESK, facts, AT, AT, version)
    told = {
        "dose": str(dose_id), "facility": str(facility), "given_on": day.isoformat(), "lot": lot, "person": mark.hex(),
        "product": product, "unit": str(unit), "v": VERSION, "vaccinator": str(vaccinator) if vaccinator else None,
        "version": version,
    }  # fmt: skip
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert statement_of(dose, unit, mark) == canonical.encode()
