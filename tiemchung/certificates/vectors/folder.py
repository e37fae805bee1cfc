"""Walks a folder, tells which kind of vector each file is, and runs it."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tiemchung.certificates.formats import schema
from tiemchung.certificates.formats.reading import Reading, Why
from tiemchung.certificates.vectors import contents, images, layers
from tiemchung.certificates.vectors.known import explained, name_promise
from tiemchung.certificates.vectors.tables import checks_of_table
from tiemchung.certificates.vectors.tally import Check, Found, agreed_or_not

_TEXT_SUFFIXES = frozenset({".txt", ".smart-health-card"})
_UNREAD = (Why.DAMAGED, Why.NOT_OURS, Why.TOO_LONG)


def _files(root: Path) -> list[Path]:
    found = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
    return [path for path in found if not path.name.startswith("._")]


def _vector(path: Path) -> Mapping[str, Any] | str | None:
    """Give the vector in a JSON file, None when the file is something else, a text when it is broken."""
    raw = path.parent.name.lower() == "raw"
    try:
        source = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        return f"not readable as JSON ({type(problem).__name__})" if raw else None
    if isinstance(source, dict) and "EXPECTEDRESULTS" in source:
        return source
    return "states no EXPECTEDRESULTS" if raw else None


def _expected_picture(path: Path) -> Mapping[str, Any] | None:
    for name in ("raw", "Raw", "RAW"):
        beside = path.parent.parent / name / f"{path.stem}.json"
        if beside.is_file():
            source = _vector(beside)
            return source if isinstance(source, Mapping) else None
    return None


def _best(texts: list[str], path: Path, root: Path) -> tuple[str, Reading]:
    """Give the code of a picture that some format reads, since a sheet may show other QR codes too."""
    readings = [(text, contents.reading_near(text, path, root)) for text in texts]
    return next((pair for pair in readings if pair[1].why not in _UNREAD), readings[0])


def _picture_checks(path: Path, root: Path, file: str) -> list[Check]:
    promise, reason = name_promise(path.name)
    beside = _expected_picture(path)
    if beside is not None:
        picture = {
            "2DCODE": b64encode(path.read_bytes()).decode(),
            "PREFIX": beside.get("PREFIX"),
            "EXPECTEDRESULTS": {"EXPECTEDPICTUREDECODE": beside["EXPECTEDRESULTS"].get("EXPECTEDPICTUREDECODE")},
        }
        return layers.checks_of(picture, file)
    if promise == "none":
        return [Check(file, "QR", Found.SKIPPED, reason)]
    try:
        texts = images.texts_in(path.read_bytes())
    except ValueError as problem:
        return [agreed_or_not(file, "REFUSED" if promise == "refused" else "QR", promise == "refused", str(problem))]
    code, reading = _best(texts, path, root)
    if promise == "refused":
        return contents.checks_of_code(code, path, root, file)
    checks = [agreed_or_not(file, "QR", True, "")]
    read_through = reading.why not in _UNREAD
    checks.append(agreed_or_not(file, "CHAIN", read_through, f"{reading.outcome} {reading.why} {reading.layers}"))
    return checks + _schema_note(reading, file)


def _schema_note(reading: Reading, file: str) -> list[Check]:
    if reading.format != "hc1" or not isinstance(reading.content, dict) or "ver" not in reading.content:
        return []
    objection = schema.objection(reading.content)
    return [Check(file, "SCHEMA", Found.NOTED, objection)] if objection else []


def _text_checks(path: Path, root: Path, file: str) -> list[Check]:
    checks: list[Check] = []
    for code in contents.codes_in_file(path):
        checks += contents.checks_of_code(code, path, root, file)
    return checks


def _table_checks(path: Path, root: Path, file: str) -> list[Check]:
    try:
        source = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    return checks_of_table(source, path, root, file)


def _checks_of_file(path: Path, root: Path, chunks: dict[Path, list[Path]], later: set[Path]) -> list[Check]:
    file = str(path.relative_to(root)) if path != root else path.name
    suffix = path.suffix.lower()
    if suffix == ".json":
        source = _vector(path)
        if isinstance(source, str):
            return [Check(file, "FILE", Found.DISAGREED, source)]
        return layers.checks_of(source, file) if source is not None else _table_checks(path, root, file)
    if images.is_picture(path):
        return _picture_checks(path, root, file)
    if suffix not in _TEXT_SUFFIXES or path in later:
        return []
    whole = contents.joined(chunks[path]) if path in chunks else None
    if whole is not None:
        return contents.checks_of_code(whole, path, root, f"{file} and {len(chunks[path]) - 1} more")
    return _text_checks(path, root, file)


def run(root: Path) -> Iterator[tuple[Path, list[Check]]]:
    """Give (file, checks) of each file under `root` that is a vector; one broken file never ends the run."""
    found = _files(root)
    chunks = {first: group for first, group in contents.chunk_groups(found).items() if contents.joined(group)}
    later = {path for group in chunks.values() for path in group[1:]}
    base = root if root.is_dir() else root.parent
    for path in found:
        try:
            checks = _checks_of_file(path, base, chunks, later)
        except Exception as problem:
            # The run must tell of every file; a crash in one is that file's disagreement and a fault of ours.
            checks = [Check(str(path), "FILE", Found.DISAGREED, f"crashed: {type(problem).__name__}: {problem}")]
        if checks:
            yield path, [explained(check, path) for check in checks]
