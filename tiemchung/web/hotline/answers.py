"""Ready answers: one file a topic and language, found by any words of its title, keywords or text."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from tiemchung.core.text import fold
from tiemchung.web.hotline.frame import agent_page, open_to_agents
from tiemchung.web.shared.language import VIETNAMESE, spoken_language
from tiemchung.web.shared.typed import line_in

FOLDER = Path(__file__).parent / "answers"
QUICK = 6
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """One topic: the sentence to read out, what to do next, and where it is laid down."""

    name: str
    order: int
    title: str
    keywords: str
    say: str
    then: str
    source: str

    def fits(self, wanted: Sequence[str]) -> tuple[int, int, int]:
        """Give how many folded words some word begins with, how many stand whole in the head, and how many anywhere."""
        head = set(_WORD.findall(fold(f"{self.title} {self.keywords}")))
        every = head | set(_WORD.findall(fold(f"{self.say} {self.then}")))
        begun = sum(any(word.startswith(one) for word in every) for one in wanted)
        return begun, len(head.intersection(wanted)), len(every.intersection(wanted))


@cache
def topics(language: str) -> tuple[Answer, ...]:
    """Give all topics of one language, the most asked first; raises TypeError for a file that lacks a field."""
    found = [
        Answer(name=path.stem, **tomllib.loads(path.read_text("utf-8")))
        for path in sorted((FOLDER / language).glob("*.toml"))
    ]
    return tuple(sorted(found, key=lambda one: (one.order, one.name)))


def found_answers(words: str, language: str = VIETNAMESE) -> tuple[Answer, ...]:
    """Give the topics that hold the most of these words, half of them at least, the nearest first; all for no words."""
    wanted = _WORD.findall(fold(words))
    if not wanted:
        return topics(language)
    scored = [(one.fits(wanted), one) for one in topics(language)]
    best = max(fit[0] for fit, _ in scored)
    if best == 0 or best * 2 < len(wanted):
        return ()
    kept = [(fit, one) for fit, one in scored if fit[0] == best]
    return tuple(one for fit, one in sorted(kept, key=lambda row: (-row[0][1], -row[0][2], row[1].order)))


def quick_answers() -> tuple[Answer, ...]:
    """Give the topics that are asked most, for the side of a call."""
    return topics(spoken_language())[:QUICK]


@open_to_agents
@require_http_methods(["GET", "POST"])
def answers(request: HttpRequest) -> HttpResponse:
    """Search the ready answers; the words are posted, since an agent may type a name into any box."""
    words = line_in(request.POST, "words", 100)
    found = found_answers(words, spoken_language())
    return agent_page(request, "hotline/answers.html", words=words, found=found)
