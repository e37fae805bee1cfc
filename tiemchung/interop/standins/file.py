"""What a stand-in keeps: one SQLite file of its own, so that a restart loses nothing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OwnFile:
    """One file of tables in the stand-in's folder; whoever inherits it writes in `transaction`, one at a time."""

    def __init__(self, folder: Path, name: str, tables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"{name}.sqlite3"
        file.touch(mode=0o600)
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + tables)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything within is kept, or nothing is."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
