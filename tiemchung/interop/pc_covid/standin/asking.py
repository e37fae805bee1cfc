"""The question about a name that may lack its accents, shown under the name, in the platform's words."""

from html import escape
from typing import Any

from tiemchung.interop.pc_covid.standin.proposing import CONFIRMED


def question_asked(answered: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give the question about the name that the platform asked in its answer, None where it asked none."""
    answer = answered.get("answer") if answered else None
    if not isinstance(answer, dict) or answer.get("code") != "NAME_DOUBT":
        return None
    return next((one for one in answer.get("asked") or () if one.get("confirm") == CONFIRMED), None)


def name_question(asked: dict[str, Any]) -> str:
    """Give the question with its one box to tick; the name above can be written again instead."""
    said = {name: escape(str(value)) for name, value in asked.items()}
    meant = f"<p>{said['telex']}</p>" if asked.get("telex") else ""
    return f"""<fieldset class="asked"><legend>{said["title"]}</legend>
<p>{said["text"]}</p>{meant}
<p>{said["question"]}</p>
<label class="inline"><input type="checkbox" id="{CONFIRMED}" name="{CONFIRMED}" value="1"> {said["yes"]}</label>
</fieldset>"""
