"""Where cleaned pictures lie: sealed files below one folder, apart from every web root."""

import os
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from tiemchung.core.sealing import seal_bytes, unseal_bytes

_PURPOSE = "cases.evidence"
SLICES = 256


class LocalStore:
    """An evidence store of one machine, or of several that share a mounted folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, evidence_id: UUID, clean: bytes) -> None:
        """Keep the bytes sealed under this id: whole or not at all, and on the disk when this returns."""
        path = self._path(evidence_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(prefix=".", dir=path.parent)  # mkstemp: readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(seal_bytes(_PURPOSE, clean, str(evidence_id)))
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent, self._folder):
            _keep_names(folder)

    def get(self, evidence_id: UUID) -> bytes:
        """Give the bytes; raise KeyError where there are none, SealBroken where they are not what was put."""
        try:
            return unseal_bytes(_PURPOSE, self._path(evidence_id).read_bytes(), str(evidence_id))
        except FileNotFoundError:
            raise KeyError(evidence_id) from None

    def drop(self, evidence_id: UUID) -> None:
        """Forget the bytes; unknown ids are no error."""
        self._path(evidence_id).unlink(missing_ok=True)

    def older_than(self, seconds: float, part: int) -> Iterator[UUID]:
        """Give the ids in one of 256 parts of the store whose files are older, dropping half-written ones."""
        before = time.time() - seconds
        for path in (self._folder / f"{part % SLICES:02x}").glob("*/*"):
            try:
                if path.stat().st_mtime > before:
                    continue
                if path.name.startswith("."):
                    path.unlink(missing_ok=True)
                else:
                    yield UUID(path.name)
            except (FileNotFoundError, ValueError):
                continue  # dropped meanwhile, or not ours

    def _path(self, evidence_id: UUID) -> Path:
        # An id begins with its time: only its end spreads evenly.
        name = str(evidence_id)
        return self._folder / name[-2:] / name[-4:-2] / name


def _keep_names(folder: Path) -> None:
    """Make the names in a folder outlast a power cut, as fsync does for a file's bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@lru_cache(maxsize=4)
def _store_in(folder: Path) -> LocalStore:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return LocalStore(folder)


def evidence_store() -> LocalStore:
    """Give the store of this installation, in the folder that the settings name."""
    return _store_in(Path(settings.EVIDENCE_DIR))
