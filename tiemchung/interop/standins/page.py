"""The frame of a stand-in's page, its time of day, and the form that turns its switch; words come from its own file."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

from tiemchung.core.zone import VIETNAM

type Words = dict[str, str]


def known_language(lang: str) -> str:
    """Give a language that every stand-in has."""
    return lang if lang == "en" else "vi"


def framed(say: Words, lang: str, main: str, *, at: str = "/", kind: str = "", links: str = "") -> str:
    """Give the HTML of a whole page around what is its own.

    `kind` begins the keys of title and banner where a stand-in has several pages; `at` is the page's address, which
    the other language leads to; `links` lead from the head to other pages.
    """
    other, title = "vi" if lang == "en" else "en", say[kind or "title"]
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
<script src="/page.js" defer></script>
</head>
<body>
<header>
<p class="banner">{say[f"{kind}.banner" if kind else "banner"]}</p>
<p class="language"><a href="{at}?lang={other}" lang="{other}">{say["language"]}</a></p>
<h1>{title}</h1>
{links}</header>
<main>
{main}
</main>
</body>
</html>
"""


def live_list(say: Words, name: str, items: str, links: str = "") -> str:
    """Give the section whose list freshens itself; `name` is the key of its title."""
    return f"""<section aria-labelledby="{name}-title">
<h2 id="{name}-title">{say[name]}</h2>
<p class="refresh">
<label class="inline"><input type="checkbox" id="refresh" checked> {say["refresh"]}</label>{links}</p>
<div id="{name}" aria-live="polite">
{items}
</div>
</section>"""


def moment(at: dt.datetime) -> str:
    """Give a time of day in Vietnam, marked up."""
    return f'<time datetime="{at.isoformat()}">{at.astimezone(VIETNAM):%H:%M:%S %d/%m/%Y}</time>'


def options(say: Words, name: str, values: Iterable[str], chosen: str) -> str:
    """Give the options of a field whose words are `name.value`."""
    return "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{say[f"{name}.{value}"]}</option>'
        for value in values
    )


def field_of(say: Words, label: str, name: str, modes: type[StrEnum], chosen: StrEnum) -> str:
    """Give one field of the switch, with its label."""
    chosen_of = options(say, name, list(modes), chosen)
    return f'<label for="{name}">{say[label]}</label><select id="{name}" name="{name}">{chosen_of}</select>'


def behaviour(say: Words, lang: str, *, now: str, mode: str, seconds: float, fields: str) -> str:
    """Give the section that says how the stand-in behaves now, and turns it."""
    return f"""<section aria-labelledby="behaviour-title">
<h2 id="behaviour-title">{say["behaviour"]}</h2>
<p>{say["now"]}: <strong class="mode-{mode}">{now}</strong></p>
<form action="/mode" method="post"><input type="hidden" name="lang" value="{lang}">
{fields}
<label for="seconds">{say["seconds"]}</label>
<input id="seconds" name="seconds" type="number" min="0" max="300" value="{seconds:g}">
<button>{say["apply"]}</button></form>
</section>"""
