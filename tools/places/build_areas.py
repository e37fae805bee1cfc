"""Freeze the areas of 2020-2026 and what became of them: `python tools/places/build_areas.py FOLDER`.

FOLDER holds the three unpacked wheels (see tiemchung/places/data/README.md). The result is four files beside
that page; the same wheels give the same bytes.
"""

import datetime as dt
import gzip
import hashlib
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sources import Key, Node, Sources, fold, read_sources

OUT = Path(__file__).resolve().parents[2] / "tiemchung/places/data"
OPENS, THU_DUC, MERGED = dt.date(2020, 1, 1), dt.date(2021, 1, 1), dt.date(2025, 1, 1)
REFORM, DONG_NAI, BAC_NINH = dt.date(2025, 7, 1), dt.date(2026, 4, 24), dt.date(2026, 8, 24)
# Where the sources give only bounds for the day: the lists on both sides, or the day an act was passed.
BOUNDS = {
    MERGED: (THU_DUC, dt.date(2025, 6, 30)),
    DONG_NAI: (dt.date(2026, 4, 14), None),
    BAC_NINH: (dt.date(2026, 8, 4), None),
}
ACTS = {THU_DUC: "1111/NQ-UBTVQH14", REFORM: "202/2025/QH15"}
MORE_ALIASES = {
    ("province", "79"): ["thanhphohcm", "tphcm", "hcmc", "saigon"],
    ("province", "01"): ["thanhphohn"],
}
HUE = ("province", "46")


@dataclass
class Row:
    """One area in one period."""

    level: str
    code: str
    node: Node
    parent: "Row | None"
    start: dt.date
    end: dt.date | None = None
    act: str = ""

    @property
    def ref(self) -> str:
        """Name the row as the files do."""
        return f"{self.level}/{self.code}/{self.start}"

    def is_now(self, node: Node, parent: "Row | None") -> bool:
        """Tell whether the row goes on: same kind, same parent row, same name but for its spelling."""
        return self.node.kind == node.kind and self.parent is parent and fold(self.node.name) == fold(node.name)


@dataclass
class Story:
    """All rows and edges so far, and the rows alive."""

    rows: list[Row] = field(default_factory=list)
    alive: dict[Key, Row] = field(default_factory=dict)
    edges: list[tuple[dt.date, str, Row, Row | None, bool]] = field(default_factory=list)


def turn_page(
    story: Story, state: dict[Key, Node], on: dt.date, renewed: frozenset[Key] = frozenset()
) -> dict[Key, Row]:
    """Bring the story to the list that holds from `on`; give the rows that were alive until then."""
    before, story.alive = story.alive, {}
    for level in ("province", "district", "commune"):
        for key, node in sorted((k, n) for k, n in state.items() if k[0] == level):
            parent = story.alive[node.parent] if node.parent else None
            row = before.get(key)
            if row is not None and key not in renewed and row.is_now(node, parent):
                row.node = Node(node.kind, node.name, node.parent, row.node.act)
            else:
                row = Row(key[0], key[1], node, parent, on, act=node.act or ACTS.get(on, ""))
                story.rows.append(row)
            story.alive[key] = row
    for key, row in before.items():
        if story.alive.get(key) is not row:
            row.end = on
    return before


def link(story: Story, before: dict[Key, Row], heirs: dict[Key, list[tuple[Key, bool]]], on: dt.date) -> None:
    """Write the edges of the rows that ended, and of those that gave land to a row that begins."""
    ends = {key: [(story.alive[to], part) for to, part in heirs[key]] for key in heirs if key in before}
    sources: dict[int, int] = defaultdict(int)
    for key, targets in ends.items():
        for row, _ in targets:
            sources[id(row)] += before[key] is not row
    for key, old in before.items():
        for row, part in ends.get(key, []):
            if row is not old and (old.end == on or row.start == on):
                story.edges.append((on, kind_of(old, row, len(ends[key]), sources[id(row)]), old, row, part))
        if old.end == on and not ends.get(key) and old.level == "commune":
            story.edges.append((on, "abolish", old, None, False))


def kind_of(old: Row, new: Row, targets: int, sources: int) -> str:
    """Name the strongest thing that happened between two rows."""
    if targets > 1:
        return "split"
    if sources > 1 or new.start != old.end:
        return "merge"
    if fold(old.node.name) != fold(new.node.name):
        return "rename"
    return "retype" if old.node.kind != new.node.kind else "reparent"


def same_keys(before: dict[Key, Row], state: dict[Key, Node]) -> dict[Key, list[tuple[Key, bool]]]:
    """Give the heirs where codes stayed."""
    return {key: [(key, False)] for key in before if key in state}


