"""A suggestion brings its reason along, and none where there is none but the citizen's word."""

from tiemchung.cases.suggestions import Suggestion
from tiemchung.core.verdict import Reason, Severity
from tiemchung.web.cases.suggested import because_of, reason_words


def suggestion(*codes: str) -> Suggestion:
    return Suggestion((), ("VERIFY",), tuple(Reason(code, severity=Severity.NOTE) for code in codes), 50)


def test_a_suggestion_on_paper_is_offered_with_its_reason() -> None:
    one = suggestion("DECLARED_BY_CITIZEN", "EVIDENCE_ATTACHED")
    assert "Có giấy tờ đính kèm" in because_of(one, [reason_words(reason) for reason in one.reasons])


def test_a_declaration_without_paper_asks_whoever_believes_it_for_a_reason_of_their_own() -> None:
    one = suggestion("DECLARED_BY_CITIZEN", "NO_PAPER")
    assert because_of(one, [reason_words(reason) for reason in one.reasons]) == ""
