"""Under which account the server runs: PostgreSQL refuses root, so root gets an account for it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .layout import DatabaseUnavailable

NAME = "tiemchung"


@dataclass(frozen=True)
class Account:
    """The operating system's account of the server's processes."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether it is another account than ours (we are root)."""
        return self.uid != os.geteuid()

    def own(self, *paths: Path) -> None:
        """Give these files to the account."""
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def run(self, *args: str | Path, pass_fds: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        """Run a program under the account, with a small environment, no terminal and files for it alone.

        PG* variables of the caller's shell (PGHOST, PGDATA ...) do not reach it.
        """
        other = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}
        return subprocess.run(  # type: ignore[call-overload] # noqa: S603 - programs of ours
            [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=plain_environment(),
            umask=0o077,
            pass_fds=pass_fds,
            check=False,
            **other,
        )


def plain_environment() -> dict[str, str]:
    """What a PostgreSQL program needs of our environment, and nothing of PG* or personal folders."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {"HOME": "/", "LC_ALL": "C.UTF-8", **kept}


def server_account() -> Account:
    """Ours, or when we are root the account `tiemchung`, made at the first start; else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in (NAME, "nobody"):
        if name == NAME and not _known(name):
            _make_system_account(name)
        if _known(name):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseUnavailable(
        "PostgreSQL refuses to run as root, and no account could be made for it."
        f" Run: useradd --system --no-create-home {NAME}"
    )


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _make_system_account(name: str) -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return
    nobody_signs_in = ["--system", "--user-group", "--no-create-home", "-d", "/", "-s", "/bin/false"]
    subprocess.run([useradd, *nobody_signs_in, name], capture_output=True, check=False)  # noqa: S603
