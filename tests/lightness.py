"""What would cost every test its time is done cheaply here, so that no test has to leave anything out.

`lighten` is called once, before the first test: passwords at the least cost, no list of static files for every new
browser (a live server finds them itself), the guard's judgement of a statement remembered, and after a test that
commits only what it filled is emptied, once its server has answered everybody.
"""

import threading
import time
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.servers.basehttp import ServerHandler, WSGIRequestHandler
from django.db import OperationalError, connection
from django.test import TransactionTestCase

from tiemchung.core import guard

# What no test writes: the areas, and Django's own lists.
KEPT = frozenset({
    "places_area", "places_areaalias", "places_areachange", "places_areachangeedge", "places_areatable",
    "django_content_type", "auth_permission",
})  # fmt: skip
PATIENCE_S, TRIES = 60.0, 5


class Answering:
    """Counts the requests that a test's servers are answering: a closed window takes back none that it has sent.

    `test` numbers the tests that commit: a line that was opened in one of them is answered in that one alone.
    """

    def __init__(self) -> None:
        self._now, self._over, self.test = 0, threading.Condition(), 0

    def __enter__(self) -> None:
        with self._over:
            self._now += 1

    def __exit__(self, *_: object) -> None:
        with self._over:
            self._now -= 1
            self._over.notify_all()

    def await_end(self) -> None:
        """Return when the last one is answered, after a minute in any case; of lines open now none more is."""
        with self._over:
            self.test += 1
            self._over.wait_for(lambda: not self._now, PATIENCE_S)


answering = Answering()


def count_answers() -> None:
    """Let every server of this process tell when it answers, and hang up on windows of a test that is over."""
    run, setup = ServerHandler.run, WSGIRequestHandler.setup

    @wraps(setup)
    def opened(line: Any) -> None:
        line.opened_in = answering.test
        setup(line)

    @wraps(run)
    def counted(handler: Any, *told: Any) -> None:
        with answering:
            if handler.request_handler.opened_in == answering.test:
                run(handler, *told)
            else:
                handler.request_handler.close_connection = True

    WSGIRequestHandler.setup, ServerHandler.run = opened, counted


def lighten() -> None:
    """Make the tests of this process light."""
    count_answers()
    # Hundreds of passwords are set and none is at stake: the product's own algorithm, at the least it can cost.
    Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.time_cost, Argon2PasswordHasher.parallelism = 8, 1, 1
    settings.WHITENOISE_USE_FINDERS = False
    connection.settings_dict["OPTIONS"]["connect_timeout"] = int(PATIENCE_S)  # 3 s in the product: a server not here
    guard.keyless_tables = cache(guard.keyless_tables)
    TransactionTestCase._fixture_teardown = empty_what_was_filled  # type: ignore[method-assign]


def empty_what_was_filled(_test_case: Any = None) -> None:
    """Empty every table of ours that has rows, but the kept ones; stands in for Django's flush of all tables.

    A flush makes hundreds of files anew, and then the areas and Django's lists are written again: seconds a test.
    A last request of the test's browser may still be answered: it neither writes into the next test nor, holding a row
    here and asking for a table there, makes this one give way for good.
    """
    answering.await_end()
    for _ in range(TRIES - 1):
        try:
            return _empty()
        except OperationalError:  # two that wait for each other: one had to give way
            time.sleep(0.5)
    return _empty()


def _empty() -> None:
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables))
        filled = [name for (name,) in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
