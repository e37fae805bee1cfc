"""Published tables that are no codes: payloads, hashes, filters, holders, value sets, and other readers' answers.

Each kind is known by what its entries hold, not by where it lies.
"""

import json
import unicodedata
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tiemchung.certificates.formats import bloom, hc1, holders, schema
from tiemchung.certificates.formats.dcc import normalised
from tiemchung.certificates.formats.reading import Fault, Reading, Why
from tiemchung.certificates.formats.registry import read
from tiemchung.certificates.formats.trust import trust_list
from tiemchung.certificates.vectors.contents import codes_in_file, reading_near
from tiemchung.certificates.vectors.tally import Check, Found, agreed_or_not

_GENERATED = ("FHIRBundle.json", "FHIRComposition.json")
_THEN = datetime(2022, 1, 1, tzinfo=UTC)
_UNREAD = (Why.DAMAGED, Why.NOT_OURS, Why.TOO_LONG)


def checks_of_table(source: Any, path: Path, root: Path, file: str) -> list[Check]:
    """Give the checks of a JSON file that is one of the tables; none where it is something else."""
    if isinstance(source, dict) and path.name.endswith(_GENERATED):
        return _meanings(source, path, root, file)
    if isinstance(source, dict) and "valueSetValues" in source:
        return _value_set(source, path, file)
    if isinstance(source, dict) and "nam" in source and "ver" in source:
        return [_payload(source, path, file)]
    return [check for row in _rows(source) for check in _row(row, file)]


def _rows(source: Any) -> list[Mapping[str, Any]]:
    rows = source.get("data", source.get("testCases")) if isinstance(source, dict) else source
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _row(row: Mapping[str, Any], file: str) -> Iterable[Check]:
    for named, check in _ROWS.items():
        if all(name in row for name in named):
            return check(row, file)
    return ()


def _payload(payload: Mapping[str, Any], path: Path, file: str) -> Check:
    """An example obeys its schema unless it lies in a folder of invalid ones."""
    wanted = "invalid" not in path.parts
    objection = schema.objection(payload)
    return agreed_or_not(file, "PAYLOAD", (not objection) is wanted, objection or "obeys its schema and should not")


def _hashes(row: Mapping[str, Any], file: str) -> list[Check]:
    found = hc1.hashes(hc1.unpack(str(row["barcodeData"])))
    pairs = (("expUCI", found.uci), ("expCOUNTRYCODEUCI", found.country_uci), ("expSIGNATURE", found.signature))
    return [
        agreed_or_not(file, "REVOCATION", made is not None and made.hex() == row[name], f"{name} is another hash")
        for name, made in pairs
    ]


def _same_holder(row: Mapping[str, Any], file: str) -> list[Check]:
    same = holders.same_holder(row["actHolderA"], row["actHolderB"])
    return [agreed_or_not(file, "HOLDERS", same == row["expIsSameHolder"], str(row.get("description")))]


def _name_parts(row: Mapping[str, Any], file: str) -> list[Check]:
    parts = list(holders.name_parts(str(row["actName"])))
    return [agreed_or_not(file, "HOLDERS", parts == row["expNameComponents"], str(row.get("description")))]


def _filter(row: Mapping[str, Any], file: str) -> list[Check]:
    try:
        words = json.loads(b64decode(str(row["filter"]), validate=True))
        answers = json.loads(row["exists"]) if isinstance(row["exists"], str) else row["exists"]
    except ValueError:
        return [Check(file, "FILTER", Found.SKIPPED, "a template, without a filter")]
    elements = [str(text).encode() for text in row["data"]]
    if set(words) <= {0, 1}:  # the older form: one bit an entry, one hash
        held = [words[bloom.position(element, 0, len(words))] for element in elements]
        return [agreed_or_not(file, "FILTER", all(h >= w for h, w in zip(held, row["written"], strict=True)), "a bit")]
    made = bloom.sized(len(elements), float(row["p"]))
    for element, written in zip(elements, row["written"], strict=True):
        if written:
            made.add(element)
    read_back = bloom.from_words(words, made.hashes)
    return [
        agreed_or_not(file, "FILTER", bloom.signed_words(made) == words, "another filter is built"),
        agreed_or_not(file, "FILTER", [int(e in read_back) for e in elements] == answers, "it answers otherwise"),
    ]


