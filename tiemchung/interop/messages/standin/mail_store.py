"""The letters that the stand-in has taken, in a file of their own."""

import datetime as dt
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from tiemchung.interop.standins.file import OwnFile

TABLE = """
CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ref TEXT NOT NULL UNIQUE, recipient TEXT NOT NULL, sender TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, file_name TEXT NOT NULL, file_type TEXT NOT NULL, file BLOB,
    taken_at TEXT NOT NULL, repeats INTEGER NOT NULL DEFAULT 0);
"""
PAGE = 50
_SHOWN = "number, ref, recipient, sender, subject, text, file_name, length(file), taken_at, repeats"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as a mailbox would show it; `file_name` is empty where nothing is attached."""

    number: int
    ref: str
    recipient: str
    sender: str
    subject: str
    text: str
    file_name: str
    file_octets: int
    taken_at: dt.datetime
    repeats: int

    def as_json(self) -> dict[str, Any]:
        """Give what GET /mails shows."""
        return {
            "number": self.number,
            "ref": self.ref,
            "to": self.recipient,
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "file": self.file_name,
            "octets": self.file_octets,
            "at": self.taken_at.isoformat(),
            "repeats": self.repeats,
        }


class MailStore(OwnFile):
    """Letters by Message-ID: one that comes twice is kept once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "mails", TABLE)

    def take(self, raw: bytes, *, to: str, sender: str, at: dt.datetime) -> None:
        """Keep a letter as SMTP brought it."""
        letter = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(raw)
        body = letter.get_body(("plain",))
        attached = next(iter(letter.iter_attachments()), None)
        values = (
            str(letter["Message-ID"] or f"<{at.timestamp()}>"),
            to,
            sender,
            str(letter["Subject"] or ""),
            str(body.get_content()) if body else "",
            (attached.get_filename() or "file") if attached else "",
            attached.get_content_type() if attached else "",
            attached.get_payload(decode=True) if attached else b"",
            at.isoformat(),
        )
        with self.transaction() as db:
            db.execute(
                "INSERT INTO letter (ref, recipient, sender, subject, text, file_name, file_type, file, taken_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET repeats = repeats + 1",
                values,
            )

    def newest(self, limit: int = PAGE) -> tuple[Letter, ...]:
        """Give the letters, newest first."""
        with self.transaction() as db:
            rows = db.execute(
                f"SELECT {_SHOWN} FROM letter ORDER BY number DESC LIMIT ?",  # noqa: S608 - a list of our columns
                (limit,),
            ).fetchall()
        return tuple(_letter(row) for row in rows)

    def file_of(self, number: int) -> tuple[str, bytes] | None:
        """Give type and octets of what is attached to a letter, None where nothing is."""
        with self.transaction() as db:
            row = db.execute(
                "SELECT file_type, file FROM letter WHERE number = ? AND file_name != ''", (number,)
            ).fetchone()
        return (str(row[0]), bytes(row[1])) if row else None


def _letter(row: tuple[Any, ...]) -> Letter:
    number, ref, recipient, sender, subject, text, file_name, octets, taken_at, repeats = row
    at = dt.datetime.fromisoformat(taken_at)
    return Letter(number, ref, recipient, sender, subject, text, file_name, octets or 0, at, repeats)
