"""A software token (SoftHSM) for the demonstration and for tests: made once in a folder, found again afterwards.

A real token is prepared by its own tools and ceremony; this one shows that nothing depends on which it is.
"""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from tiemchung.certificates.keys.config import TokenPlace
from tiemchung.certificates.keys.files import write_once
from tiemchung.certificates.ports import KeyStoreGone

_LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
LABEL = "tiemchung"


def library() -> str:
    """Give the path of SoftHSM's library, as TIEMCHUNG_TOKEN_LIB or the usual places say; empty where there is none."""
    named = os.environ.get("TIEMCHUNG_TOKEN_LIB", "")
    return next((path for path in (named, *_LIBRARIES) if path and Path(path).is_file()), "")


def soft_token(folder: Path, *, label: str = LABEL, timeout: float = 20.0) -> TokenPlace | None:
    """Give the software token in `folder`, made at the first call; None where SoftHSM is not installed.

    Raises KeyStoreGone where it is installed and does not work.
    """
    path, tool = library(), shutil.which("softhsm2-util")
    if not path or not tool:
        return None
    tokens, conf, pin_file = folder / "tokens", folder / "softhsm2.conf", folder / "pin"
    if not pin_file.exists():
        tokens.mkdir(mode=0o700, parents=True, exist_ok=True)
        conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", "utf-8")
        pin = secrets.token_hex(8)
        _initialise(tool, path, conf, label, pin)
        write_once(pin_file, pin.encode())  # last: its being there says that the token is whole
    return TokenPlace(path, label, pin_file, timeout, {"SOFTHSM2_CONF": str(conf)})


def keep_soft_token(keys: Path) -> TokenPlace | None:
    """Set this installation's key store to a software token below `keys`; None where SoftHSM is not installed."""
    place = soft_token(keys / "token")
    if place is not None:
        told = (
            "# Where this installation's keys are made and used: docs/how-to/keys.md\n"
            f'library = "{place.library}"\nlabel = "{place.label}"\npin_file = "token/pin"\n\n'
            f'[environment]\nSOFTHSM2_CONF = "{place.environment["SOFTHSM2_CONF"]}"\n'
        )
        write_once(keys / "store.toml", told.encode())
    return place


def _initialise(tool: str, library: str, conf: Path, label: str, pin: str) -> None:
    command = [tool, "--module", library, "--init-token", "--free", "--label", label, "--pin", pin]
    command += ["--so-pin", secrets.token_hex(8)]
    try:
        subprocess.run(  # noqa: S603 - SoftHSM's own tool; the PIN is new, and only its owner sees this moment's processes
            command, check=True, capture_output=True, timeout=30, env={**os.environ, "SOFTHSM2_CONF": str(conf)}
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise KeyStoreGone("SOFTHSM") from problem
