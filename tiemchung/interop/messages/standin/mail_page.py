"""The page that shows the letters."""

from collections.abc import Sequence
from html import escape

from tiemchung.interop.messages.standin.mail_store import Letter
from tiemchung.interop.messages.standin.words import words_in
from tiemchung.interop.standins.page import framed, known_language, moment


def mail_page(letters: Sequence[Letter], *, lang: str) -> str:
    """Give the HTML of the mailbox."""
    lang = known_language(lang)
    say = words_in(lang)
    items = "\n".join(_item(letter, say) for letter in letters)
    shown = f"<ol>\n{items}\n</ol>" if letters else f"<p>{say['mails.none']}</p>"
    main = f"""<p class="refresh"><a href="/mail?lang={lang}">{say["reload"]}</a>
<a href="/?lang={lang}">{say["title"]}</a></p>
<section aria-label="{say["mails"]}">
{shown}
</section>"""
    return framed(say, lang, main, at="/mail", kind="mails")


def _item(letter: Letter, say: dict[str, str]) -> str:
    file = ""
    if letter.file_name:
        size = f"{letter.file_octets / 1000:.0f} kB"
        file = f'<p class="foot"><a href="/mail/{letter.number}/file">{escape(letter.file_name)}</a> ({size})</p>'
    repeats = f" · {say['repeats'].format(count=letter.repeats)}" if letter.repeats else ""
    return f"""<li>
<p class="head"><strong>{say["to"]} {escape(letter.recipient)}</strong>
{moment(letter.taken_at)}</p>
<p><strong>{escape(letter.subject)}</strong></p>
<p class="text">{escape(letter.text)}</p>
{file}
<p class="foot">{escape(letter.sender)}{repeats}</p>
</li>"""
