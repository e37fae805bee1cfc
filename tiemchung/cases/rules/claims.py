"""What a citizen says, as it travels from the form to the desk; plain values that can be sealed as JSON."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClaimedDose:
    """One dose as the citizen tells it; everything may be unknown but its order.

    `dose_id` and `profile_id` name the recorded dose that it is about, where there is one; `area_id` is where a place
    lies that is in no list.
    """

    order: int
    product: str = ""
    lot_number: str = ""
    given_on: dt.date | None = None
    facility_id: UUID | None = None
    point_id: UUID | None = None
    place_name: str = ""
    dose_id: UUID | None = None
    profile_id: UUID | None = None
    area_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Everything of one report. `numbers` are (system, number); `wanted` holds personal data as they should be.

    Area ids are those of the day of the report. The phone is kept apart: it proves and answers, it names nobody.
    `seen_paper` is the identity paper that staff saw when the person of the report stood at their desk.
    """

    full_name: str = ""
    birth_date: dt.date | None = None
    birth_precision: str = "DAY"
    sex: str = "UNKNOWN"
    numbers: tuple[tuple[str, str], ...] = ()
    province_id: UUID | None = None
    district_id: UUID | None = None
    commune_id: UUID | None = None
    address_text: str = ""
    workplace: str = ""
    doses: tuple[ClaimedDose, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    other_phone: str = ""
    text: str = ""
    seen_paper: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give plain values."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Claim":
        """Give the claim that `as_json` gave; a field that this version does not know is left out."""
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        known["birth_date"] = _day(known.get("birth_date"))
        known["numbers"] = tuple((system, number) for system, number in known.get("numbers", ()))
        for name in ("province_id", "district_id", "commune_id"):
            known[name] = _uuid(known.get(name))
        known["doses"] = tuple(_dose(value) for value in known.get("doses", ()))
        return cls(**known)


def _dose(values: Mapping[str, Any]) -> ClaimedDose:
    known = {name: value for name, value in values.items() if name in ClaimedDose.__dataclass_fields__}
    for name in ("facility_id", "point_id", "dose_id", "profile_id", "area_id"):
        known[name] = _uuid(known.get(name))
    return ClaimedDose(**(known | {"given_on": _day(known.get("given_on"))}))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | dt.date):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None
