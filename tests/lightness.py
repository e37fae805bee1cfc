"""What would cost every test its time is done cheaply here, so that no test has to leave anything out.

`lighten` is called once, before the first test: passwords at the least cost, no list of static files for every new
browser (a live server finds them itself), the guard's judgement of a statement remembered, and after a test that
commits only what it filled is emptied.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import TransactionTestCase

from tiemchung.core import guard

# What no test writes: the areas, and Django's own lists.
KEPT = frozenset({
    "places_area", "places_areaalias", "places_areachange", "places_areachangeedge", "places_areatable",
    "django_content_type", "auth_permission",
})  # fmt: skip


def lighten() -> None:
    """Make the tests of this process light."""
    # Hundreds of passwords are set and none is at stake: the product's own algorithm, at the least it can cost.
    Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.time_cost, Argon2PasswordHasher.parallelism = 8, 1, 1
    settings.WHITENOISE_USE_FINDERS = False
    guard.keyless_tables = cache(guard.keyless_tables)
    TransactionTestCase._fixture_teardown = empty_what_was_filled  # type: ignore[method-assign]


def empty_what_was_filled(_test_case: Any = None) -> None:
    """Empty every table of ours that has rows, but the kept ones; stands in for Django's flush of all tables.

    A flush makes hundreds of files anew, and then the areas and Django's lists are written again: seconds a test.
    """
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables))
        filled = [name for (name,) in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
