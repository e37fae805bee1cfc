"""The paper for somebody without a phone: the number to keep while we work, and later the question or the answer.

A letter may be opened by others, so it names nobody's doses, numbers or birth: only to whom it goes, and what we say.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tiemchung.cases import reads
from tiemchung.cases.rules import NATION, OVER, CaseState, Claim, Desk, shown_ref
from tiemchung.cases.values import CaseFile, LetterLine, OpenedCase
from tiemchung.core.audit import note_look
from tiemchung.web.cases.frame import name_of, open_to_desks, opened
from tiemchung.web.shared.formats import format_date, format_moment
from tiemchung.web.shared.staff_page import staff_page
from tiemchung.web.shared.words import has_words, say

_STATE = {CaseState.NEED_MORE_INFO: "ASKED", CaseState.UPDATED: "SETTLED", CaseState.REJECTED: "REFUSED",
          CaseState.WITHDRAWN: "WITHDRAWN"}  # fmt: skip
_SAYING = {"ASKED": "ASK_BACK", "SETTLED": "SETTLE", "REFUSED": "REFUSE"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is about and in which language (`lang`) its reader reads; `said` are the desk's own words."""

    lang: str
    what: str
    ref: str
    kind: str
    desk: Desk
    claim: Claim
    recorded_at: dt.datetime
    due_at: dt.datetime
    over: bool = False
    refusal: str = ""
    said: str = ""


@open_to_desks
@require_GET
def letter(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the letter of a case as it stands now, made to be printed, in its reporter's language."""
    case = opened(request, ref)
    subject = case.file.person_id or case.file.case_id
    note_look(by=case.by, at=case.at, action="cases.print_letter", subject_ids=[subject], purpose=case.purpose)
    shown, owed = letter_of(case.file), reads.letter_of_case(case.by, case.at, case.file.case_id)
    # What was said meanwhile by word of mouth is a slip; only what is owed is kept as printed.
    same = owed if owed is not None and owed.what == shown.what else None
    return letter_page(request, shown, case.at, can_open=True, owed=same)


def letter_page(
    request: HttpRequest, what: Letter, at: dt.datetime, *, can_open: bool, owed: LetterLine | None = None
) -> HttpResponse:
    """Answer with a letter as it is printed; `can_open` where its reader's desk holds or reads the case.

    `owed` is its line on the desk's list of letters, whose printing is kept.
    """
    facts: dict[str, Any] = {}
    if owed is not None:
        facts = {"letter_id": owed.letter_id, "history": history_of(owed), "key": str(uuid4())}
    ref, lead = what.ref if can_open else "", say(_lead(what))
    return staff_page(request, "cases/letter.html", ref=ref, letter=parts_of(what, at), lead=lead, **facts)


def _lead(what: Letter) -> str:
    return "cases.letter.lead_slip" if what.what == "RECEIVED" else "cases.letter.lead"


def history_of(line: LetterLine) -> str:
    """Say how often, when and by whom a letter was printed; nothing for one that was not."""
    if not line.prints:
        return ""
    return say("cases.letters.printed_by", n=line.prints, at=line.printed_at, name=line.printed_by)


def letter_of(file: CaseFile) -> Letter:
    """Give the letter that a case asks for: its receipt, its question or its answer."""
    what = _STATE.get(file.state, "RECEIVED")
    said = next((step.text for step in reversed(file.steps) if step.step == _SAYING.get(what)), "")
    return Letter(
        file.language, what, file.ref, file.kind, file.desk, file.claim, file.recorded_at, file.due_at,
        file.state in OVER, file.refusal, said,
    )  # fmt: skip


def receipt_of(opened: OpenedCase, kind: str, claim: Claim, lang: str, at: dt.datetime) -> Letter:
    """Give the receipt of a report that was taken down this moment."""
    return Letter(lang, "RECEIVED", opened.ref, kind, opened.desk, claim, at, opened.due_at)


def parts_of(what: Letter, at: dt.datetime) -> dict[str, Any]:
    """Give the parts of a letter, each in the language of its reader."""
    lang, desk = what.lang, _sender(what.desk, what.lang)
    facts = {"ref": shown_ref(what.ref), "desk": desk, "due": format_moment(what.due_at),
             "received": format_moment(what.recorded_at)}  # fmt: skip
    kind = say(f"case.kind.{what.kind}.short", lang).lower()
    return {
        "spoken": lang,
        "sender": desk,
        "on": format_date(at),
        "to": what.claim.full_name,
        "address": what.claim.address_text,
        "heading": say(f"cases.letter.{what.what}.title", lang, ref=facts["ref"]),
        "paragraphs": [
            say(_opening(what), lang, kind=kind, **facts),
            *_reason(what),
            *(part for part in what.said.split("\n\n") if part),
        ],
        "ways": [say(f"cases.letter.{way}", lang, **facts) for way in _ways(what)],
    }


def _ways(what: Letter) -> tuple[str, ...]:
    if what.what == "ASKED":
        return "call_asked", "come_asked"
    return "call", "come", "answered" if what.over else "waiting"


def _opening(what: Letter) -> str:
    """Give the words with which the letter begins: whoever told the same as another hears no word of that answer."""
    if what.over and reads.is_in_parts(what.lang, what.said):
        return "cases.letter.PARTLY.text"
    untold = what.what == "SETTLED" and not what.said
    return "cases.letter.SETTLED.untold" if untold else f"cases.letter.{what.what}.text"


def _reason(what: Letter) -> list[str]:
    key = f"case.refusal.{what.refusal}.citizen"
    known = what.refusal and has_words(key) and say(key, what.lang) not in what.said
    return [say(key, what.lang)] if known else []


def _sender(desk: Desk, lang: str) -> str:
    if desk.unit_id == NATION:
        return say("report.desk.nation", lang)
    return say(f"report.desk.{desk.level}", lang, name=name_of(desk))
