"""What stands beside a person's doses: right, wrong, never given, one missing; and where their reports stand."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from tiemchung.interop.pc_covid.standin.proposing import DECLARED, NEVER, RIGHT, WRONG

_OF_A_DOSE = (RIGHT, WRONG, NEVER)


def buttons(dose: dict[str, Any], body: dict[str, Any], say: dict[str, str], lang: str) -> str:
    """Give the ways to answer one dose; each leads to the form, which knows the dose by its reference."""
    of = say["of_dose"].format(product=dose.get("product", ""), given_on=dose.get("given_on", ""))
    facts = {name: str(dose.get(name, "")) for name in ("ref", "product", "given_on")}
    return f'<p class="beside">{" ".join(_way(kind, facts, body, say, lang, of) for kind in _OF_A_DOSE)}</p>'


def missing(body: dict[str, Any], say: dict[str, str], lang: str) -> str:
    """Give the way to tell of a dose that is missing."""
    return f'<p class="beside">{_way(DECLARED, {}, body, say, lang, "")}</p>'


def _way(kind: str, facts: dict[str, str], body: dict[str, Any], say: dict[str, str], lang: str, of: str) -> str:
    query = {"lang": lang, "kind": kind, "person": str(body.get("person", "")), **facts}
    query["base_version"] = str(body.get("version", 0))
    label = f' aria-label="{escape(say[f"way.{kind}"] + ", " + of)}"' if of else ""
    return f'<a href="{escape("/?" + urlencode(query))}#propose"{label}>{say[f"way.{kind}"]}</a>'


def reports(body: dict[str, Any], say: dict[str, str]) -> str:
    """Give where each report of the person stands."""
    lines = [_report(case, say) for case in body.get("cases") or ()]
    return f'<ul class="reports">{"".join(lines)}</ul>' if lines else ""


def _report(case: dict[str, Any], say: dict[str, str]) -> str:
    kind, state = str(case.get("kind", "")), str(case.get("state", ""))
    due = "/".join(reversed(escape(str(case.get("due_at", ""))[:10]).split("-")))
    said = say["report"].format(
        ref=escape(str(case.get("shown_ref", ""))),
        kind=say.get(f"way.{kind}", escape(kind)),
        state=say.get(f"report.{state}", escape(state)),
        due=due,
    )
    return f'<li class="state">{said}</li>'
