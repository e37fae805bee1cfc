"""A proposal as the partner sends it, read strictly; nothing is looked up here."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tiemchung.cases.kinds import KINDS, Door
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.vaccines.rules import the_book

DECLARED = "DOSE_DECLARED"
LONGEST_TEXT = 2000
LONGEST_SHORT = 200
MOST_DOSES = 4
AREA_PARTS = ("province", "commune")
# The member that confirms a name, and the field that it is about.
CONFIRMS = {"name_confirmed": "full_name", "wanted_name_confirmed": "wanted.full_name"}
_ID = re.compile(r"[A-Za-z0-9._:-]{1,80}", re.ASCII)
_BIRTHS = {
    "DAY": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    "MONTH": re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII),
    "YEAR": re.compile(r"[0-9]{4}", re.ASCII),
}


class BadProposal(ValueError):
    """The proposal cannot be read; `code` and `facts` say why and repeat nothing of it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class ProposedDose:
    """One dose as the citizen tells it in the partner's app; `ref` names one that the partner was told of.

    `province` and `commune` are the code or the name of the area in which a place lies that is in no list.
    """

    order: int
    product: str = ""
    lot_number: str = ""
    given_on: dt.date | None = None
    facility_code: str = ""
    place_name: str = ""
    ref: str = ""
    province: str = ""
    commune: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a citizen, whose phone and person the partner has proved, declares or wants changed.

    `confirmed` names the fields whose names the citizen has confirmed to be written so.
    """

    id: str
    kind: str
    phone: str
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str = "UNKNOWN"
    number: str = ""
    doses: tuple[ProposedDose, ...] = ()
    wanted: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    base_version: int = 0
    language: str = "vi"
    confirmed: frozenset[str] = frozenset()

    def as_asked(self) -> dict[str, Any]:
        """Give what is remembered under the id, so that a repetition is known: not that a name was confirmed, and of
        an area only what was told.
        """
        told = asdict(self)
        del told["confirmed"]
        for dose in told["doses"]:
            for name in AREA_PARTS:
                if not dose[name]:
                    del dose[name]
        return told

    def claim(self, doses: tuple[ClaimedDose, ...]) -> Claim:
        """Give the report that this proposal makes."""
        return Claim(
            full_name=self.full_name,
            birth_date=self.birth_date,
            birth_precision=self.birth_precision,
            sex=self.sex,
            numbers=tuple((str(system), value) for system, value in possible_systems(self.number)[:1]),
            doses=doses,
            wanted=self.wanted,
            text=self.text,
        )


def read_proposal(body: bytes) -> Proposal:
    """Read a proposal; raise BadProposal with NOT_JSON, FIELD_MISSING, FIELD_WRONG, KIND_NOT_HERE, PRODUCT_UNKNOWN
    or DOSE_MISSING.
    """
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise BadProposal("NOT_JSON") from None
    if not isinstance(fields, dict):
        raise BadProposal("NOT_JSON")
    birth_date, precision = _birth(fields)
    proposal = Proposal(
        id=_matching(fields, "id", _ID),
        kind=_kind(fields),
        phone=_phone(fields),
        full_name=_name(fields),
        birth_date=birth_date,
        birth_precision=precision,
        sex=_one_of(fields, "sex", ("UNKNOWN", "FEMALE", "MALE")),
        number=_number(fields),
        doses=_doses(fields),
        wanted=_wanted(fields),
        text=_text(fields, "text", longest=LONGEST_TEXT),
        base_version=_whole(fields, "base_version", 0),
        language=_one_of(fields, "language", ("vi", "en")),
        confirmed=frozenset(about for name, about in CONFIRMS.items() if _yes(fields, name)),
    )
    _demand_dose(proposal)
    return proposal


def _demand_dose(proposal: Proposal) -> None:
    whole = len(proposal.doses) == 1 and proposal.doses[0].product and proposal.doses[0].given_on
    if proposal.kind == DECLARED and not whole:
        raise BadProposal("DOSE_MISSING")


def _text(fields: Mapping[str, Any], name: str, *, longest: int = LONGEST_SHORT, needed: bool = False) -> str:
    value = fields.get(name)
    if value is None or value == "":
        if needed:
            raise BadProposal("FIELD_MISSING", field=name)
        return ""
    if not isinstance(value, str) or len(value) > longest or not _storable(value):
        raise BadProposal("FIELD_WRONG", field=name)
    return value


def _storable(value: str) -> bool:
    """Tell whether the database can keep the text: no NUL, no half of a surrogate pair."""
    return not any(char == "\x00" or 0xD800 <= ord(char) < 0xE000 for char in value)


def _matching(fields: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    value = _text(fields, name, needed=True)
    if shape.fullmatch(value) is None:
        raise BadProposal("FIELD_WRONG", field=name)
    return value


def _one_of(fields: Mapping[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = _text(fields, name) or values[0]
    if value not in values:
        raise BadProposal("FIELD_WRONG", field=name)
    return value


def _whole(fields: Mapping[str, Any], name: str, least: int) -> int:
    value = fields.get(name, least)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**31:
        raise BadProposal("FIELD_WRONG", field=name)
    return value


def _yes(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise BadProposal("FIELD_WRONG", field=name)
    return value


def _kind(fields: Mapping[str, Any]) -> str:
    code = _text(fields, "kind") or DECLARED
    if code not in KINDS or Door.PARTNER not in KINDS[code].doors:
        raise BadProposal("KIND_NOT_HERE")
    return code


def _phone(fields: Mapping[str, Any]) -> str:
    phone, _why = normalise_phone(_text(fields, "phone", needed=True))
    if phone is None:
        raise BadProposal("FIELD_WRONG", field="phone")
    return phone


def _name(fields: Mapping[str, Any]) -> str:
    name, verdict = clean_name(_text(fields, "full_name", needed=True))
    if not verdict.allowed:
        raise BadProposal("FIELD_WRONG", field="full_name")
    return name


def _birth(fields: Mapping[str, Any]) -> tuple[dt.date, str]:
    text = _text(fields, "birth_date", needed=True)
    precision = next((name for name, shape in _BIRTHS.items() if shape.fullmatch(text)), "")
    if not precision:
        raise BadProposal("FIELD_WRONG", field="birth_date")
    return _day((text + "-01-01")[:10], "birth_date"), precision


def _day(text: str, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadProposal("FIELD_WRONG", field=name) from None


def _number(fields: Mapping[str, Any]) -> str:
    number = _text(fields, "number", longest=60)
    if number and not possible_systems(number):
        raise BadProposal("FIELD_WRONG", field="number")
    return number


def _wanted(fields: Mapping[str, Any]) -> dict[str, str]:
    wanted = fields.get("wanted") or {}
    if not isinstance(wanted, dict) or not set(wanted) <= KINDS["PERSONAL_DATA"].wants:
        raise BadProposal("FIELD_WRONG", field="wanted")
    return {name: _text(wanted, name) for name in sorted(wanted)}


def _doses(fields: Mapping[str, Any]) -> tuple[ProposedDose, ...]:
    rows = fields.get("doses") or []
    if not isinstance(rows, list) or len(rows) > MOST_DOSES or not all(isinstance(row, dict) for row in rows):
        raise BadProposal("FIELD_WRONG", field="doses")
    return tuple(_dose(row, place) for place, row in enumerate(rows, start=1))


def _dose(row: Mapping[str, Any], place: int) -> ProposedDose:
    product, given_on = _text(row, "product"), _text(row, "given_on")
    if product and product not in the_book().products:
        raise BadProposal("PRODUCT_UNKNOWN")
    return ProposedDose(
        order=min(_whole(row, "order", 1) if "order" in row else place, 9),
        product=product,
        lot_number=_text(row, "lot_number", longest=40),
        given_on=_day(given_on, "given_on") if given_on else None,
        facility_code=_text(row, "facility_code", longest=40),
        place_name=_text(row, "place_name"),
        ref=_text(row, "ref", longest=40),
        **_area(row),
    )


def _area(row: Mapping[str, Any]) -> dict[str, str]:
    area = row.get("area") or {}
    if not isinstance(area, dict) or not set(area) <= set(AREA_PARTS):
        raise BadProposal("FIELD_WRONG", field="area")
    return {name: _text(area, name, longest=120).strip() for name in AREA_PARTS}
