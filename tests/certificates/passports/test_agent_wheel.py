"""The signing program leaves the checkout as one file that needs nothing else of it."""

import base64
import csv
import io
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest

from tools.agent_wheel import COMMAND, build_wheel


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return build_wheel(tmp_path / "made")


def about(wheel: Path) -> Distribution:
    (folder,) = [one for one in ZipPath(wheel).iterdir() if one.name.endswith(".dist-info")]
    return PathDistribution(folder)  # type: ignore[arg-type]


def test_it_starts_in_an_empty_folder_and_loads_neither_the_site_nor_a_database(wheel: Path, tmp_path: Path) -> None:
    (empty := tmp_path / "empty").mkdir()
    asked = """
import sys
sys.path.insert(0, sys.argv[1])
sys.path[:] = [one for one in sys.path if one and not one.rstrip("/").endswith(sys.argv[2])]
import tiemchung
from tiemchung.certificates.agent.__main__ import main
print(tiemchung.__file__)
print(sorted(set(sys.modules) & {"django", "psycopg", "cbor2"}))
main(["--help"])
"""
    checkout = Path(__file__).parents[3].name
    done = subprocess.run(
        [sys.executable, "-c", asked, str(wheel), checkout], cwd=empty, capture_output=True, text=True, timeout=120
    )
    where, loaded, usage = done.stdout.split("\n", 2)
    assert where.startswith(str(wheel))
    assert loaded == "[]"
    assert usage.startswith(f"usage: {COMMAND}")


def test_its_command_is_the_programs_and_it_asks_for_the_one_library_that_it_needs(wheel: Path) -> None:
    told = about(wheel)
    (command,) = told.entry_points
    assert (command.name, command.group) == (COMMAND, "console_scripts")
    assert command.load().__module__ == "tiemchung.certificates.agent.__main__"
    assert [one.split("~")[0] for one in told.requires or []] == ["cryptography"]
    assert told.metadata["License-Expression"] == "Apache-2.0"


def test_each_of_its_files_is_named_with_its_hash(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        bodies = {name: packed.read(name) for name in packed.namelist()}
    (record,) = [name for name in bodies if name.endswith("/RECORD")]
    lines = list(csv.reader(io.StringIO(bodies.pop(record).decode())))
    named = {path: (digest, size) for path, digest, size in lines if path != record}
    assert named == {
        path: (f"sha256={base64.urlsafe_b64encode(sha256(body).digest()).decode().rstrip('=')}", str(len(body)))
        for path, body in bodies.items()
    }


def test_the_same_sources_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    assert build_wheel(tmp_path / "again").read_bytes() == wheel.read_bytes()
