"""The page that shows what was asked, and on which a citizen's entry is changed."""

from collections.abc import Mapping
from html import escape

from tiemchung.interop.population.standin.mode import Limiting, Mode
from tiemchung.interop.population.standin.store import Batch, Store
from tiemchung.interop.population.standin.words import words_in
from tiemchung.interop.standins.page import (
    behaviour,
    field_of,
    framed,
    known_language,
    live_list,
    moment,
    options,
)

SEXES = ("MALE", "FEMALE", "OTHER")


def whole_page(
    store: Store, switch: Limiting, *, number: str, lang: str, typed: Mapping[str, str] | None = None
) -> str:
    """Give the HTML of the page; `number` is whose entry is looked at, `typed` an entry that could not be taken."""
    lang = known_language(lang)
    say = words_in(lang)
    parts = [
        live_list(say, "asked", asked_list(store, lang=lang)),
        _citizen(store, say, number, lang, typed),
        _behaviour(say, switch, lang),
    ]
    return framed(say, lang, "\n".join(parts))


def asked_list(store: Store, *, lang: str) -> str:
    """Give the HTML of the counts and the list alone."""
    say, counts = words_in(lang), store.counts()
    wrong = counts["persons"] - counts["right"]
    sums = say["counts"].format(**counts, wrong=wrong)
    items = "\n".join(_item(one, say) for one in store.newest())
    return f"<p><strong>{sums}</strong></p>" + (f"<ol>\n{items}\n</ol>" if items else f"<p>{say['none']}</p>")


def _item(one: Batch, say: dict[str, str]) -> str:
    told = say["batch"].format(asked=one.asked, right=one.correct, wrong=one.asked - one.correct)
    again = f" <span>{say['again'].format(times=one.times)}</span>" if one.times > 1 else ""
    return f"""<li><p class="head"><span>{told}</span>{again}
{moment(one.at)}</p></li>"""


def _citizen(store: Store, say: dict[str, str], number: str, lang: str, typed: Mapping[str, str] | None) -> str:
    known = store.citizen(number) if number else None
    entry = typed or known or {"number": number, "full_name": "", "sex": "", "birth_date": ""}
    note = f"<p>{say['unknown']}</p>" if number and known is None else ""
    note += f'<p role="alert"><strong>{say["bad_citizen"]}</strong></p>' if typed else ""
    fields = "".join(
        f'<label for="{name}">{say[name]}</label>'
        f'<input id="{name}" name="{name}" autocomplete="off" value="{escape(entry[name])}">'
        for name in ("full_name", "birth_date")
    )
    sexes = options(say, "sex", SEXES, entry["sex"])
    form = f"""<form action="/citizens" method="post"><input type="hidden" name="lang" value="{lang}">
<input type="hidden" name="number" value="{escape(number)}">
{fields}<label for="sex">{say["sex"]}</label><select id="sex" name="sex">{sexes}</select>
<button>{say["change"]}</button></form>"""
    return f"""<section aria-labelledby="citizen-title">
<h2 id="citizen-title">{say["citizen"]}</h2>
<form action="/find" method="post" role="search"><input type="hidden" name="lang" value="{lang}">
<label for="number">{say["number"]}</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" value="{escape(number)}">
<button>{say["find"]}</button></form>
{note}{form if number else ""}</section>"""


def _behaviour(say: dict[str, str], switch: Limiting, lang: str) -> str:
    fields = field_of(say, "mode", "mode", Mode, switch.mode)
    now = say[f"mode.{switch.mode}"]
    return behaviour(say, lang, now=now, mode=switch.mode, seconds=switch.seconds, fields=fields)
