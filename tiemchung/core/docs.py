"""Documents that follow from the code: made by `make fix`, compared by `make check`."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

BEGIN, END = "<!-- made from {}; do not edit -->", "<!-- end -->"


def state_diagram(transitions: Mapping[tuple[Any, Any], Any]) -> str:
    """Give a Mermaid state diagram of a table (state before, step) -> state after; None before is the start."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for (before, step), after in transitions.items():
        lines.append(f"    {before or '[*]'} --> {after}: {step}")
    return "\n".join([*lines, "```"])


def sections_of(module_name: str) -> dict[str, Callable[[], str]]:
    """Give the made sections of a domain: its rules' tables named TRANSITIONS..., and its `docs` functions."""
    rules = importlib.import_module(f"{module_name}.rules")
    made: dict[str, Callable[[], str]] = {}
    for name, value in vars(rules).items():
        if name.endswith("TRANSITIONS") and isinstance(value, Mapping):
            made[f"rules.{name}"] = lambda table=value: state_diagram(table)  # type: ignore[misc]
    return made | getattr(rules, "DOCS", {})


def refreshed(text: str, sections: Mapping[str, Callable[[], str]]) -> str:
    """Give the text with every made section replaced; a section without its markers is appended."""
    for name, make in sections.items():
        begin = BEGIN.format(name)
        block = f"{begin}\n{make()}\n{END}"
        if begin in text:
            head, rest = text.split(begin, 1)
            text = head + block + rest.split(END, 1)[1]
        else:
            text = f"{text.rstrip()}\n\n{block}\n"
    return text


def stale_documents(*, mend: bool) -> list[str]:
    """Give the documents that differ from the code; with `mend` they are written anew."""
    stale = []
    for config in apps.get_app_configs():
        if not config.name.startswith("tiemchung.") or importlib.util.find_spec(f"{config.name}.rules") is None:
            continue
        readme = Path(config.path) / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else f"# {config.label}\n"
        fresh = refreshed(text, sections_of(config.name))
        if fresh != text:
            stale.append(str(readme.relative_to(settings.BASE_DIR)))
            if mend:
                readme.write_text(fresh, encoding="utf-8")
    return stale
