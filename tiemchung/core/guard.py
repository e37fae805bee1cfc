"""Catches statements that would ask every shard, while tests run."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from tiemchung.core.distribution import Sharded, cross_shard_allowed, key_column, own_models, policy_of

_VERB = re.compile(r"^\s*(select|update|delete|insert|with)\b", re.I)


class CrossShard(AssertionError):
    """A statement touches a sharded table without naming its key."""


@cache
def _sharded_tables() -> dict[str, str]:
    return {m._meta.db_table: key_column(m) for m in own_models() if isinstance(policy_of(m), Sharded)}


def keyless_tables(sql: str) -> list[str]:
    """Give the sharded tables that the statement touches without their key in its conditions or columns."""
    if not _VERB.match(sql):
        return []
    missing = []
    for table, key in _sharded_tables().items():
        if not re.search(rf'"?\b{table}\b"?', sql):
            continue
        is_insert = re.match(r"\s*insert\b", sql, re.I)
        where = sql if is_insert else " ".join(re.split(r"\b(?:where|on)\b", sql, flags=re.I)[1:])
        if not re.search(rf'"?\b{key}\b"?', where):
            missing.append(table)
    return missing


def query_guard(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """Run the statement, or raise CrossShard; for `connection.execute_wrapper` in tests."""
    if not cross_shard_allowed():
        tables = keyless_tables(str(sql))
        if tables:
            raise CrossShard(f"{', '.join(tables)} asked without the shard key: {str(sql)[:300]}")
    return execute(sql, params, many, context)
