"""Every deed that the source writes into the audit, found in its syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

_WRITERS = {"write_line", "write_lines", "note_look"}
SOURCE = Path(__file__).parents[3] / "tiemchung"
# Where the name is made of parts or handed on: by file, every name that comes of it.
HANDED_ON = {
    "access/codes.py": ("use_code", "miss_code"),
    "doses/actions.py": ("record_dose", "declare_dose", "amended_dose", "voided_dose", "verified_dose"),
    "vaccines/actions.py": ("recall_lot", "lift_recall"),
    "people/actions/reviewing.py": (
        "people.identity_queue", "people.identity_review", "people.identity_confirm", "people.identity_find_nobody",
        "people.identity_leave_out", "people.identity_lack", "people.identity_ask_again",
    ),
    "stock/actions/issues.py": ("stock.issue_lot", "stock.receive_issue", "stock.cancel_issue"),
    "stock/actions/shelving.py": (
        "stock.received", "stock.extra", "stock.discarded", "stock.returned", "stock.counted",
    ),
    "web/citizen/reports/beginning.py": (),
    "cases/actions/bulk_cases.py": ("cases.settle_case", "cases.reopen_undone"),
    "cases/actions/bulk.py": ("cases.propose_bulk", "cases.approve_bulk", "cases.withdraw_bulk", "cases.undo_bulk"),
    "cases/actions/parting.py": ("cases.settle_part", "cases.refuse_part"),
    "certificates/actions/central_signing.py": ("pause_central_run", "resume_central_run", "stop_central_run"),
    "certificates/actions/orders.py": ("order_revocation", "agree_revocation", "refuse_revocation"),
}  # fmt: skip


def written() -> Iterator[tuple[str, str | None]]:
    """Give each call that writes a line: its file, and the deed's name, None where it is handed on."""
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named = [word.value for word in node.keywords if word.arg == "action"]
            if name in _WRITERS and named:
                yield where, node_text(named[0])


def node_text(node: ast.expr) -> str | None:
    """Give the text of a literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def deeds_of_staff() -> set[str]:
    """Give every deed but those of citizens and of the public, who are no staff."""
    named = {deed for _, deed in written() if deed}
    every = named | {deed for names in HANDED_ON.values() for deed in names}
    return {deed for deed in every if not deed.startswith(("citizen.", "portal."))}
