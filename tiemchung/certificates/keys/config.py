"""Which key store this installation uses: `keys/store.toml` in its home, or the environment.

Without either, keys are encrypted files. `store.toml` is written at install where a software token is found for the
demonstration, and by the operator for a real token (docs/how-to/keys.md).
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.core.install import home

FILE, TOKEN, AGENT = "file", "token", "AGENT"


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """A token of a PKCS#11 library, and how long it may take; the PIN lies in a file of its own.

    `timeout` are seconds for one request; a batch of 500 is one. `environment` is what the library needs to be told.
    """

    library: str
    label: str
    pin_file: Path
    timeout: float = 20.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def pin(self) -> str:
        """Give the PIN; raises KeyStoreGone where its file cannot be read."""
        try:
            return self.pin_file.read_text("utf-8").strip()
        except OSError as problem:
            raise KeyStoreGone("PIN_FILE") from problem


def folder() -> Path:
    """Give the folder of keys in this installation's home."""
    return home() / "keys"


def token_place() -> TokenPlace | None:
    """Give the token of this installation, None where its keys are files; raises KeyStoreGone for a damaged file."""
    if os.environ.get("TIEMCHUNG_TOKEN_LABEL"):
        return _from_environment(os.environ)
    path = folder() / "store.toml"
    if not path.exists():
        return None
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        return TokenPlace(
            library=str(told["library"]),
            label=str(told["label"]),
            pin_file=path.parent / str(told["pin_file"]),
            timeout=float(told.get("timeout", 20.0)),
            environment={str(k): str(v) for k, v in told.get("environment", {}).items()},
        )
    except (OSError, ValueError, KeyError, AttributeError) as problem:
        raise KeyStoreGone("STORE_TOML") from problem


def _from_environment(told: Mapping[str, str]) -> TokenPlace:
    try:
        return TokenPlace(
            library=told["TIEMCHUNG_TOKEN_LIB"],
            label=told["TIEMCHUNG_TOKEN_LABEL"],
            pin_file=Path(told["TIEMCHUNG_TOKEN_PIN_FILE"]),
            timeout=float(told.get("TIEMCHUNG_TOKEN_TIMEOUT", "20")),
        )
    except (KeyError, ValueError) as problem:
        raise KeyStoreGone("ENVIRONMENT") from problem
