"""The source says what it does: nothing promised for later, no secret, no name that could mean anything."""

import ast
import re
from functools import cache

from tests.house.source import CHECKOUT, functions_in, name_of, python_files, text_files, tree_of

OURSELVES = "tests/house/"
VAGUE = {"report", "session", "record", "user", "status", "manager", "helper", "helpers", "utils", "service"}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!.{0,40}docs/decisions/\d{3})")
# Any other number could be somebody's; for other prefixes a counting tail shows that it is made up.
PHONE = re.compile(r"(?<![\d.])(?:\+84|0)(?:3|5|7|8|9)\d{8}(?![\d.])")
OUR_PHONE = re.compile(r"^(?:\+84|0)(?:9000\d{5}|\d\d1234567)$")
PRIVATE_KEY = re.compile(r"-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----")
# Folders of somebody's own machine and addresses of package mirrors have no place in a project.
WORKPLACE = re.compile(
    r"(?<![\w.])/(?:work|root|home)/[\w.]|[\w.-]+\.(?:internal|corp|lan)\b|file:///opt|--(?:extra-)?index-url",
    re.IGNORECASE,
)


@cache
def _lines() -> list[tuple[str, int, str]]:
    return [
        (name_of(path), number, line)
        for path in text_files()
        if not name_of(path).startswith(OURSELVES)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def test_nothing_is_left_for_later_without_a_decision() -> None:
    left = [f"{name}:{n}" for name, n, line in _lines() if LATER.search(line) and "lock" not in name]
    assert left == []


def test_no_private_key_lies_in_the_source() -> None:
    assert [f"{name}:{n}" for name, n, line in _lines() if PRIVATE_KEY.search(line)] == []


def test_no_folder_or_address_of_a_workplace_is_named() -> None:
    # allauth calls its own modules `internal`, which also ends the names of offices' machines.
    named = [
        f"{name}:{n} {line.strip()[:60]}"
        for name, n, line in _lines()
        if WORKPLACE.search(line) and not line.startswith("from allauth.")
    ]
    assert [one for one in named if not one.startswith(("requirements/", "frontend/package-lock.json"))] == []


def test_every_phone_number_is_a_reserved_one() -> None:
    strange = []
    for name, n, line in _lines():
        if name.startswith(("requirements/", "frontend/package-lock", "tiemchung/places/data")):
            continue
        strange += [f"{name}:{n}" for found in PHONE.findall(line) if not OUR_PHONE.match(found)]
    assert strange == []


def test_no_function_class_or_file_has_a_name_that_could_mean_anything() -> None:
    vague = []
    for path in python_files("tiemchung"):
        names = {path.stem, *(name.rsplit(".", 1)[-1] for name, _, _ in functions_in(path))}
        names |= {node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)}
        vague += [f"{name_of(path)}: {name}" for name in names if name.lower() in VAGUE]
    assert vague == []


def test_nothing_is_printed_or_traced_while_serving() -> None:
    loud = []
    for path in python_files("tiemchung"):
        if "management" in path.parts or path.name in ("__main__.py", "child.py"):
            continue
        for node in ast.walk(tree_of(path)):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("print", "breakpoint"):
                loud.append(f"{name_of(path)}:{called.lineno}")
    assert loud == []


def test_the_clock_is_asked_in_few_places() -> None:
    """Rules and actions get the moment from outside; who asks the clock cannot be tried at another time."""
    asking = re.compile(r"clock\.(now|today)\(|datetime\.now\(|timezone\.now\(")
    asked = []
    for path in python_files("tiemchung"):
        if path.name in ("rules.py", "actions.py", "models.py") or {"rules", "actions"} & set(path.parts):
            asked += [name_of(path)] if asking.search(path.read_text("utf-8")) else []
    assert asked == []


def test_every_domain_has_its_readme() -> None:
    domains = ("core", "places", "vaccines", "access", "people", "doses", "stock", "visits", "certificates")
    assert [name for name in domains if not (CHECKOUT / "tiemchung" / name / "README.md").exists()] == []


def test_every_script_is_executable() -> None:
    scripts = [*(CHECKOUT / "bin").iterdir(), CHECKOUT / ".ci" / "run"]
    assert [name_of(path) for path in scripts if not path.stat().st_mode & 0o100] == []
