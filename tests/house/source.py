"""The house's own source, as the tests about the house read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CODE = ("tiemchung", "bench", "demo", "tests")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file below the folders (all of them when none is named), without written migrations."""
    found = (path for folder in folders or CODE for path in (CHECKOUT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    """The file as Python reads it."""
    return ast.parse(path.read_text("utf-8"), str(path))


def functions_in(path: Path) -> Iterator[tuple[str, Function, bool]]:
    """Each function of the file: its dotted name, its node, and whether others may call it.

    Public is what has no leading underscore in its own name nor around it, and is no part of a function.
    """
    yield from _walk(tree_of(path).body, "", True)


def _walk(body: list[ast.stmt], inside: str, public: bool) -> Iterator[tuple[str, Function, bool]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _walk(node.body, f"{inside}{node.name}.", public and not node.name.startswith("_"))
        elif isinstance(node, Function):
            yield f"{inside}{node.name}", node, public and not node.name.startswith("_")
            yield from _walk(node.body, f"{inside}{node.name}.", False)


def length(node: Function) -> int:
    """Lines from `def` to the end, without the docstring: a promise may be long, a way to keep it may not."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        first = node.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def name_of(path: Path) -> str:
    """The file as a person types it."""
    return path.relative_to(CHECKOUT).as_posix()


def text_files() -> Iterator[Path]:
    """Every file of ours that a person reads: code, pages, words, documents; nothing built or fetched."""
    endings = {".py", ".md", ".toml", ".html", ".jinja", ".js", ".css", ".scss", ".json", ".txt", ".yml"}
    apart = {".git", ".venv", ".venv-oracle", "var", "node_modules", "__pycache__", "static", ".hypothesis"}
    apart |= {".mypy_cache", ".ruff_cache", ".import_linter_cache"}
    for path in sorted(CHECKOUT.rglob("*")):
        parts = path.relative_to(CHECKOUT).parts
        ours = path.suffix in endings or parts[0] in ("bin", ".ci")
        if ours and apart.isdisjoint(parts) and path.is_file():
            yield path