def heirs_2021(before: dict[Key, Row], state: dict[Key, Node]) -> dict[Key, list[tuple[Key, bool]]]:
    """Thủ Đức: the three districts become one; the sources leave open how old An Khánh was divided."""
    heirs = same_keys(before, state)
    for code in ("762", "763", "769"):
        heirs["district", code] = [(("district", "769"), False)]
    codes = {n.name: k for k, n in state.items() if n.parent == ("district", "769")}
    heirs[codes["An Khánh"]] = [(codes["An Khánh"], True), (codes["Thủ Thiêm"], True)]
    return heirs


def heirs_merged(
    before: dict[Key, Row], state: dict[Key, Node], aliases: dict[Key, list[str]]
) -> dict[Key, list[tuple[Key, bool]]]:
    """The mergers of 2023-25: a code that is gone went to the commune that took its name or lists it as an alias."""
    heirs = same_keys(before, state)
    known: dict[tuple[str, str], set[Key]] = defaultdict(set)
    for key, node in state.items():
        if key[0] == "commune":
            province = state[node.parent].parent[1]
            old = before.get(key)
            if old is None or (old.node.kind, fold(old.node.name)) != (node.kind, fold(node.name)):
                known[province, fold(node.kind + node.name)].add(key)
                known[province, fold(node.name)].add(key)
            for alias in aliases.get(key, []):
                known[province, alias].add(key)
    moved: dict[str, set[str]] = defaultdict(set)
    for key, row in before.items():
        if key[0] == "commune" and key in state:
            moved[row.parent.code].add(state[key].parent[1])
    for key, row in before.items():
        if key[0] == "commune" and key not in state:
            heirs[key] = _takers(row, known, state, moved[row.parent.code])
    heirs.update(district_heirs(before, state, heirs))
    return heirs


def _takers(
    row: Row, known: dict[tuple[str, str], set[Key]], state: dict[Key, Node], districts: set[str]
) -> list[tuple[Key, bool]]:
    """Find who took the land: first in the own district, then in those that the district's other communes joined."""
    province, full, short = row.parent.parent.code, fold(row.node.kind + row.node.name), fold(row.node.name)
    for near in ({row.parent.code}, districts):
        for name in (full, short) if not row.node.name.isdigit() else (full,):
            found = sorted(k for k in known[province, name] if state[k].parent[1] in near)
            if found:
                return [(k, len(found) > 1) for k in found]
    return []


def district_heirs(
    before: dict[Key, Row], state: dict[Key, Node], heirs: dict[Key, list[tuple[Key, bool]]]
) -> dict[Key, list[tuple[Key, bool]]]:
    """A district's land is where its communes went."""
    gone: dict[Key, set[Key]] = defaultdict(set)
    for key, row in before.items():
        if key[0] == "commune":
            gone[("district", row.parent.code)] |= {state[to].parent for to, _ in heirs.get(key, [])}
    empty = {k: [(k, False)] for k in before if k[0] == "district" and k in state}
    return empty | {key: [(to, len(ends) > 1) for to in sorted(ends)] for key, ends in gone.items()}


def retyped(state: dict[Key, Node], latest: dict[Key, Node], codes: set[str]) -> dict[Key, Node]:
    """Give the list after the acts of 2026 for these provinces."""
    after = dict(state)
    for key, node in latest.items():
        province = key[1] if key[0] == "province" else node.parent[1]
        if province in codes and state[key].kind != node.kind:
            after[key] = Node(node.kind, state[key].name, node.parent, node.act.split("; ")[-1])
        elif province in codes:
            after[key] = Node(node.kind, state[key].name, node.parent, latest["province", province].act)
    return after


def tell(src: Sources) -> Story:
    """Go through the six lists in order."""
    story = Story()
    oldest = src.campaign | src.districts_before_2021
    turn_page(story, oldest, OPENS)
    before = turn_page(story, src.campaign, THU_DUC)
    link(story, before, heirs_2021(before, src.campaign), THU_DUC)
    before = turn_page(story, src.before_reform, MERGED)
    link(story, before, heirs_merged(before, src.before_reform, src.aliases), MERGED)
    heirs = src.heirs_2025
    fed: dict[Key, int] = defaultdict(int)
    for key, ends in heirs.items():
        fed[ends[0][0]] += key[0] == "province"
    merged = frozenset(key for key, count in fed.items() if key[0] == "province" and count > 1)
    before = turn_page(story, src.reform, REFORM, merged)
    link(story, before, heirs, REFORM)
    state = src.reform
    for on, codes in ((DONG_NAI, {"75"}), (BAC_NINH, {"22", "24"})):
        state = retyped(state, src.latest, codes)
        before = turn_page(story, state, on)
        link(story, before, same_keys(before, state), on)
    return story


