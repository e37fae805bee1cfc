"""What the stand-in was told, in a file of its own, so that a restart loses nothing."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiemchung.interop.standins.file import OwnFile

TABLES = """
CREATE TABLE IF NOT EXISTS told (
    number INTEGER PRIMARY KEY AUTOINCREMENT, person TEXT NOT NULL, version INTEGER NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS told_person ON told (person, version);
"""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One person's news as they came."""

    number: int
    person: str
    version: int
    body: dict[str, Any]
    at: dt.datetime

    def as_json(self) -> dict[str, Any]:
        """Give what GET /told shows."""
        return {"person": self.person, "version": self.version, "at": self.at.isoformat(), "body": self.body}


class Store(OwnFile):
    """Everything that was told; every method is one transaction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "pc_covid", TABLES)

    def keep(self, person: str, version: int, body: dict[str, Any], at: dt.datetime) -> int:
        """Keep a person's news if they are newer than what is known; give the version that is known then."""
        with self.transaction() as db:
            has = db.execute("SELECT max(version) FROM told WHERE person = ?", (person,)).fetchone()[0] or 0
            if version > has:
                row = (person, version, json.dumps(body, ensure_ascii=False), at.isoformat())
                db.execute("INSERT INTO told (person, version, body, at) VALUES (?, ?, ?, ?)", row)
            return max(has, version)

    def newest(self, person: str = "", limit: int = PAGE) -> tuple[Told, ...]:
        """Give what was told last, of everybody or of the persons whose token begins so."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT * FROM told WHERE substr(person, 1, ?) = ? ORDER BY number DESC LIMIT ?",
                (len(person), person, limit),
            )
            return tuple(
                Told(number, token, version, json.loads(body), dt.datetime.fromisoformat(at))
                for number, token, version, body, at in rows
            )
