"""What the stand-in has taken, in a file of its own, so that a restart loses nothing."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiemchung.interop.standins.file import OwnFile

TABLES = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ref TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE,
    via TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL,
    taken_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'taken', repeats INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS message_recipient ON message (recipient, number);
CREATE TABLE IF NOT EXISTS part (
    key TEXT PRIMARY KEY, ref TEXT NOT NULL, joins TEXT NOT NULL, number INTEGER NOT NULL,
    text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS part_joins ON part (joins);
CREATE TABLE IF NOT EXISTS receipt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, ref TEXT NOT NULL, via TEXT NOT NULL, state TEXT NOT NULL,
    at TEXT NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    settled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS receipt_due ON receipt (settled, due);
"""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Message:
    """One text as a phone would have got it."""

    number: int
    ref: str
    via: str
    sender: str
    recipient: str
    text: str
    taken_at: dt.datetime
    state: str
    repeats: int

    def as_json(self) -> dict[str, Any]:
        """Give what GET /messages shows."""
        return {
            "ref": self.ref,
            "via": self.via,
            "from": self.sender,
            "to": self.recipient,
            "text": self.text,
            "at": self.taken_at.isoformat(),
            "state": self.state,
            "repeats": self.repeats,
        }


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """One receipt to send now."""

    id: int
    ref: str
    state: str
    at: str
    tries: int


class Store(OwnFile):
    """Messages, parts of long messages, and receipts to come; every method is one transaction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "messages", TABLES)

    def take_message(
        self, *, ref: str, key: str, via: str, sender: str, to: str, text: str, at: dt.datetime
    ) -> Message:
        """Keep a message and give it; give the one of before, one repeat more, when its key is known."""
        values = (ref, key, via, sender, to, text, at.isoformat())
        with self.transaction() as db:
            rows = db.execute(
                "INSERT INTO message (ref, key, via, sender, recipient, text, taken_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET repeats = repeats + 1 RETURNING *",
                values,
            )
            return _message(rows.fetchone())

    def take_part(self, *, key: str, ref: str, joins: str, number: int, text: str) -> tuple[str, bool]:
        """Keep one part of a long message; give the reference it has, and whether it is new under its key."""
        with self.transaction() as db:
            done = db.execute(
                "INSERT INTO part VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (key, ref, joins, number, text),
            )
            kept = db.execute("SELECT ref FROM part WHERE key = ?", (key,)).fetchone()
            return str(kept[0]), done.rowcount == 1

    def parts_of(self, joins: str) -> dict[int, tuple[str, str]]:
        """Give the parts that join, number to (reference, text)."""
        with self.transaction() as db:
            rows = db.execute("SELECT number, ref, text FROM part WHERE joins = ?", (joins,))
            return {number: (ref, text) for number, ref, text in rows}

    def forget_parts(self, joins: str) -> None:
        """Free a joining mark for the next message that uses it; the parts' keys stay known."""
        with self.transaction() as db:
            db.execute("UPDATE part SET joins = '' WHERE joins = ?", (joins,))

    def newest(self, *, digits: str = "", before: int | None = None, limit: int = PAGE) -> tuple[Message, ...]:
        """Give messages, newest first, to numbers that end in `digits`, older than message `before`."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT * FROM message WHERE recipient LIKE ? AND number < ? ORDER BY number DESC LIMIT ?",
                (f"%{digits}", before or 2**62, limit),
            )
            return tuple(_message(row) for row in rows)

    def plan_receipt(self, *, ref: str, via: str, state: str, at: dt.datetime, due: float) -> None:
        """Put a receipt on the list; `due` is in Unix seconds."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO receipt (ref, via, state, at, due) VALUES (?, ?, ?, ?, ?)",
                (ref, via, state, at.isoformat(), due),
            )

    def due_receipts(self, via: str, now: float) -> tuple[DueReceipt, ...]:
        """Give the receipts whose time has come, in the order in which they are due."""
        with self.transaction() as db:
            rows = db.execute(
                "SELECT id, ref, state, at, tries FROM receipt"
                " WHERE settled = 0 AND due <= ? AND via = ? ORDER BY due, id LIMIT 200",
                (now, via),
            )
            return tuple(DueReceipt(*row) for row in rows)

    def settle_receipt(self, receipt: DueReceipt) -> None:
        """Take a receipt off the list and show its state at the message; a final state stays."""
        with self.transaction() as db:
            db.execute("UPDATE receipt SET settled = 1 WHERE id = ?", (receipt.id,))
            db.execute(
                "UPDATE message SET state = ? WHERE ref = ? AND state IN ('taken', 'on_the_way')",
                (receipt.state, receipt.ref),
            )

    def put_off_receipt(self, receipt: DueReceipt, due: float) -> None:
        """Try a receipt again at `due`, in Unix seconds."""
        with self.transaction() as db:
            db.execute("UPDATE receipt SET due = ?, tries = tries + 1 WHERE id = ?", (due, receipt.id))



def _message(row: tuple[Any, ...]) -> Message:
    number, ref, _key, via, sender, recipient, text, taken_at, state, repeats = row
    at = dt.datetime.fromisoformat(taken_at)
    return Message(number, ref, via, sender, recipient, text, at, state, repeats)
