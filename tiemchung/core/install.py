"""What one installation owns outside the database: where it lives, and the keys made at its first start."""

import base64
import contextlib
import functools
import hashlib
import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class SecretsUnsafe(Exception):
    """The secrets file cannot be trusted: unreadable, incomplete, or open to every account of the machine."""


@dataclass(frozen=True)
class Secrets:
    """The keys of one installation: text as it is, keys as 32 raw bytes; never printed.

    `sealing_keys` is a ring by version: the highest version seals, every version unseals.
    """

    django_key: str = field(repr=False)
    sealing_keys: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    otp_key: bytes = field(repr=False)
    signing_passphrase: str = field(repr=False)

    @property
    def sealing_version(self) -> int:
        """The version of the key that seals from now on."""
        return max(self.sealing_keys)


def home() -> Path:
    """The folder where this installation keeps its database, sockets and keys; made when first needed.

    TIEMCHUNG_HOME decides; else `var` in the checkout. Root's database server runs under an account of its
    own, which cannot look into a checkout under /root, so root's home is /var/lib/tiemchung/<checkout>.
    """
    chosen = os.environ.get("TIEMCHUNG_HOME", "")
    return Path(chosen).expanduser().resolve() if chosen else default_home()


def default_home(part: str = "") -> Path:
    """The home when nothing is set; `part` names a second one beside it ("test")."""
    if os.geteuid() != 0:
        return CHECKOUT / "var" / part
    mark = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:10]
    return Path("/var/lib/tiemchung") / (f"{mark}-{part}" if part else mark)


def secrets_path(where: Path) -> Path:
    """The file of the keys: TIEMCHUNG_SECRETS, else secrets.toml in the home."""
    chosen = os.environ.get("TIEMCHUNG_SECRETS", "")
    return Path(chosen) if chosen else where / "secrets.toml"


def load_secrets() -> Secrets:
    """The keys of this installation, for the settings."""
    return install_secrets(home())


@functools.lru_cache(maxsize=4)
def install_secrets(where: Path) -> Secrets:
    """The keys of the installation in `where`, made there at the first call and read from then on.

    Raises SecretsUnsafe when the file is open to everybody, damaged or incomplete: a lost key must be noticed
    at the start and never replaced silently, since what it sealed could not be read again.
    """
    path = secrets_path(where)
    if not path.exists():
        _write_once(path, _fresh_secrets())
    if path.stat().st_mode & stat.S_IRWXO:
        raise SecretsUnsafe(f"{path} may be read by every account of this machine. Run: chmod 600 {path}")
    try:
        return _parse(tomllib.loads(path.read_text("utf-8")))
    except (KeyError, ValueError, TypeError) as problem:
        raise SecretsUnsafe(
            f"{path} is damaged or incomplete ({problem!r}). Restore it from its backup"
            " (docs/how-to/restore.md)."
        ) from None


def _parse(table: dict) -> Secrets:
    ring = {int(version): _key(text) for version, text in table["sealing_keys"].items()}
    if not ring:
        raise ValueError("no sealing key")
    return Secrets(
        django_key=str(table["django_key"]),
        sealing_keys=ring,
        index_key=_key(table["index_key"]),
        otp_key=_key(table["otp_key"]),
        signing_passphrase=str(table["signing_passphrase"]),
    )


def _key(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 32:
        raise ValueError("a key is 32 bytes")
    return raw


def _fresh_secrets() -> str:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return (
        "# The keys of this Tiêm Chủng installation. Whoever has them can read what the database seals;\n"
        "# without them nobody can. Keep a copy apart from the database's backups.\n"
        f'django_key = "{secrets.token_urlsafe(48)}"\n'
        f'index_key = "{key()}"\n'
        f'otp_key = "{key()}"\n'
        f'signing_passphrase = "{secrets.token_urlsafe(32)}"\n\n'
        "[sealing_keys] # version = key; the highest seals, all unseal\n"
        f'1 = "{key()}"\n'
    )


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, and by one writer only: two first starts at once agree on one file."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
