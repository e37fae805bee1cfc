"""`python -m tiemchung.certificates.vectors DIR [--json] [--write FILE]`: runs a folder of vectors.

The exit code is 1 when something disagrees. `--write` keeps the tables as a document.
"""

import argparse
import json
import sys
from pathlib import Path

from tiemchung.certificates.vectors.folder import run
from tiemchung.certificates.vectors.tally import Check, Found, plain, rows_by, table, total_line


def _lines(checks: list[Check], heading: str, found: Found) -> list[str]:
    rows = [check for check in checks if check.found is found]
    return [f"\n{heading}:", *(f"  {c.file}  {c.layer}: {c.why}" for c in rows)] if rows else []


def _printed(checks: list[Check], files: int) -> list[str]:
    parts = [*table(checks), "", *table(checks, "folder")]
    parts += _lines(checks, "Known wrong (published expectation, with its reason)", Found.KNOWN_WRONG)
    parts += _lines(checks, "Noted (no expectation published)", Found.NOTED)
    parts += _lines(checks, "Disagreements", Found.DISAGREED)
    return [*parts, "", total_line(checks, files)]


def _markdown(rows: list[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|---" + "|---:" * (len(rows[0]) - 1) + "|", *lines[1:]]


def _document(checks: list[Check], files: int) -> str:
    """Give the run as a document: what ran, what agreed, and every expectation that is known to be wrong."""
    known = [c for c in checks if c.found is Found.KNOWN_WRONG]
    lines = ["# Published vectors", "", "Made by `make vectors DIR=... WRITE=docs/reference/vectors.md`; do not edit."]
    lines += ["", total_line(checks, files), "", "## By folder", "", *_markdown(rows_by(checks, "folder")), ""]
    lines += ["## By layer", "", *_markdown(rows_by(checks, "layer")), "", "## Known wrong", ""]
    lines += ["Published expectations that their publishers list as wrong, or that contradict the specification:"]
    lines += ["`tiemchung/certificates/vectors/known_wrong.toml`.", ""]
    lines += [f"- `{c.file}` {c.layer}: {c.why}" for c in known]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the folder and print what was found; give 1 when a disagreement is unexplained, 2 when nothing ran."""
    parser = argparse.ArgumentParser(prog="vectors", description="Run published test certificates.")
    parser.add_argument("folder", type=Path, help="a folder of dgc-testdata layout, QR pictures or code texts")
    parser.add_argument("--json", action="store_true", help="print every check as JSON instead of a table")
    parser.add_argument("--write", type=Path, help="keep the tables as a document")
    options = parser.parse_args(arguments)
    if not options.folder.exists():
        print(f"No such folder: {options.folder}", file=sys.stderr)  # noqa: T201
        return 2
    found = list(run(options.folder))
    checks = [check for _, of_file in found for check in of_file]
    if options.write and checks:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(_document(checks, len(found)), "utf-8")
    if options.json:
        print(json.dumps({"files": len(found), "checks": [plain(c) for c in checks]}, indent=1))  # noqa: T201
    else:
        print("\n".join(_printed(checks, len(found))))  # noqa: T201
    if not checks:
        print(f"Nothing to run in {options.folder}: no vector, picture or code text.", file=sys.stderr)  # noqa: T201
        return 2
    return 1 if any(check.found is Found.DISAGREED for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
