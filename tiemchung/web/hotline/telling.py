"""The sentences that an agent reads out, made from what is on record at this moment."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tiemchung.cases.evidence.reads import evidence_of
from tiemchung.cases.kinds import KINDS
from tiemchung.cases.rules import NATION, OPEN, CaseState, is_late, shown_ref
from tiemchung.cases.values import Progress
from tiemchung.certificates.reads import card_of_person
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.doses.reads import DoseRecord, birth_of, doses_of, history_of, record_from
from tiemchung.doses.rules import DoseState, EntryKind
from tiemchung.people.reads import PersonSight
from tiemchung.people.rules.births import birth_text
from tiemchung.vaccines.rules import the_book
from tiemchung.web.hotline.frame import moment_words
from tiemchung.web.shared.case_parts import part_sentence, step_word
from tiemchung.web.shared.claim_places import units_named
from tiemchung.web.shared.words import has_words, say, state_words

_QUIET = frozenset({"RELEASE", "WARN", "CLAIM"})


def record_told(by: Actor, at: dt.datetime, person: PersonSight) -> dict[str, Any]:
    """Give the record of somebody who has proved to be its person: card, doses, and the sentence to read out."""
    birth = birth_of(person.birth_date, person.birth_precision)
    every = doses_of(person.profile_ids, voided=True)
    standing = tuple(dose for dose in every if dose.state is not DoseState.VOIDED)
    record = record_from(standing, birth=birth, on=clock.local(at).date())
    card = card_of_person(by, person.person_id, at)
    return {
        "name": person.full_name,
        "birth": birth_text(person.birth_date, person.birth_precision),
        "colour": record.card.colour,
        "lines": [_dose_line(number, dose) for number, dose in record.numbered()],
        "doses": record.doses,
        "read": [
            *card_sentences(record, card.expires_at if card else None, at),
            *(voided_sentences(person.profile_ids) if len(standing) < len(every) else ()),
        ],
    }


def voided_sentences(profile_ids: Sequence[UUID]) -> list[str]:
    """Say of each voided dose when it was taken off and why, as its person's own book does; one statement."""
    last = {entry.dose_id: entry for entry in history_of(profile_ids)}
    return [
        say(
            "hotline.record.voided",
            day=dt.date.fromisoformat(entry.facts["given_on"]),
            at=clock.local(entry.recorded_at).date(),
            why=entry.because.strip() or say("cases.gone.no_reason"),
        )
        for entry in last.values()
        if entry.kind == EntryKind.VOIDED
    ]


def card_sentences(record: DoseRecord, expires_at: dt.datetime | None, at: dt.datetime) -> list[str]:
    """Say the card's colour with its reason, the latest dose, the next step, and until when the code holds."""
    card, told = record.card, []
    told.append(f"{say(f'state.card.{card.colour}.label')}. {say(f'card.reason.{card.reason}', **card.facts)}")
    if record.doses:
        last = record.doses[-1].facts
        where = last.place_name or say("hotline.read.no_place")
        told.append(say("hotline.read.last", product=product_name(last.product), day=last.given_on, place=where))
    told.append(say(f"card.step.{card.next_step}", **card.facts))
    if expires_at is not None:
        key = "hotline.read.expired" if expires_at <= at else "hotline.read.expires"
        told.append(say(key, day=clock.local(expires_at).date()))
    return told


def _dose_line(number: int | None, dose: Any) -> dict[str, Any]:
    named = say("card.dose.numbered", number=number, product=product_name(dose.facts.product))
    title = named if number else say("card.dose.plain", product=product_name(dose.facts.product))
    facts = [say("card.dose.given", day=dose.facts.given_on), dose.facts.place_name, say(f"card.source.{dose.source}")]
    lot = say("card.dose.lot", lot=dose.facts.lot_number) if dose.facts.lot_number else say("card.dose.no_lot")
    return {
        "title": title,
        "facts": [". ".join(part for part in (*facts[:2], lot) if part), facts[2]],
        "state": state_words("dose", dose.state),
    }


def product_name(code: str) -> str:
    """Give the name on the vial, or the code where the catalogue does not know it."""
    product = the_book().products.get(code)
    return product.label if product else code


def cases_told(cases: Sequence[Progress], at: dt.datetime) -> list[dict[str, Any]]:
    """Give each report with its state, the sentence to read out, and what the caller may still do."""
    names = units_named(one.desk for one in cases)
    return [
        {
            "ref": one.ref,
            "title": say("cases.queue.line", ref=shown_ref(one.ref), kind=say(f"case.kind.{one.kind}.short")),
            "state": one.state,
            "read": _read_out(one, names, at),
            "steps": [
                {"title": say(f"case.step.{step_word(step)}"), "facts": [moment_words(step.at), step.text]}
                for step in one.steps
                if step.step not in _QUIET
            ],
            "deeds": deeds_of(one.state),
        }
        for one in cases
    ]


def _read_out(one: Progress, names: Mapping[UUID, str], at: dt.datetime) -> list[str]:
    desk = names[one.desk.unit_id]
    part = part_sentence(one, desk)
    return [case_sentence(one, desk, at), *([part] if part else []), *paper_wanted(one, names)]


def case_sentence(one: Progress, desk: str, at: dt.datetime) -> str:
    """Say where a report stands as one reads it out: number, desk, and the hour by which it is answered."""
    late = one.state in OPEN and is_late(one.due_at, at) and one.state is not CaseState.NEED_MORE_INFO
    question = next((step.text for step in reversed(one.steps) if step.step == "ASK_BACK"), "")
    return say(
        f"hotline.read.case.{'LATE' if late else one.state}",
        ref=shown_ref(one.ref),
        kind=say(f"case.kind.{one.kind}.short").lower(),
        desk=desk,
        due=moment_words(one.due_at),
        question=question,
        answer=_answer(one),
        ended=moment_words(one.settled_at) if one.settled_at else "",
    )


def paper_wanted(one: Progress, names: Mapping[UUID, str]) -> list[str]:
    """Say how the paper of a told dose can follow, while none has come; nothing for reports that need no paper."""
    kind = KINDS[one.kind]
    if one.state not in OPEN or not (kind.needs_evidence or kind.declares) or evidence_of(one.case_id):
        return []
    desk = say("hotline.read.nearest") if one.desk.unit_id == NATION else names[one.desk.unit_id]
    return [say("hotline.read.send_paper", ref=shown_ref(one.ref), desk=desk)]


def _answer(one: Progress) -> str:
    key = f"case.refusal.{one.refusal}.citizen"
    return one.answer or (say(key) if one.refusal and has_words(key) else "")


def deeds_of(state: CaseState) -> list[tuple[str, str]]:
    """Give what a caller may do with a report in this state, with its words."""
    deeds = ["answer", "withdraw"] if state in OPEN else []
    deeds += ["withdraw"] if state is CaseState.JOINED else []
    deeds += ["reopen"] if state in {CaseState.UPDATED, CaseState.REJECTED} else []
    return [(deed, say(f"hotline.deed.{deed}")) for deed in deeds]
