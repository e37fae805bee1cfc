"""The frozen tables of areas, checked against their checksums and read into plain rows."""

import datetime as dt
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

from tiemchung.places.rules import area_id_of

FOLDER = Path(__file__).parent / "data"
SCHEME = "GSO"
_ROOT = UUID("0b6e6a44-51f5-5a3e-8f0c-7a3f5a0b7d21")


class FrozenTableBroken(Exception):
    """A frozen file is missing or differs from its checksum; the text names the file."""


@dataclass(frozen=True, slots=True)
class FrozenArea:
    """One line of areas.tsv.gz with its computed ids."""

    id: UUID
    level: str
    code: str
    start: dt.date
    end: dt.date | None
    kind: str
    name: str
    parent_id: UUID | None
    legal_act: str


@dataclass(frozen=True, slots=True)
class FrozenChange:
    """One line of changes.tsv.gz: what happened in one province on one day."""

    id: UUID
    on: dt.date
    earliest: dt.date | None
    latest: dt.date | None
    province: str
    legal_act: str


@dataclass(frozen=True, slots=True)
class FrozenEdge:
    """One line of edges.tsv.gz."""

    id: UUID
    change_id: UUID
    kind: str
    source: UUID
    onto: UUID | None
    partial: bool


def table_checksum(folder: Path = FOLDER) -> str:
    """Give the SHA-256 over the list of checksums; raise FrozenTableBroken when a file does not match its own."""
    listing = folder / "SHA256SUMS"
    if not listing.exists():
        raise FrozenTableBroken(listing.name)
    for line in listing.read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        file = folder / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise FrozenTableBroken(name)
    return hashlib.sha256(listing.read_bytes()).hexdigest()


def frozen_areas() -> list[FrozenArea]:
    """Give every area of every list, parents before children."""
    rows = []
    for level, code, start, end, kind, name, parent, act in _lines("areas.tsv.gz"):
        above = _area_id(parent) if parent else None
        rows.append(
            FrozenArea(
                _area_id(f"{level}/{code}/{start}"),
                level,
                code,
                _day(start),
                _maybe(end),
                kind,
                name,
                above,
                act,
            )
        )
    return rows


def frozen_changes() -> list[FrozenChange]:
    """Give the change of each province and day."""
    return [
        FrozenChange(_change_id(on, province), _day(on), _maybe(low), _maybe(high), province, act)
        for on, low, high, province, act in _lines("changes.tsv.gz")
    ]


def frozen_edges() -> list[FrozenEdge]:
    """Give what every ended area became."""
    return [
        FrozenEdge(
            uuid5(_ROOT, f"edge/{on}/{source}/{onto}"),
            _change_id(on, province),
            kind,
            _area_id(source),
            _area_id(onto) if onto else None,
            extent == "partial",
        )
        for on, province, kind, source, onto, extent in _lines("edges.tsv.gz")
    ]


def frozen_aliases() -> list[tuple[UUID, UUID, str]]:
    """Give (id, area id, folded key) of other names."""
    return [(uuid5(_ROOT, f"alias/{ref}/{key}"), _area_id(ref), key) for ref, key in _lines("aliases.tsv.gz")]


def _lines(name: str) -> Iterator[list[str]]:
    body = gzip.decompress((FOLDER / name).read_bytes()).decode()
    yield from (line.split("\t") for line in body.splitlines()[1:])


def _area_id(ref: str) -> UUID:
    level, code, start = ref.split("/")
    return area_id_of(SCHEME, code, level, _day(start))


def _change_id(on: str, province: str) -> UUID:
    return uuid5(_ROOT, f"change/{on}/{province}")


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _maybe(text: str) -> dt.date | None:
    return _day(text) if text else None
