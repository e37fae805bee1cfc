"""The cast: each has one story that tests, documents and the demonstration share; pure."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tiemchung.demo import numbers
from tiemchung.demo.courses import Shot
from tiemchung.demo.households import Kin

_FILE = Path(__file__).parent / "data" / "cast.toml"
BEN_NGHE = "ben_nghe"
CROWDED_PHONE, FAMILY_OF_NINE = 400, 9


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast: `n` numbers phone and papers in the reserved ranges, `born` is a date or an age in days.

    `phone` is the n of somebody else's phone where they share it, None where there is none. `papers` are the kinds of
    numbers the person has. `shots` are given at the desk; what else happens stands in `cast.py` under the same key.
    """

    key: str
    n: int
    full_name: str
    sex: str
    born: dt.date | int
    story: str
    shots: tuple[Shot, ...] = ()
    site: str = BEN_NGHE
    province: str = "079"
    papers: tuple[str, ...] = ("CCCD",)
    phone: int | None = -1
    relation: str = "OWN"
    precision: str = "DAY"
    nationality: str = "VN"
    guardian: str = ""
    guardian_relation: str = ""

    def birth_date(self, today: dt.date) -> dt.date:
        """Give the birth date, for the young counted back from today."""
        return self.born if isinstance(self.born, dt.date) else today - dt.timedelta(days=self.born)

    def phone_number(self) -> str:
        """Give the phone in E.164, empty where there is none."""
        if self.phone is None:
            return ""
        return numbers.phone(self.n if self.phone < 0 else self.phone)

    def as_kin(self, today: dt.date) -> Kin:
        """Give what goes on record."""
        born, phone = self.birth_date(today), self.phone_number()
        return Kin(
            full_name=self.full_name,
            birth_date=born,
            birth_precision=self.precision,
            sex=self.sex,
            nationality=self.nationality,
            numbers=tuple((kind, self.number(kind, born)) for kind in self.papers),
            phones=((phone, self.relation),) if phone else (),
            address=f"{self.n} Lê Lợi",
        )

    def number(self, kind: str, born: dt.date) -> str:
        """Give the person's number of a kind: CCCD, CMND9, PASSPORT or BHYT15."""
        if kind == "CCCD":
            return numbers.cccd(self.n, province=self.province, sex=self.sex, born=born)
        return {"CMND9": numbers.cmnd, "PASSPORT": numbers.passport, "BHYT15": numbers.insurance}[kind](self.n)


@cache
def the_cast() -> dict[str, Role]:
    """Give the whole cast by key, in the order of the file."""
    rows: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))
    return {key: _role(key, dict(row)) for key, row in rows.items()}


def _role(key: str, row: dict[str, Any]) -> Role:
    born = row.pop("born", None) or row.pop("born_days_ago")
    shots = tuple(Shot(*shot) for shot in row.pop("shots", ()))
    papers = tuple(row.pop("papers", ("CCCD",)))
    return Role(key=key, born=born, shots=shots, papers=papers, **row)
