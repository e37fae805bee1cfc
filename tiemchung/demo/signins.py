"""The demonstration's sign-ins: made at the installation, kept in its home for its owner's eyes only."""

import os
import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tiemchung.access.factors import code_at, new_secret
from tiemchung.core.clock import now
from tiemchung.core.install import home

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is read as another


@dataclass(frozen=True, slots=True)
class SignIn:
    """What one account needs to sign in; never printed by accident."""

    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)

    def code(self) -> str:
        """Give the six digits that count at this moment."""
        return code_at(self.totp_secret, now())


def sign_ins_path() -> Path:
    """Give the file of the sign-ins."""
    return home() / "demo-signins.toml"


def read_sign_ins() -> dict[str, SignIn]:
    """Give the sign-ins by username; none where the demonstration was not loaded."""
    path = sign_ins_path()
    if not path.exists():
        return {}
    rows = tomllib.loads(path.read_text("utf-8"))
    return {name: SignIn(name, row["password"], row["totp_secret"]) for name, row in rows.items()}


def keep_sign_ins(usernames: Sequence[str]) -> dict[str, SignIn]:
    """Give everybody's sign-in by username, made now for those who had none."""
    known = read_sign_ins()
    missing = [name for name in usernames if name not in known]
    if missing:
        known |= {name: SignIn(name, _password(), new_secret()) for name in missing}
        _write(known)
    return known


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _write(sign_ins: dict[str, SignIn]) -> None:
    """Whole or not at all, and for the owner alone from its first byte."""
    path = sign_ins_path()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    lines = ["# Sign-ins of the demonstration, made at its installation. They open synthetic data only.\n"]
    lines += [
        f'[{s.username}]\npassword = "{s.password}"\ntotp_secret = "{s.totp_secret}"\n' for s in sign_ins.values()
    ]
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