def _code(row: Mapping[str, Any], file: str) -> list[Check]:
    reading = read(str(row["dcc"]), keys=trust_list([]), now=_THEN)
    return [agreed_or_not(file, "UNPACK", reading.why not in _UNREAD, f"{reading.outcome} {reading.why}")]


_ROWS: dict[tuple[str, ...], Callable[[Mapping[str, Any], str], list[Check]]] = {
    ("barcodeData", "expUCI"): _hashes,
    ("actHolderA", "actHolderB"): _same_holder,
    ("actName", "expNameComponents"): _name_parts,
    ("filter", "written"): _filter,
    ("dcc",): _code,
}


@cache
def _ours(name: str) -> Any:
    folder = files("tiemchung.certificates.formats") / "data" / "valuesets"
    found = folder / name
    return json.loads(found.read_text("utf-8")) if found.is_file() else None


def _value_set(source: Mapping[str, Any], path: Path, file: str) -> list[Check]:
    """Every code of a published value set is known here under the same name."""
    ours = _ours(path.name)
    if ours is None:
        return [Check(file, "CODES", Found.SKIPPED, "a value set that no reader here uses")]
    missing = source["valueSetValues"].keys() - ours["valueSetValues"].keys()
    return [agreed_or_not(file, "CODES", not missing, f"{len(missing)} codes are unknown here")]


def _resources(source: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    listed = [entry.get("resource", {}) for entry in source.get("entry", [])] + source.get("contained", [])
    return [resource for resource in listed if resource.get("resourceType") == kind]


def _meanings(source: Mapping[str, Any], path: Path, root: Path, file: str) -> list[Check]:
    """Another reader's answer about a code, as FHIR: name, birth date, and each dose are the same as ours."""
    stem = path.name
    for ending in _GENERATED:
        stem = stem.removesuffix(ending)
    texts = [path.with_name(stem + ending) for ending in ("Contents.txt", ".txt")]
    codes = [code for text in texts if text.is_file() for code in codes_in_file(text)]
    if not codes:
        return [Check(file, "MEANING", Found.SKIPPED, "no code beside it")]
    try:
        reading = reading_near(codes[0].strip("\r\n\ufeff"), path, root)
    except Fault as fault:
        return [agreed_or_not(file, "MEANING", False, str(fault))]
    return [agreed_or_not(file, "MEANING", same, f"another {what}") for what, same in _compared(source, reading)]


def _compared(source: Mapping[str, Any], reading: Reading) -> Iterable[tuple[str, bool]]:
    for patient in _resources(source, "Patient"):
        names = {_plain_name(name) for name in patient.get("name", [])}
        yield "name", not names or normalised(_spaced(reading.holder_name)) in names
        born = str(patient.get("birthDate", ""))
        # One side may know less: a year made of an age, or a year kept of a date.
        yield "birth date", reading.birth_date.startswith(born) or not reading.birth_date
    for dose, stated in zip(reading.doses, _resources(source, "Immunization"), strict=False):
        protocol = (stated.get("protocolApplied") or [{}])[0]
        yield "date", _agree(dose.given_on, stated.get("occurrenceDateTime"))
        yield "lot", _agree(dose.lot, stated.get("lotNumber"))
        yield "dose number", _agree(dose.number, protocol.get("doseNumberPositiveInt"))


def _agree(ours: Any, theirs: Any) -> bool:
    return theirs is None or not ours or ours == theirs


def _spaced(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _plain_name(name: Mapping[str, Any]) -> str:
    whole = name.get("text") or " ".join(filter(None, [name.get("family"), *name.get("given", [])]))
    return _spaced(str(whole))
