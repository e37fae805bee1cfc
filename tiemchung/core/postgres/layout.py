"""Where one embedded cluster keeps its files, under the home of its installation."""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

PORT = 5432
# The kernel takes 107 bytes for a socket's path; PostgreSQL puts its lock file beside it.
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}")
DATABASE = "tiemchung"
OWNER = "tiemchung"
APP = "tiemchung_app"


class DatabaseUnavailable(Exception):
    """The database cannot be used; the words say why and what to do."""


@dataclass(frozen=True)
class Layout:
    """The paths of one cluster; all of them below `home`, but for sockets whose path would be too long."""

    home: Path

    @property
    def folder(self) -> Path:
        """Everything of the cluster."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory (0700, owned by the server's account)."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """The folder of the socket: in the home, or a short one under the temporary folder."""
        inside = self.folder / "socket"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()) / f"tiemchung-{mark}"  # noqa: S108

    @property
    def log(self) -> Path:
        """What the server says; statements and values are kept out of it."""
        return self.folder / "log" / "server.log"

    @property
    def starting(self) -> Path:
        """Locked by whoever starts or stops the cluster."""
        return self.folder / "starting.lock"

    @property
    def alive(self) -> Path:
        """Locked by the server's processes as long as one of them lives."""
        return self.folder / "alive.lock"

    @property
    def throwaway(self) -> Path:
        """The mark of a cluster for tests, which may run without durability."""
        return self.folder / "THROWAWAY"

    def passfile(self, role: str) -> Path:
        """The password file of a database role (0600), in libpq's own form."""
        return self.folder / f"{role}.pgpass"

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """How libpq reaches `database` as `role`: holds no secret, the password stays in its file."""
        return (
            f"host='{self.socket}' port={PORT} dbname={database} user={role}"
            f" passfile='{self.passfile(role)}' connect_timeout=3"
        )


def make_open_folder(path: Path) -> None:
    """`path` exists, and what had to be made of it may be entered by every account whatever our umask is."""
    for folder in [one for one in (*reversed(path.parents), path) if not one.exists()]:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def make_private_folder(path: Path, uid: int, gid: int) -> None:
    """`path` is a real folder of that account with mode 0700; anything else standing there is refused.

    Raises DatabaseUnavailable: in a shared temporary folder somebody else could have put it there first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
        os.chown(path, uid, gid)
    except FileExistsError:
        pass
    found = os.lstat(path)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise DatabaseUnavailable(
            f"{path} belongs to another account. Remove it, or set TIEMCHUNG_HOME to a folder of your own."
        )
    path.chmod(0o700)
