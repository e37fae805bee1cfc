"""A name that may have lost its accents: the citizen is asked in the partner's app, in the words of our own doors."""

from typing import Any

from tiemchung.interop.pc_covid.proposal import CONFIRMS, Proposal
from tiemchung.interop.pc_covid.words import question_of
from tiemchung.people.rules.name_doubts import name_doubt


def names_asked(proposal: Proposal, lang: str) -> list[dict[str, Any]]:
    """Give one question for each name of the proposal that may lack its accents and was not confirmed; [] for none.

    `words` are the doubted words as they were written, `meant` the name that Telex keys mean, "" for none; `confirm`
    is the member with which the proposal may be sent again as it is. The rest is to be shown.
    """
    names = {"full_name": proposal.full_name, "wanted.full_name": proposal.wanted.get("full_name", "")}
    asked = []
    for confirm, field in CONFIRMS.items():
        doubt = name_doubt(names[field]) if field not in proposal.confirmed else None
        if doubt is not None:
            facts = {"field": field, "confirm": confirm, "words": list(doubt.words), "meant": doubt.meant}
            asked.append(facts | question_of(names[field], doubt, lang))
    return asked
