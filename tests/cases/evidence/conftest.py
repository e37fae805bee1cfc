"""Evidence in a folder of the test's own."""

import datetime as dt
import uuid
from pathlib import Path

import pytest

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.ids import new_id


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """Give the folder of this test's evidence; no scanner is asked unless the test names one."""
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.CLAMD = ""
    return settings.EVIDENCE_DIR


@pytest.fixture
def case_id() -> uuid.UUID:
    """Give a draft that nobody else has."""
    return new_id()


@pytest.fixture
def visitor() -> Actor:
    """Give a citizen who writes a report."""
    return Actor(kind=Kind.PUBLIC, id=None, trace="test")


@pytest.fixture
def at() -> dt.datetime:
    """Give the moment of all that happens."""
    return dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
