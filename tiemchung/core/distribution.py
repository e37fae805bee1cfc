"""Where the rows of a table live, what the application may do to them, and how both are held.

A model says `distribution` (reference, local, or sharded by a key in a group of tables that share it) and `rights`
(what the application's database role may do). `check_distribution` compares the database with both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True, slots=True)
class Reference:
    """Small and rarely written; copied whole to every node."""


@dataclass(frozen=True, slots=True)
class Local:
    """Lives on the coordinator only: framework state, bookmarks, limits."""


@dataclass(frozen=True, slots=True)
class Sharded:
    """Split by `key`; tables of one `group` with equal keys lie together."""

    key: str
    group: str


class Rights(StrEnum):
    """What the application's role may do beside SELECT."""

    READ_ONLY = ""
    APPEND = "INSERT"
    CHANGE = "INSERT, UPDATE"
    TRANSIENT = "INSERT, UPDATE, DELETE"


READ_ONLY, APPEND, CHANGE, TRANSIENT = Rights.READ_ONLY, Rights.APPEND, Rights.CHANGE, Rights.TRANSIENT
Policy = Reference | Local | Sharded

_cross_shard: ContextVar[str] = ContextVar("cross_shard", default="")


@contextmanager
def allow_cross_shard(why: str) -> Iterator[None]:
    """Let statements inside ask every shard; `why` is the reason a reviewer reads."""
    token = _cross_shard.set(why)
    try:
        yield
    finally:
        _cross_shard.reset(token)


def cross_shard_allowed() -> bool:
    """Tell whether the caller stands inside `allow_cross_shard`."""
    return bool(_cross_shard.get())


def own_models() -> list[type[models.Model]]:
    """Give the models of this project, the framework's left out."""
    return [m for m in apps.get_models() if m.__module__.startswith("tiemchung.")]


def policy_of(model: type[models.Model]) -> Policy | None:
    """Give the model's declared policy, or None where it declares none."""
    return getattr(model, "distribution", None)


def column_of(model: type[models.Model], field: str) -> str:
    """Give the column of a model's own field."""
    column = getattr(model._meta.get_field(field), "column", None)
    if not isinstance(column, str):
        raise TypeError(f"{model.__name__}.{field} has no column")
    return column


def key_column(model: type[models.Model]) -> str:
    """Give the column of a sharded model's key."""
    policy = policy_of(model)
    if not isinstance(policy, Sharded):
        raise TypeError(f"{model.__name__} is not sharded")
    return column_of(model, policy.key)


class SetPhysicalKey(Operation):
    """Make (shard key, id) the table's primary key; Django's state keeps the single `id`.

    Statement by statement, since a distributed server may refuse several in one string.
    """

    reversible = True

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: this is about the database alone."""

    def database_forwards(self, app_label: str, editor: BaseDatabaseSchemaEditor, old: Any, new: Any) -> None:
        """Replace the primary key."""
        self._rekey(editor, new.apps.get_model(app_label, self.name), [self.key, "id"])

    def database_backwards(self, app_label: str, editor: BaseDatabaseSchemaEditor, old: Any, new: Any) -> None:
        """Give the table its single-column key again."""
        self._rekey(editor, old.apps.get_model(app_label, self.name), ["id"])

    def _rekey(self, editor: BaseDatabaseSchemaEditor, model: Any, fields: list[str]) -> None:
        table = editor.quote_name(model._meta.db_table)
        columns = ", ".join(editor.quote_name(model._meta.get_field(name).column) for name in fields)
        constraint = editor.quote_name(f"{model._meta.db_table}_pkey")
        editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} PRIMARY KEY ({columns})")

    def describe(self) -> str:
        """Say it in one line for `migrate --plan`."""
        return f"Physical key of {self.name} is ({self.key}, id)"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Give what the migration writer needs."""
        return self.__class__.__name__, [self.name, self.key], {}
