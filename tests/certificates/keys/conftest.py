"""Key stores to try: files, and a software token where SoftHSM is installed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tiemchung.certificates.keys import config, forget_stores
from tiemchung.certificates.keys.files import FileKeyStore
from tiemchung.certificates.keys.soft_token import soft_token
from tiemchung.certificates.keys.tokens import TokenKeyStore

WHY_NOT = "SoftHSM is not installed: bin/token installs it, TIEMCHUNG_TOKEN_LIB names an unusual place"
MakeToken = Callable[..., TokenKeyStore]


@pytest.fixture
def token(tmp_path: Path) -> Iterator[MakeToken]:
    """Give what opens the software token of this test; each call is another process's view of the same token."""
    opened: list[TokenKeyStore] = []

    def open_token(**changes: Any) -> TokenKeyStore:
        place = soft_token(tmp_path / "token")
        if place is None:
            pytest.skip(WHY_NOT)
        told = {"library": place.library, "label": place.label, "pin_file": place.pin_file,
                "timeout": place.timeout, "environment": place.environment, **changes}  # fmt: skip
        opened.append(TokenKeyStore(config.TokenPlace(**told), tmp_path / "wrong-pin", "secret"))
        return opened[-1]

    yield open_token
    for store in opened:
        store.close()


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this test's installation keep its keys and roots in a folder of its own, as files."""
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path))
    monkeypatch.delenv("TIEMCHUNG_TOKEN_LABEL", raising=False)
    forget_stores()
    yield
    forget_stores()


@pytest.fixture(params=["file", "token"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Any]:
    """Give what opens a store; opened twice, it is what another process sees of the same keys."""
    if request.param == "file":
        return lambda: FileKeyStore(tmp_path / "keys", "passphrase")
    return request.getfixturevalue("token")  # type: ignore[no-any-return]
