"""The page that shows the messages."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from tiemchung.interop.messages.standin.mode import Answers, Mode, Receipts
from tiemchung.interop.messages.standin.store import PAGE, Message
from tiemchung.interop.messages.standin.words import words_in
from tiemchung.interop.standins.page import behaviour, field_of, framed, known_language, live_list, moment


def whole_page(messages: Sequence[Message], *, mode: Mode, sought: str, lang: str) -> str:
    """Give the HTML of the page; `sought` is what was typed into the search."""
    lang = known_language(lang)
    say = words_in(lang)
    again = f'\n<a href="{escape(_link(sought, lang))}">{say["reload"]}</a>'
    parts = [
        _search(say, sought, lang),
        live_list(say, "messages", message_list(messages, sought=sought, lang=lang), again),
        _behaviour(say, mode, lang),
    ]
    return framed(say, lang, "\n".join(parts), links=f'<p><a href="/mail?lang={lang}">{say["mails"]}</a></p>\n')


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
{moment(message.taken_at)}</p>
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
    fields = field_of(say, "answers", "mode", Answers, mode.answers)
    fields += "\n" + field_of(say, "receipts", "receipts", Receipts, mode.receipts)
    now = f"{say[f'mode.{mode.answers}']} · {say['receipts']}: {say[f'receipts.{mode.receipts}']}"
    return behaviour(say, lang, now=now, mode=mode.answers, seconds=mode.seconds, fields=fields)


def spoken_number(number: str) -> str:
    """Give a Vietnamese number as people write it: 0900 000 001."""
    if not number.startswith("+84") or len(number) != 12:
        return number
    return f"0{number[3:6]} {number[6:9]} {number[9:]}"


def _link(sought: str, lang: str, **more: str) -> str:
    return "/?" + urlencode({"lang": lang, **({"to": sought} if sought else {}), **more})
