"""A statement that is put together by hand is canonical JSON, and states the moment of signing where it has one."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.statements import stated_moment, statement_of, statement_text
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts, DoseView

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
SAIGON = dt.timezone(dt.timedelta(hours=7))
texts, maybe = st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.none() | st.uuids()
moments = st.none() | st.datetimes(
    dt.datetime(2021, 3, 8), dt.datetime(2099, 1, 1), timezones=st.sampled_from([dt.UTC, SAIGON])
)


def canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(
    st.uuids(), st.uuids(), texts, texts, maybe, maybe, st.dates(), st.binary(max_size=32), st.integers(1, 99), moments
)
def test_every_statement_is_canonical_json(
    dose_id: UUID, unit: UUID, lot: str, product: str, facility: UUID | None, vaccinator: UUID | None, day: dt.date,
    mark: bytes, version: int, moment: dt.datetime | None,
) -> None:  # fmt: skip
    facts = DoseFacts(product, day, lot_number=lot, facility_id=facility, vaccinator_id=vaccinator)
    dose = DoseView(dose_id, dose_id, DoseState.CONFIRMED, DoseSource.DESK, facts, AT, AT, version)
    told: dict[str, Any] = {
        "dose": str(dose_id), "facility": str(facility), "given_on": day.isoformat(), "lot": lot, "person": mark.hex(),
        "product": product, "unit": str(unit), "v": 1, "vaccinator": str(vaccinator) if vaccinator else None,
        "version": version,
    }  # fmt: skip
    if moment is not None:
        told |= {"v": 2, "signed_at": moment.astimezone(dt.UTC).isoformat()}

    statement = statement_of(dose, unit, mark, moment)
    assert statement == canonical(told)
    assert stated_moment(statement) == moment


def test_the_statement_that_was_signed_before_moments_were_stated_is_the_same_as_ever() -> None:
    assert statement_text(
        dose="d", version=3, facility="f", given_on="2026-01-12", lot="FA1234", product="PFIZER", vaccinator=None,
        unit="u", person="00ff", signed_at="",
    ) == (
        b'{"dose":"d","facility":"f","given_on":"2026-01-12","lot":"FA1234","person":"00ff","product":"PFIZER",'
        b'"unit":"u","v":1,"vaccinator":null,"version":3}'
    )  # fmt: skip


@pytest.mark.parametrize("told", ['"', "", "soon", "2026-11-22T10:00:00", "2026-11-22T10:00:00+99:00"])
def test_what_is_no_moment_is_none(told: str) -> None:
    assert stated_moment(b'{"product":"P","signed_at":"' + told.encode()) is None
    assert stated_moment(b'{"product":"P","signed_at":"' + told.encode() + b'","unit":"u"}') is None


def test_a_lot_that_looks_like_a_moment_states_none() -> None:
    told = statement_text(
        dose="d", version=1, facility="f", given_on="2026-01-12", lot='x","signed_at":"2020-01-01T00:00:00+00:00',
        product="P", vaccinator=None, unit="u", person="00", signed_at="",
    )  # fmt: skip
    assert stated_moment(told) is None
