"""Every reason, cause and state that a desk can be shown has words in both languages."""

import pytest

from tiemchung.cases.rules.bulk import BulkCause, BulkState, ItemState
from tiemchung.cases.rules.nearness import DoseReason
from tiemchung.people.rules.near import WEIGHTS
from tiemchung.web.shared.words import say, sentences

OWN = (
    "CITIZEN_NEVER_GIVEN", "CITIZEN_SAYS_OTHERWISE", "CITIZEN_NAMES_NUMBER", "CITIZEN_NAMES_PHONE",
    "DECLARED_BY_CITIZEN", "FACILITY_HAS_IT", "ON_RECORD_ALREADY", "NOWHERE_ON_RECORD", "EVIDENCE_ATTACHED",
    "VOIDED_TWIN", "VOIDED_ALREADY", "TWIN_ON_RECORD", "DOSE_UNDER_NEAR_PERSON", "SAME_AS_RECORD", "NO_PAPER",
    "REPORTED_FROM", "OLD_PHONE_LOST", "OLD_PHONE_SILENT",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_whatever_is_suggested_is_said_in_words(lang: str) -> None:
    for code in (*DoseReason, *OWN):
        assert say(f"suggest.reason.{code}", lang, on="05/08/2021", phone="***123")
    assert {code for code in WEIGHTS if f"people.near.{code}" not in sentences(lang)} == set()
    for cause in BulkCause:
        assert say(f"bulk.cause.{cause}", lang)
    for machine, states in (("bulk", BulkState), ("bulk_item", ItemState)):
        assert all(f"state.{machine}.{state}.label" in sentences(lang) for state in states)
