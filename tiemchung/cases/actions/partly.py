"""The answer to a report that several desks answered: what each said of its part, then what the last one says."""

from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.models import Case, CaseStep
from tiemchung.cases.reads.desks import desk_names
from tiemchung.cases.rules import NATION, PartKind, Step, is_mixed, parts_of
from tiemchung.cases.sealed import open_text
from tiemchung.cases.telling import part_words

_CODE = {PartKind.DONE: "PART_DONE", PartKind.REFUSED: "PART_REFUSED"}
_FEWEST = 4  # received, claimed, passed on in part, claimed: with fewer steps nobody has answered a part


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """What the citizen reads at the end, and the code of the message that says so, empty for the plain one."""

    text: str
    message: str = ""


def whole_answer(case: Case, end: Step, answer: str) -> WholeAnswer:
    """Give the answer with which a case ends by this step: of one desk alone, its words as they are.

    Each part is named by the place that answered for it, in the reporter's language, and as corrected or refused.
    """
    if end not in {Step.SETTLE, Step.REFUSE} or case.steps < _FEWEST:
        return WholeAnswer(answer)
    steps = list(CaseStep.objects.filter(contact_key=case.contact_key, case_id=case.id).order_by("number"))
    parts = parts_of(steps)
    if not parts:
        return WholeAnswer(answer)
    said = {step.number: open_text(step.id, step.sealed_text) for step in steps}
    last = PartKind.REFUSED if end is Step.REFUSE else PartKind.DONE
    told = [(part.kind, part.unit_id, part.unit_level, said[part.number]) for part in parts]
    told.append((last, case.unit_id, case.unit_level, answer))
    names = desk_names((unit, level) for _, unit, level, _ in told if unit is not None)
    texts = [_said(case.language, kind, unit, names, text) for kind, unit, _, text in told]
    return WholeAnswer("\n\n".join(texts), "PARTLY" if is_mixed(parts, end) else "")


def _said(language: str, kind: PartKind, unit: UUID | None, names: dict[UUID, str], text: str) -> str:
    place = part_words(language, "NATION") if unit == NATION or unit is None else names.get(unit, "")
    return part_words(language, _CODE[kind], place=place, text=text.strip())


__all__ = ["WholeAnswer", "whole_answer"]
