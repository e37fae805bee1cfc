"""The data files beside this module: which published expectations are wrong, and what file names promise."""

import re
import tomllib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tiemchung.certificates.vectors.tally import Check, Found

_COUNTRY = re.compile(r"[A-Z]{2}|common")
_LAYOUT = frozenset({"2dcode", "raw", "png"})


@dataclass(frozen=True, slots=True)
class KnownWrong:
    """One published expectation that its own publishers list as wrong, or that contradicts the specification."""

    country: str
    file: str
    layer: str
    reason: str


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((files("tiemchung.certificates.vectors") / name).read_text("utf-8"))


@cache
def known_wrong() -> tuple[KnownWrong, ...]:
    """Give every known wrong expectation, as `known_wrong.toml` states them."""
    return tuple(KnownWrong(**row) for row in _data("known_wrong.toml")["wrong"])


def place_of(path: Path) -> tuple[str, str]:
    """Give (country, name) of a vector: the nearest folder named like a country, and what stands below it.

    The name leaves out the layout's own folders and the suffix: `PL/1.3.0/2DCode/raw/1.json` -> ("PL", "1.3.0/1").
    """
    parts = path.resolve().with_suffix("").parts
    at = next((i for i in range(len(parts) - 2, -1, -1) if _COUNTRY.fullmatch(parts[i])), None)
    if at is None:
        return "", parts[-1]
    return parts[at], "/".join(part for part in parts[at + 1 :] if part.lower() not in _LAYOUT)


def explained(check: Check, path: Path) -> Check:
    """Give the check marked as known wrong, with the reason, when exactly this one is listed."""
    if check.found is not Found.DISAGREED:
        return check
    country, name = place_of(path)
    for row in known_wrong():
        if (row.country, row.layer) == (country, check.layer) and row.file in ("*", name):
            return replace(check, found=Found.KNOWN_WRONG, why=f"{row.reason} ({check.why})")
    return check


def name_promise(name: str) -> tuple[str, str]:
    """Give (promise, reason) that a file's name makes: `refused`, `unpacked` or `none`."""
    for row in _data("name_promises.toml")["promise"]:
        if fnmatchcase(name, row["name"]):
            return row["promise"], row["reason"]
    return "unpacked", ""


def issuer_of_keys(name: str) -> str | None:
    """Give the web address that a published key file belongs to; None when the file is not listed."""
    return next((row["issuer"] for row in _data("name_promises.toml")["keys"] if row["name"] == name), None)
