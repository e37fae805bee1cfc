"""The page that shows what was told, and from which a dose is declared, or one that was told is answered."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from tiemchung.interop.pc_covid.standin.asking import name_question, question_asked
from tiemchung.interop.pc_covid.standin.beside import buttons, missing, reports
from tiemchung.interop.pc_covid.standin.mode import Mode
from tiemchung.interop.pc_covid.standin.proposing import DECLARED, FIELDS, RIGHT
from tiemchung.interop.pc_covid.standin.store import Told
from tiemchung.interop.pc_covid.standin.words import words_in
from tiemchung.interop.standins.page import behaviour, field_of, framed, known_language, live_list, moment
from tiemchung.interop.standins.switch import Switch


def whole_page(
    told: Sequence[Told], *, switch: Switch[Mode], typed: Mapping[str, str], answered: dict[str, Any] | None = None
) -> str:
    """Give the HTML of the page; `typed` is what its address or form says, `answered` what the platform said to it."""
    lang, sought = typed.get("lang", "vi"), typed.get("person", "")
    lang = known_language(lang)
    say = words_in(lang)
    parts = [
        _search(say, sought, lang),
        live_list(say, "told", told_list(told, lang=lang)),
        _proposal(say, lang, typed, answered),
        _behaviour(say, switch, lang),
    ]
    return framed(say, lang, "\n".join(parts))


def told_list(told: Sequence[Told], *, lang: str) -> str:
    """Give the HTML of the list alone."""
    say = words_in(lang)
    items = "\n".join(_item(one, say, lang) for one in told)
    return f"<ol>\n{items}\n</ol>" if told else f"<p>{say['none']}</p>"


def _item(one: Told, say: dict[str, str], lang: str) -> str:
    link = escape("/?" + urlencode({"lang": lang, "person": one.person}))
    return f"""<li>
<p class="head"><strong>{say["person"]} <a href="{link}">{escape(one.person[:12])}…</a></strong>
<span>{say["version"].format(version=one.version)}</span>
{moment(one.at)}</p>
{_state(one.body, say, lang)}
</li>"""


def _state(body: dict[str, Any], say: dict[str, str], lang: str) -> str:
    if "joined_into" in body:
        return f"<p>{say['joined'].format(person=escape(str(body['joined_into'])[:12]))}…</p>"
    colour = str(body.get("colour", ""))
    lines = [f"<li>{_dose(dose, say)}{buttons(dose, body, say, lang)}</li>" for dose in body.get("doses", ())]
    word = say.get(f"colour.{colour}", escape(colour))
    count = say["doses"].format(count=escape(str(body.get("count", 0))))
    passport = _passport(body.get("passport"), say)
    after = missing(body, say, lang) + reports(body, say)
    return f'<p class="card {escape(colour)}">{word} · {count}</p>{passport}<ul>{"".join(lines)}</ul>{after}'


def _passport(shown: dict[str, Any] | None, say: dict[str, str]) -> str:
    if not shown:
        return ""
    day = "/".join(reversed(escape(str(shown.get("expires_at", ""))[:10]).split("-")))
    code = escape(str(shown.get("hc1", "")))
    return f"<details><summary>{say['passport'].format(day=day)}</summary><p>{code}</p></details>"


def _dose(dose: dict[str, Any], say: dict[str, str]) -> str:
    facts = {name: escape(str(value)) for name, value in dose.items()}
    facts["given_on"] = "/".join(reversed(facts.get("given_on", "").split("-")))
    facts["state"] = say.get(f"state.{dose.get('state')}", facts.get("state", ""))
    return say["dose" if dose.get("number") else "uncounted"].format(**facts)


def _search(say: dict[str, str], sought: str, lang: str) -> str:
    return f"""<form action="/" method="get" role="search">
<input type="hidden" name="lang" value="{lang}">
<label for="person">{say["search"]}</label>
<input id="person" name="person" type="search" autocomplete="off" value="{escape(sought)}">
<button>{say["find"]}</button> <a href="/?lang={lang}">{say["all"]}</a>
</form>"""


def _proposal(say: dict[str, str], lang: str, typed: Mapping[str, str], answered: dict[str, Any] | None) -> str:
    kind = typed.get("kind", DECLARED)
    said = f'<p id="answered">{say["thanks"]}</p>' if kind == RIGHT else _answered(say, answered)
    kind = kind if kind in FIELDS else DECLARED
    kept = {name: typed.get(name, "") for name in ("ref", "base_version", "id")} | {"lang": lang, "kind": kind}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in kept.items())
    asked = question_asked(answered)
    inputs = "".join(
        f'<label for="{name}">{say[name]}</label>'
        f'<input id="{name}" name="{name}" autocomplete="off" value="{escape(typed.get(name, ""))}">'
        + (name_question(asked) if asked and name == "full_name" else "")
        for name in FIELDS[kind]
    )
    return f"""<section id="propose" aria-labelledby="propose-title">
<h2 id="propose-title">{say[f"propose.{kind}"]}</h2>
{said}<form action="/propose#propose" method="post">{hidden}
{inputs}<button>{say["send"]}</button></form>
</section>"""


def _answered(say: dict[str, str], answered: dict[str, Any] | None) -> str:
    """Give the platform's answer: a question about the name as the citizen reads it, anything else as it came."""
    if answered is None:
        return ""
    if question_asked(answered):
        return f'<p id="answered" role="alert">{escape(str(answered["answer"].get("title", "")))}</p>'
    text = escape(json.dumps(answered, ensure_ascii=False, indent=1))
    return f'<h3>{say["answered"]}</h3><pre id="answered">{text}</pre>'


def _behaviour(say: dict[str, str], switch: Switch[Mode], lang: str) -> str:
    fields = field_of(say, "mode", "mode", Mode, switch.mode)
    now = say[f"mode.{switch.mode}"]
    return behaviour(say, lang, now=now, mode=switch.mode, seconds=switch.seconds, fields=fields)
