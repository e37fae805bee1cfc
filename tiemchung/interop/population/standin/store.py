"""The stand-in's citizens and what it was asked about them, in a file of its own; a restart loses nothing."""

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiemchung.interop.standins.file import OwnFile

TABLES = """
CREATE TABLE IF NOT EXISTS citizens (
    number TEXT PRIMARY KEY, full_name TEXT NOT NULL, sex TEXT NOT NULL, birth_date TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    batch TEXT PRIMARY KEY, at TEXT NOT NULL, asked INTEGER NOT NULL, times INTEGER NOT NULL, correct INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    batch TEXT NOT NULL, id TEXT NOT NULL, correct INTEGER NOT NULL, PRIMARY KEY (batch, id)) WITHOUT ROWID;
"""
SEED = "citizens.jsonl"
PAGE = 50
FIELDS = ("number", "full_name", "sex", "birth_date")


@dataclass(frozen=True, slots=True)
class Batch:
    """One question: of how many persons, how often it came, and how many it had right."""

    batch: str
    at: dt.datetime
    asked: int
    times: int
    correct: int

    def as_json(self) -> dict[str, Any]:
        """Give what GET /asked shows."""
        return {"batch": self.batch, "at": self.at.isoformat(), "asked": self.asked, "times": self.times,
                "right": self.correct}  # fmt: skip


class Store(OwnFile):
    """Everything the stand-in knows; every method is one transaction.

    Citizens come from `citizens.jsonl` beside the file, read again when it changes; an entry changed by hand stays.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "population", TABLES)
        self._seed, self._seeded = folder / SEED, 0

    def weigh(self, batch: str, persons: Sequence[dict[str, str]], at: dt.datetime) -> dict[str, bool]:
        """Give right or wrong by request id; a request that was answered before is answered the same."""
        self._read_seed()
        with self.transaction() as db:
            known = dict(db.execute("SELECT id, correct FROM answers WHERE batch = ?", (batch,)).fetchall())
            said = {p["id"]: bool(known.get(p["id"], _is_right(db, p))) for p in persons}
            rows = [(batch, name, correct) for name, correct in said.items()]
            db.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", rows)
            db.execute(
                "INSERT INTO batches VALUES (?, ?, ?, 1, ?) ON CONFLICT (batch) DO UPDATE SET times = times + 1",
                (batch, at.isoformat(), len(said), sum(said.values())),
            )
        return said

    def put(self, citizen: dict[str, str]) -> None:
        """Add a citizen, or change the entry."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO citizens VALUES (?, ?, ?, ?)", [citizen[name] for name in FIELDS])

    def citizen(self, number: str) -> dict[str, str] | None:
        """Give the entry of a number."""
        self._read_seed()
        with self.transaction() as db:
            row = db.execute("SELECT * FROM citizens WHERE number = ?", (number,)).fetchone()
        return dict(zip(FIELDS, row, strict=True)) if row else None

    def counts(self) -> dict[str, int]:
        """Give how many citizens there are, and how many questions and persons were asked about."""
        self._read_seed()
        with self.transaction() as db:
            (citizens,) = db.execute("SELECT count(*) FROM citizens").fetchone()
            batches, times = db.execute("SELECT count(*), coalesce(sum(times), 0) FROM batches").fetchone()
            persons, correct = db.execute("SELECT count(*), coalesce(sum(correct), 0) FROM answers").fetchone()
        return {"citizens": citizens, "batches": batches, "times": times, "persons": persons, "right": correct}

    def newest(self, limit: int = PAGE) -> tuple[Batch, ...]:
        """Give what was asked last."""
        with self.transaction() as db:
            rows = db.execute("SELECT * FROM batches ORDER BY at DESC, batch DESC LIMIT ?", (limit,)).fetchall()
        return tuple(Batch(row[0], dt.datetime.fromisoformat(row[1]), *row[2:]) for row in rows)

    def _read_seed(self) -> None:
        try:
            changed = self._seed.stat().st_mtime_ns
        except OSError:
            return
        if changed == self._seeded:
            return
        with self._seed.open(encoding="utf-8") as lines:
            rows = [[row[name] for name in FIELDS] for row in map(json.loads, lines)]
        with self.transaction() as db:
            db.executemany("INSERT OR IGNORE INTO citizens VALUES (?, ?, ?, ?)", rows)
        self._seeded = changed



def _is_right(db: sqlite3.Connection, person: dict[str, str]) -> bool:
    row = db.execute("SELECT full_name, sex, birth_date FROM citizens WHERE number = ?", (person["number"],)).fetchone()
    return row == (person["full_name"], person["sex"], person["birth_date"])
