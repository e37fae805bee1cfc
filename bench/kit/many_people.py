"""People with two doses each, given by many facilities, written by COPY: the country before its passports."""

import datetime as dt
import json
import random
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from bench.kit.reports_stage import FAMILY, GIVEN
from tiemchung.core.sealing import seal
from tiemchung.core.text import name_sort
from tiemchung.people.reads.keys import own_index
from tiemchung.people.reads.numbers import SEAL, identifier_row
from tiemchung.people.rules.names import name_back, name_key
from tiemchung.people.rules.provinces import CCCD_PROVINCES

AT_ONCE = 20_000
COLUMNS = {
    "people_person": "id person_id joined_ids created_at",
    "people_profile": "id full_name name_key name_back name_sort birth_date birth_precision sex nationality occupation "
    "address_text area_id address_as_of facility_id source died_on created_at version",
    "people_identifier": "id profile_id system sealed_value value_index tail state valid_from valid_to created_at "
    "because",
    "people_identifierlookup": "id value_index system profile_id",
    "doses_dose": "id profile_id state source product component lot_id lot_number given_on given_at facility_id "
    "point_id place_name vaccinator_id recorded_at changed_at version accepted",
    "doses_ledgerentry": "id profile_id dose_id kind recorded_at key source facts by_kind by_id by_role by_name "
    "by_facility_id because evidence set_aside",
}
PROVINCES = sorted(CCCD_PROVINCES)
SERIALS, TURNS = 10_000, 3  # below 010000 a serial is synthetic; with three turns of all provinces, 1.9 million people
PRODUCTS = ("PFIZER", "ASTRAZENECA", "MODERNA", "VERO_CELL")
Rows = dict[str, list[tuple[Any, ...]]]


def fill(count: int, facilities: Sequence[UUID], at: dt.datetime, products: Sequence[str] = PRODUCTS) -> list[UUID]:
    """Write `count` people, two doses of one product each, and give their ids; at most 1.8 million."""
    made: list[UUID] = []
    for some in batched(range(count), AT_ONCE, strict=False):
        rows: Rows = {table: [] for table in COLUMNS}
        made += [_one(rows, n, facilities, at, products) for n in some]
        copy_rows(COLUMNS, rows)
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return made


def copy_rows(columns: dict[str, str], rows: Rows) -> None:
    """Write rows of several tables by COPY."""
    with connection.cursor() as cursor:
        for table, lines in rows.items():
            with cursor.copy(f"COPY {table} ({', '.join(columns[table].split())}) FROM STDIN") as sink:
                _write(sink, lines)


def _write(sink: Any, lines: Iterable[tuple[Any, ...]]) -> None:
    for line in lines:
        sink.write_row(line)


def _one(rows: Rows, n: int, facilities: Sequence[UUID], at: dt.datetime, products: Sequence[str]) -> UUID:
    rng = random.Random(f"person:{n}")
    then, person = at - dt.timedelta(days=rng.randrange(1, 30)), uuid4()
    born = _birth(rng, n)
    sex = rng.choice(("MALE", "FEMALE"))
    name = f"{rng.choice(FAMILY)} {rng.choice(GIVEN)} {rng.choice(GIVEN)}"
    rows["people_person"].append((person, person, "[]", then))
    rows["people_profile"].append(
        (person, name, name_key(name), name_back(name), name_sort(name), born, "DAY", sex, "VN", "", "", None, None,
         None, "BACKLOG", None, then, 1)
    )  # fmt: skip
    _number(rows, person, n, born, sex, then)
    product = rng.choice(products)
    first = at.date() - dt.timedelta(days=rng.randrange(120, 300))
    for day in (first, first + dt.timedelta(days=56)):
        _dose(rows, person, product, day, rng.choice(facilities), then)
    return person


def _birth(rng: random.Random, n: int) -> dt.date:
    """Give a birth date; whoever has the serials of somebody else was born in other years, so no number comes twice."""
    turn = n // (SERIALS * len(PROVINCES))
    year = 1940 + rng.randrange(60 // TURNS) * TURNS + turn % TURNS
    return dt.date(year, 1, 1) + dt.timedelta(days=rng.randrange(365))


def _number(rows: Rows, person: UUID, n: int, born: dt.date, sex: str, then: dt.datetime) -> None:
    # The synthetic range: a real province, sex and year that fit, and a serial below 010000.
    province = PROVINCES[n // SERIALS % len(PROVINCES)]
    number = f"{province}{(born.year - 1900) // 100 * 2 + (sex == 'FEMALE')}{born.year % 100:02}{n % SERIALS:06}"
    index, row_id = own_index("CCCD", number), uuid4()
    sealed = seal(SEAL, number, identifier_row(row_id))
    rows["people_identifier"].append(
        (row_id, person, "CCCD", sealed, index, number[-3:], "CLEAN", then.date(), None, then, "")
    )
    rows["people_identifierlookup"].append((uuid4(), index, "CCCD", person))


def _dose(rows: Rows, person: UUID, product: str, day: dt.date, facility: UUID, then: dt.datetime) -> None:
    dose, lot = uuid4(), f"L{day:%y%m}"
    rows["doses_dose"].append(
        (dose, person, "CONFIRMED", "BACKLOG", product, "", None, lot, day, None, facility, None, "Trạm Y tế", None,
         then, then, 1, False)
    )  # fmt: skip
    facts = {
        "product": product, "given_on": day.isoformat(), "lot_id": None, "lot_number": lot, "component": "",
        "given_at": None, "facility_id": str(facility), "point_id": None, "place_name": "Trạm Y tế",
        "vaccinator_id": None,
    }  # fmt: skip
    rows["doses_ledgerentry"].append(
        (uuid4(), person, dose, "RECORDED", then, f"bench-{dose}", "BACKLOG", json.dumps(facts), "system", None, "",
         "system", None, "", "", "[]")
    )  # fmt: skip
