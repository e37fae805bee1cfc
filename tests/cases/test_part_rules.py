"""What the steps of a case tell of its parts, and where a report of several places begins."""

from uuid import UUID

from tests.builders import NOW
from tiemchung.cases.rules import (
    NATION,
    Desk,
    DeskLevel,
    Known,
    PartKind,
    RouteReason,
    Step,
    above_all,
    is_mixed,
    parts_of,
    route,
)
from tiemchung.cases.telling import is_in_parts, part_words
from tiemchung.cases.values import StepView
from tiemchung.core.actor import Kind


def step(number: int, what: Step, unit: int, code: str = "", by: Kind = Kind.STAFF) -> StepView:
    """Give one step."""
    return StepView(number, what, NOW, "ROUTED", by, "", "", UUID(int=unit), "FACILITY", code, "", "")


def test_a_part_belongs_to_the_desk_that_held_the_case_and_not_to_one_that_was_told() -> None:
    steps = [
        step(1, Step.RECEIVE, 10),
        step(2, Step.ESCALATE, 30, by=Kind.SYSTEM),
        step(3, Step.PASS_ON, 11, "PART_DONE"),
        step(4, Step.PASS_ON, 12, "BLURRED"),
        step(5, Step.PASS_ON, 13, "PASSED_ON"),
    ]
    assert [(p.kind, p.unit_id, p.refusal) for p in parts_of(steps)] == [
        (PartKind.DONE, UUID(int=10), ""), (PartKind.REFUSED, UUID(int=11), "BLURRED"),
    ]  # fmt: skip
    assert parts_of([*steps, step(6, Step.REOPEN, 13, by=Kind.CITIZEN)]) == ()
    assert len(parts_of([*steps, step(6, Step.REOPEN, 13, by=Kind.SYSTEM)])) == 2


def test_an_end_is_mixed_where_one_part_was_settled_and_another_refused() -> None:
    done = parts_of([step(1, Step.RECEIVE, 10), step(2, Step.PASS_ON, 11, "PART_DONE")])
    refused = parts_of([step(1, Step.RECEIVE, 10), step(2, Step.PASS_ON, 11, "BLURRED")])
    ends = [is_mixed(parts, end) for parts in (done, refused, ()) for end in (Step.SETTLE, Step.REFUSE)]
    assert ends == [False, True, True, False, False, False]


HOUSE, OTHER = Desk(UUID(int=70), DeskLevel.FACILITY), Desk(UUID(int=71), DeskLevel.FACILITY)
CITY = Desk(UUID(int=90), DeskLevel.PROVINCE)


def test_where_nobody_sits_above_all_places_the_first_place_answers() -> None:
    both = above_all([Known((desk, CITY), RouteReason.FACILITY_OF_DOSE) for desk in (HOUSE, OTHER)])
    assert (route(both, [HOUSE.unit_id, CITY.unit_id]).desk, route(both, [HOUSE.unit_id]).desk) == (CITY, HOUSE)
    assert route(both, [HOUSE.unit_id]).why is RouteReason.FACILITY_OF_DOSE
    assert route(both, []).desk.unit_id == NATION
    assert both.answering(HOUSE).ladder == (HOUSE, CITY)
    assert both.answering(CITY).ladder == (CITY,)


def test_an_answer_of_several_desks_is_known_by_its_headings() -> None:
    for language in ("vi", "en"):
        parts = [part_words(language, f"PART_{kind}", place="Trạm", text="Đã ghi.") for kind in PartKind]
        assert is_in_parts(language, "\n\n".join(parts))
        assert is_in_parts(language, "\n\n".join(reversed(parts)))
        assert not is_in_parts(language, parts[0])
        assert not is_in_parts(language, "Đã ghi bổ sung.\n\n" + parts[0])