def kept_aliases(story: Story, src: Sources) -> list[tuple[str, str]]:
    """Give (row, key) of older names that no area of the lists carries itself under the same parent."""
    at_merge = {(r.level, r.code): r for r in story.rows if r.start < REFORM and (r.end is None or r.end > MERGED)}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in story.rows:
        if (
            row.start < REFORM
            and row.level != "province"
            and (row.level != "district" or row.start >= THU_DUC or row.end is None)
        ):
            names[row.level, row.parent.code] |= {fold(row.node.name), fold(row.node.kind + row.node.name)}
    lines = set()
    for key, aliases in [*src.aliases.items(), *MORE_ALIASES.items()]:
        row = at_merge[key]
        taken = names[row.level, row.parent.code] if row.parent else set()
        for alias in aliases:
            digits = any(c.isdigit() for c in alias)
            spelled = alias.startswith(("phuong", "quan", "xa", "thitran")) and "0" not in alias[:-1]
            if alias not in taken and (not digits or spelled):
                lines.add((row.ref, alias))
    newest = {(r.level, r.code): r for r in story.rows if r.end is None}
    for key, aliases in MORE_ALIASES.items():
        lines |= {(newest[key].ref, alias) for alias in [*aliases, *src.aliases.get(key, [])]}
    return sorted(lines)


def write(name: str, head: str, lines: list[str]) -> None:
    """Write one compressed table whose bytes depend on nothing but its lines."""
    body = "\n".join([head, *lines, ""]).encode()
    (OUT / name).write_bytes(gzip.compress(body, 9, mtime=0))


def main(folder: Path) -> None:
    """Build, write and print the counts."""
    src = read_sources(folder)
    story = tell(src)
    rows = sorted(story.rows, key=lambda r: (("province", "district", "commune").index(r.level), r.code, r.start))
    write(
        "areas.tsv.gz",
        "level\tcode\tvalid_from\tvalid_to\tkind\tname\tparent\tlegal_act",
        ["\t".join([r.level, r.code, str(r.start), str(r.end or ""), r.node.kind, r.node.name,
                    r.parent.ref if r.parent else "", r.act]) for r in rows],
    )  # fmt: skip
    edges = sorted(
        "\t".join([str(on), province_of(old), kind, old.ref, new.ref if new else "", "partial" if part else "whole"])
        for on, kind, old, new, part in story.edges
    )
    write("edges.tsv.gz", "effective_on\tprovince\tkind\tfrom\tto\textent", edges)
    provinces = sorted({(on, province_of(old)) for on, _, old, _, _ in story.edges})
    changes = ["\t".join([str(on), *bounds(on, code), code, act_of(story, on, code)]) for on, code in provinces]
    write("changes.tsv.gz", "effective_on\tearliest_on\tlatest_on\tprovince\tlegal_act", changes)
    write("aliases.tsv.gz", "area\tkey", ["\t".join(line) for line in kept_aliases(story, src)])
    files = sorted(OUT.glob("*.tsv.gz"))
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files]
    (OUT / "SHA256SUMS").write_text("\n".join([*sums, ""]))
    report(story, src)


def bounds(on: dt.date, province: str) -> list[str]:
    """Give earliest and latest day where the day itself is not known; Huế's is."""
    low, high = BOUNDS.get(on, (None, None)) if (on, province) != (MERGED, "46") else (None, None)
    return [str(low or ""), str(high or "")]


def province_of(row: Row) -> str:
    """Give the code of the province that the row lies in."""
    while row.parent:
        row = row.parent
    return row.code


def act_of(story: Story, on: dt.date, province: str) -> str:
    """Give the one act of that day's rows in this province, or the acts, or nothing."""
    mine = [new for day, _, old, new, _ in story.edges if new and day == on and province_of(old) == province]
    return "; ".join(sorted({new.act for new in mine if new.act and new.start == on}))


def say(*words: object) -> None:
    """Write one line for the reader of the build."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def report(story: Story, src: Sources) -> None:
    """Write counts for the reader of the build."""
    for on in (OPENS, THU_DUC, MERGED, REFORM, DONG_NAI, BAC_NINH):
        alive = [r for r in story.rows if r.start <= on and (r.end is None or r.end > on)]
        say(on, [sum(r.level == level for r in alive) for level in ("province", "district", "commune")])
    kinds: dict[tuple[dt.date, str, str], int] = defaultdict(int)
    for on, kind, old, _, _ in story.edges:
        kinds[on, old.level, kind] += 1
    for line in sorted(kinds.items()):
        say(*line)
    say("rows", len(story.rows), "edges", len(story.edges), "corrected names", len(set(src.notes)))
    say("\n".join(sorted(set(src.notes))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
