"""Whatever others may call is typed and says in its first sentence what it promises."""

import ast
from pathlib import Path

from tests.house.source import Function, functions_in, name_of, python_files, tree_of

# What Django or Python calls by a name that it fixed: the framework's own page tells what these promise.
FIXED_NAMES = {
    "handle", "add_arguments", "get_queryset", "ready", "process_view", "save", "delete", "clean",
    "contribute_to_class", "deconstruct", "database_forwards", "database_backwards", "state_forwards",
    "describe", "formfield", "dispatch", "do_GET", "do_POST", "do_HEAD", "log_message",
}  # fmt: skip


def _public() -> list[tuple[Path, str, Function]]:
    return [
        (path, name, node)
        for path in python_files("tiemchung")
        for name, node, public in functions_in(path)
        if public and node.name not in FIXED_NAMES and not _is_overload(node)
    ]


def _is_overload(node: Function) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def test_every_file_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in python_files("tiemchung", "tests") if not _speaks(tree_of(path))]
    assert [name for name in silent if not name.endswith("/__init__.py")] == []


def _speaks(node: ast.Module | Function) -> bool:
    return bool((ast.get_docstring(node) or "").strip())


def test_every_public_function_opens_with_its_promise() -> None:
    silent = [f"{name_of(path)} {name}" for path, name, node in _public() if not _speaks(node)]
    assert silent == []


def test_the_promise_is_one_sentence_on_the_first_lines() -> None:
    vague = [
        f"{name_of(path)} {name}"
        for path, name, node in _public()
        if _speaks(node) and not _first_paragraph(node).rstrip().endswith((".", "?", "!", ":", ")"))
    ]
    assert vague == []


def _first_paragraph(node: Function) -> str:
    return (ast.get_docstring(node) or "").split("\n\n")[0]


def test_every_public_function_is_typed() -> None:
    untyped = [f"{name_of(path)} {name}" for path, name, node in _public() if _untyped(node)]
    assert untyped == []


def _untyped(node: Function) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bare = [one.arg for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]
    return node.returns is None or bool(bare)
