"""The keys of an installation are made once, kept private, and never replaced silently."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tiemchung.core.install import SecretsUnsafe, home, install_secrets


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("TIEMCHUNG_SECRETS", raising=False)
    install_secrets.cache_clear()
    yield
    install_secrets.cache_clear()


def _read_anew(where: Path) -> object:
    install_secrets.cache_clear()
    return install_secrets(where)


def test_the_first_start_makes_the_keys_and_later_ones_read_the_same(tmp_path: Path) -> None:
    first = install_secrets(tmp_path)
    assert _read_anew(tmp_path) == first
    assert {len(first.index_key), len(first.otp_key), len(first.sealing_keys[1])} == {32}
    assert len({first.index_key, first.otp_key, first.sealing_keys[1]}) == 3


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    one, two = install_secrets(tmp_path / "one"), install_secrets(tmp_path / "two")
    for name in ("django_key", "index_key", "otp_key", "signing_passphrase", "sealing_keys"):
        assert getattr(one, name) != getattr(two, name)


def test_two_first_starts_at_once_agree_on_one_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(install_secrets.__wrapped__, [tmp_path] * 8))
    assert all(one == found[0] for one in found)
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.toml"]


def test_nobody_else_may_read_them_and_an_open_file_is_refused(tmp_path: Path) -> None:
    install_secrets(tmp_path)
    path = tmp_path / "secrets.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(SecretsUnsafe, match="chmod 600"):
        _read_anew(tmp_path)


@pytest.mark.parametrize("damage", ["", "index_key = 5\n", "not toml at all ["])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(damage)
    path.chmod(0o600)
    with pytest.raises(SecretsUnsafe, match="damaged or incomplete"):
        _read_anew(tmp_path)
    assert path.read_text() == damage


def test_no_key_is_printed_by_accident(tmp_path: Path) -> None:
    keys = install_secrets(tmp_path)
    assert keys.signing_passphrase not in repr(keys)
    assert repr(keys.index_key) not in repr(keys)


def test_the_highest_version_seals(tmp_path: Path) -> None:
    install_secrets(tmp_path)
    path = tmp_path / "secrets.toml"
    text = path.read_text()
    first = text.split('1 = "')[1].split('"')[0]
    path.write_text(f'{text}2 = "{first}"\n10 = "{first}"\n')
    keys = _read_anew(tmp_path)
    assert keys.sealing_version == 10  # type: ignore[attr-defined]


def test_the_home_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path / "x"))
    assert home() == tmp_path / "x"
