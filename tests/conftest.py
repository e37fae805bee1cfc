"""Every test that touches the database does so with the application's rights, and never asks every shard unawares."""

import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.builders import country  # noqa: F401 - a fixture for every test
from tests.last_session import let_everybody_go
from tests.lightness import lighten
from tests.order import keep_our_order, longest_first
from tiemchung.core.actor import SYSTEM
from tiemchung.core.guard import query_guard
from tiemchung.core.kept import every_kept

# A slow machine is no broken promise. On a build server the same commit tries the same examples; at a desk new ones.
hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")

CHECKOUT = Path(__file__).resolve().parent.parent
OURS = (str(CHECKOUT / "tiemchung"), str(CHECKOUT / "tests"))
NOW = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)

lighten()
pytest_configure, pytest_collection_modifyitems = keep_our_order, longest_first


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, django_db_keepdb: bool
) -> Iterator[None]:
    """Give the application's role its rights in the test database, load the tree of areas, and lay old roots, once."""
    from tests.old_roots import lay_old_roots
    from tiemchung.core.grants import grant_all
    from tiemchung.places import actions, reads

    with django_db_blocker.unblock():
        grant_all()
        lay_old_roots()
        reads.forget_tree()
        actions.load_areas(by=SYSTEM, at=NOW)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            let_everybody_go(connection)


@pytest.fixture(autouse=True)
def one_day_long() -> None:
    """Begin no test in the last two minutes of a Vietnamese day: what is of today stays so until its end."""
    seconds = (time.time() + 7 * 3600) % 86_400
    if seconds > 86_400 - 120:
        time.sleep(86_400 - seconds + 1)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Know nothing that was read in another test, and let nothing grow old in a test on a slow machine."""
    for kept in every_kept():
        kept.forget()
        kept.clock = lambda: 0.0


@pytest.fixture(autouse=True)
def as_the_application(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test's statements as the application's role and under the query guard.

    Tests that commit for real (`transaction=True`, live servers) keep the owner's rights, since their clean-up
    empties tables; they are guarded all the same.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames
    commits = commits or "live_server" in request.fixturenames
    if marker is None and "db" not in request.fixturenames and not commits:
        yield
        return
    request.getfixturevalue("django_db_setup")
    request.getfixturevalue("transactional_db" if commits else "db")
    if not commits:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE tiemchung_app")
    with connection.execute_wrapper(guard_of_ours):
        yield


def guard_of_ours(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Guard the statements of the product; a test may look at whole tables to see what became of them."""
    frame = sys._getframe(1)
    while frame is not None and not frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back  # type: ignore[assignment]
    if frame is not None and frame.f_code.co_filename.startswith(OURS[1]):
        return execute(sql, params, many, context)
    return query_guard(execute, sql, params, many, context)


@pytest.fixture
def now() -> dt.datetime:
    """Give the tests' present: Friday 20 November 2026, 10:00 in Vietnam."""
    return NOW
