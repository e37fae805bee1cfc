"""The page that shows the messages."""

import datetime as dt
from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tiemchung.interop.messages.standin.mode import Answers, Mode, Receipts
from tiemchung.interop.messages.standin.store import PAGE, Message
from tiemchung.interop.messages.standin.words import words_in

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def whole_page(messages: Sequence[Message], *, mode: Mode, sought: str, lang: str) -> str:
    """Give the HTML of the page; `sought` is what was typed into the search."""
    lang = lang if lang == "en" else "vi"
    say = words_in(lang)
    other = "vi" if lang == "en" else "en"
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
<p><a href="/mail?lang={lang}">{say["mails"]}</a></p>
</header>
<main>
{_search(say, sought, lang)}
<section aria-labelledby="messages-title">
<h2 id="messages-title">{say["messages"]}</h2>
<p class="refresh"><label><input type="checkbox" id="refresh" checked> {say["refresh"]}</label>
<a href="{escape(_link(sought, lang))}">{say["reload"]}</a></p>
<div id="messages" aria-live="polite">
{message_list(messages, sought=sought, lang=lang)}
</div>
</section>
{_behaviour(say, mode, lang)}
</main>
</body>
</html>
"""


def message_list(messages: Sequence[Message], *, sought: str, lang: str) -> str:
    """Give the HTML of the messages alone."""
    say = words_in(lang)
    if not messages:
        return f"<p>{say['none_found'] if sought else say['none']}</p>"
    items = "\n".join(_item(message, say) for message in messages)
    older = ""
    if len(messages) == PAGE:
        link = _link(sought, lang, before=str(messages[-1].number))
        older = f'<p><a href="{escape(link)}">{say["older"]}</a></p>'
    return f"<ol>\n{items}\n</ol>\n{older}"


def _item(message: Message, say: dict[str, str]) -> str:
    repeats = ""
    if message.repeats:
        repeats = f" · {say['repeats'].format(count=message.repeats)}"
    return f"""<li>
<p class="head"><strong>{say["to"]} {escape(spoken_number(message.recipient))}</strong>
<time datetime="{message.taken_at.isoformat()}">{_moment(message.taken_at)}</time></p>
<p class="text">{escape(message.text)}</p>
<p class="foot"><span class="state {message.state}">{say[f"state.{message.state}"]}</span>
{message.via.upper()} · {escape(message.sender or "-")}{repeats}</p>
</li>"""


def _search(say: dict[str, str], sought: str, lang: str) -> str:
    return f"""<form action="/" method="get" role="search">
<input type="hidden" name="lang" value="{lang}">
<label for="to">{say["search"]}</label>
<input id="to" name="to" type="search" inputmode="tel" autocomplete="off" value="{escape(sought)}">
<button>{say["find"]}</button> <a href="/?lang={lang}">{say["all"]}</a>
</form>"""


def _behaviour(say: dict[str, str], mode: Mode, lang: str) -> str:
    answers = _options(say, "mode", [a.value for a in Answers], mode.answers)
    receipts = _options(say, "receipts", [r.value for r in Receipts], mode.receipts)
    now = f"{say[f'mode.{mode.answers}']} · {say['receipts']}: {say[f'receipts.{mode.receipts}']}"
    return f"""<section aria-labelledby="behaviour-title">
<h2 id="behaviour-title">{say["behaviour"]}</h2>
<p>{say["now"]}: <strong class="mode-{mode.answers}">{now}</strong></p>
<form action="/mode" method="post">
<input type="hidden" name="lang" value="{lang}">
<label for="mode">{say["answers"]}</label>
<select id="mode" name="mode">{answers}</select>
<label for="receipts">{say["receipts"]}</label>
<select id="receipts" name="receipts">{receipts}</select>
<label for="seconds">{say["seconds"]}</label>
<input id="seconds" name="seconds" type="number" min="0" max="300" value="{mode.seconds:g}">
<button>{say["apply"]}</button>
</form>
</section>"""


def _options(say: dict[str, str], name: str, values: Sequence[str], chosen: str) -> str:
    return "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{say[f"{name}.{value}"]}</option>'
        for value in values
    )


def spoken_number(number: str) -> str:
    """Give a Vietnamese number as people write it: 0900 000 001."""
    if not number.startswith("+84") or len(number) != 12:
        return number
    return f"0{number[3:6]} {number[6:9]} {number[9:]}"


def _moment(at: dt.datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")


def _link(sought: str, lang: str, **more: str) -> str:
    return "/?" + urlencode({"lang": lang, **({"to": sought} if sought else {}), **more})
