"""Transactions whose statements all name their rows by key."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def keyed_statements() -> Iterator[None]:
    """A transaction in which the planner takes indexes however empty it believes a table to be.

    A run that fills tables is faster than the statistics on them: a plan made while a table was empty reads it whole
    for every batch, until the server looks at it again.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        yield


@contextmanager
def planned_for_these() -> Iterator[None]:
    """A stretch of a transaction whose statements are planned for the very values that they are given."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield
        cursor.execute("SET LOCAL plan_cache_mode = auto")


@contextmanager
def read_in_order() -> Iterator[None]:
    """A stretch of a transaction whose statements follow an index in its order until they have enough.

    A planner that believes little to be there would read all of it and sort, for each batch of a run again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        yield
        cursor.execute("SET LOCAL enable_sort = on")
