"""The page that shows the letters."""

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from tiemchung.interop.messages.standin.mail_store import Letter
from tiemchung.interop.messages.standin.words import words_in

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def mail_page(letters: Sequence[Letter], *, lang: str) -> str:
    """Give the HTML of the mailbox."""
    lang = lang if lang == "en" else "vi"
    say, other = words_in(lang), "vi" if lang == "en" else "en"
    items = "\n".join(_item(letter, say) for letter in letters)
    body = f"<ol>\n{items}\n</ol>" if letters else f"<p>{say['mails.none']}</p>"
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{say["mails"]}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<p class="banner">{say["mails.banner"]}</p>
<p class="language"><a href="/mail?lang={other}" lang="{other}">{say["language"]}</a></p>
<h1>{say["mails"]}</h1>
</header>
<main>
<p class="refresh"><a href="/mail?lang={lang}">{say["reload"]}</a> <a href="/?lang={lang}">{say["title"]}</a></p>
<section aria-label="{say["mails"]}">
{body}
</section>
</main>
</body>
</html>
"""


def _item(letter: Letter, say: dict[str, str]) -> str:
    moment = letter.taken_at.astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")
    file = ""
    if letter.file_name:
        size = f"{letter.file_octets / 1000:.0f} kB"
        file = f'<p class="foot"><a href="/mail/{letter.number}/file">{escape(letter.file_name)}</a> ({size})</p>'
    repeats = f" · {say['repeats'].format(count=letter.repeats)}" if letter.repeats else ""
    return f"""<li>
<p class="head"><strong>{say["to"]} {escape(letter.recipient)}</strong>
<time datetime="{letter.taken_at.isoformat()}">{moment}</time></p>
<p><strong>{escape(letter.subject)}</strong></p>
<p class="text">{escape(letter.text)}</p>
{file}
<p class="foot">{escape(letter.sender)}{repeats}</p>
</li>"""
