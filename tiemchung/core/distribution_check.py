"""What the database says about keys, triggers and sequences, against what the models declare."""

from collections.abc import Iterator

from django.db import connection, models

from tiemchung.core.distribution import Reference, Rights, Sharded, key_column, own_models, policy_of

_UNIQUE = """
SELECT i.indexrelid::regclass::text, i.indisprimary,
       array(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey))
FROM pg_index i WHERE i.indrelid = %s::regclass AND (i.indisunique OR i.indisexclusion)
"""
_FOREIGN = """
SELECT c.conname, c.confrelid::regclass::text,
       array(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey))
FROM pg_constraint c WHERE c.conrelid = %s::regclass AND c.contype = 'f'
"""
_TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
_SERIAL = """
SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s
AND (column_default LIKE 'nextval%%' OR is_identity = 'YES')
"""
_NULLABLE = """
SELECT is_nullable FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s AND column_name = %s
"""


def problems() -> list[str]:
    """Give one sentence for every way in which a table differs from its model's declaration."""
    return [line for model in own_models() for line in _problems_of(model)]


def _ask(sql: str, *params: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _problems_of(model: type[models.Model]) -> Iterator[str]:
    table, policy = model._meta.db_table, policy_of(model)
    if policy is None or not isinstance(getattr(model, "rights", None), Rights):
        yield f"{table}: declares no distribution or no rights"
        return
    yield from (f"{table}: trigger {name}" for (name,) in _ask(_TRIGGERS, table))
    if isinstance(policy, Sharded):
        yield from _sharded_problems(model, table, policy)
    elif isinstance(policy, Reference):
        for name, target, _ in _ask(_FOREIGN, table):
            if isinstance(_policies().get(target), Sharded):
                yield f"{table}: {name} points from a reference table to sharded {target}"


def _sharded_problems(model: type[models.Model], table: str, policy: Sharded) -> Iterator[str]:
    key = key_column(model)
    for name, _, columns in _ask(_UNIQUE, table):
        if key not in columns:
            yield f"{table}: unique {name} lacks the key {key}"
    for name, target, columns in _ask(_FOREIGN, table):
        other = _policies().get(target)
        same_group = isinstance(other, Sharded) and other.group == policy.group and key in columns
        if not (isinstance(other, Reference) or same_group):
            yield f"{table}: {name} points out of group {policy.group} to {target}"
    yield from (f"{table}.{column}: takes its value from a sequence" for (column,) in _ask(_SERIAL, table))
    if _ask(_NULLABLE, table, key) != [("NO",)]:
        yield f"{table}.{key}: the shard key may be null"


def _policies() -> dict[str, object]:
    return {model._meta.db_table: policy_of(model) for model in own_models()}
