"""The page that shows what was asked, and on which a citizen's entry is changed."""

from html import escape
from zoneinfo import ZoneInfo

from tiemchung.interop.population.standin.mode import Mode, Switch
from tiemchung.interop.population.standin.store import Batch, Store
from tiemchung.interop.population.standin.words import words_in

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SEXES = ("MALE", "FEMALE", "OTHER")


def whole_page(store: Store, switch: Switch, *, number: str, lang: str) -> str:
    """Give the HTML of the page; `number` is whose entry is looked at."""
    lang = lang if lang == "en" else "vi"
    say, other = words_in(lang), "vi" if lang == "en" else "en"
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{say["title"]}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
<script src="/page.js" defer></script>
</head>
<body>
<header>
<p class="banner">{say["banner"]}</p>
<p class="language"><a href="/?lang={other}" lang="{other}">{say["language"]}</a></p>
<h1>{say["title"]}</h1>
</header>
<main>
<section aria-labelledby="asked-title">
<h2 id="asked-title">{say["asked"]}</h2>
<p><label class="inline"><input type="checkbox" id="refresh" checked> {say["refresh"]}</label></p>
<div id="told" aria-live="polite">
{asked_list(store, lang=lang)}
</div>
</section>
{_citizen(store, say, number, lang)}
{_behaviour(say, switch, lang)}
</main>
</body>
</html>
"""


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
<time datetime="{one.at.isoformat()}">{one.at.astimezone(VIETNAM):%H:%M:%S %d/%m/%Y}</time></p></li>"""


def _citizen(store: Store, say: dict[str, str], number: str, lang: str) -> str:
    known = store.citizen(number) if number else None
    entry = known or {"number": number, "full_name": "", "sex": "", "birth_date": ""}
    note = f"<p>{say['unknown']}</p>" if number and known is None else ""
    options = "".join(
        f'<option value="{sex}"{" selected" if sex == entry["sex"] else ""}>{say[f"sex.{sex}"]}</option>'
        for sex in SEXES
    )
    fields = "".join(
        f'<label for="{name}">{say[name]}</label>'
        f'<input id="{name}" name="{name}" autocomplete="off" value="{escape(entry[name])}">'
        for name in ("full_name", "birth_date")
    )
    form = f"""<form action="/citizens" method="post"><input type="hidden" name="lang" value="{lang}">
<input type="hidden" name="number" value="{escape(number)}">
{fields}<label for="sex">{say["sex"]}</label><select id="sex" name="sex">{options}</select>
<button>{say["change"]}</button></form>"""
    return f"""<section aria-labelledby="citizen-title">
<h2 id="citizen-title">{say["citizen"]}</h2>
<form action="/find" method="post" role="search"><input type="hidden" name="lang" value="{lang}">
<label for="number">{say["number"]}</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" value="{escape(number)}">
<button>{say["find"]}</button></form>
{note}{form if number else ""}</section>"""


def _behaviour(say: dict[str, str], switch: Switch, lang: str) -> str:
    options = "".join(
        f'<option value="{mode}"{" selected" if mode is switch.mode else ""}>{say[f"mode.{mode}"]}</option>'
        for mode in Mode
    )
    return f"""<section aria-labelledby="behaviour-title">
<h2 id="behaviour-title">{say["behaviour"]}</h2>
<p>{say["now"]}: <strong>{say[f"mode.{switch.mode}"]}</strong></p>
<form action="/mode" method="post"><input type="hidden" name="lang" value="{lang}">
<label for="mode">{say["mode"]}</label><select id="mode" name="mode">{options}</select>
<label for="seconds">{say["seconds"]}</label>
<input id="seconds" name="seconds" type="number" min="0" max="300" value="{switch.seconds:g}">
<button>{say["apply"]}</button></form>
</section>"""
