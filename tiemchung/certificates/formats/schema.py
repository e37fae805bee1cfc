"""The published JSON schemas of the EU Digital COVID Certificate, chosen by the payload's own version."""

import json
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

VERSIONS = ("1.0.0", "1.0.1", "1.1.0", "1.2.0", "1.2.1", "1.3.0", "1.3.1", "1.3.2", "1.3.3")
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@lru_cache(maxsize=64)
def _nearest(version: str) -> str:
    wanted = _numbers(version)
    return max((known for known in VERSIONS if _numbers(known) <= wanted), key=_numbers, default=VERSIONS[0])


def schema_version(stated: Any) -> str | None:
    """Give the newest published version not above the stated one; None when it is no version at all."""
    matched = _VERSION.fullmatch(stated.strip()) if isinstance(stated, str) else None
    if matched is None:
        return None
    return stated if stated in VERSIONS else _nearest(".".join(matched.groups()))


@cache
def _validator(version: str) -> Draft202012Validator:
    source = files("tiemchung.certificates.formats") / "data" / "dcc_schema" / f"{version}.json"
    # `format` stays an annotation, as the standard has it: dates are checked where they are used.
    return Draft202012Validator(json.loads(source.read_text("utf-8")), validate_formats=False)


def groups_of(dcc: dict[str, Any]) -> list[str]:
    """Give which of v, t and r the payload really holds (a null or empty one is not held)."""
    return [group for group in ("v", "t", "r") if dcc.get(group)]


def holds(dcc: Any) -> bool:
    """Tell whether a payload obeys the schema of its own version and states exactly one thing."""
    version = schema_version(dcc.get("ver")) if isinstance(dcc, dict) else None
    try:
        if version is None or not _validator(version).is_valid(dcc):
            return False
    except (ValueError, TypeError):
        return False  # bytes, tags or keys that are no texts: not JSON at all
    groups = groups_of(dcc)
    return len(groups) == 1 and len(dcc[groups[0]]) == 1


def objection(dcc: Any) -> str:
    """Give where and which rule a payload breaks, without any of its values; empty when it holds."""
    version = schema_version(dcc.get("ver")) if isinstance(dcc, dict) else None
    if version is None:
        return "no version"
    try:
        _validator(version).validate(dcc)
    except ValidationError as problem:
        return f"{version}: {'/'.join(map(str, problem.schema_path))}"
    except (ValueError, TypeError):
        return "not plain JSON"
    return "" if holds(dcc) else "not exactly one of v, t and r"
