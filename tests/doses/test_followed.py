"""What those who follow the ledger ask of it."""

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, days_ago
from tiemchung.core.actor import SYSTEM
from tiemchung.doses import reads
from tiemchung.doses.actions import amend_dose, record_dose
from tiemchung.doses.rules import DoseSource, EntryKind, corrects

LATE = {DoseSource.CASE, DoseSource.BACKLOG}


@pytest.mark.parametrize("source", list(DoseSource))
def test_what_is_amended_voided_verified_or_added_late_is_a_correction(source: DoseSource) -> None:
    for kind in (EntryKind.AMENDED, EntryKind.VOIDED, EntryKind.VERIFIED):
        assert corrects(kind, source)
    assert corrects(EntryKind.RECORDED, source) is (source in LATE)
    assert not corrects(EntryKind.DECLARED, source)
    assert not corrects(EntryKind.SIGNED, source)


@pytest.mark.django_db
def test_an_actions_key_names_its_entry(desk: Desk) -> None:
    desk.record("first")
    (entry,) = reads.history_of([desk.profile_id])
    assert reads.entry_of(desk.profile_id, "first") == entry.id
    assert reads.entry_of(desk.profile_id, "other") is None


@pytest.mark.django_db
def test_only_the_correction_of_a_desks_dose_is_receipted(desk: Desk) -> None:
    dose = desk.record("first").dose
    amend_dose(
        by=desk.lead, at=NOW, key="a", profile_id=desk.profile_id, dose_id=dose.id, version=1,
        changes={"lot_number": "FA9999"}, because="đọc nhầm số lô trên lọ",
    )  # fmt: skip
    entries = list(reads.Entry.objects.filter(profile_id=desk.profile_id).order_by("id"))
    assert reads.corrections_in(entries) == [(desk.profile_id, entries[1].id)]
    assert reads.places_and_days_of(entries) == {(desk.facts.facility_id, days_ago(0))}


@pytest.mark.django_db
def test_a_days_doses_are_counted_by_product_and_only_those_that_count(desk: Desk) -> None:
    desk.record("first")
    record_dose(
        by=SYSTEM, at=NOW, key="b", profile_id=desk.profile_id, source=DoseSource.BACKLOG, because="theo sổ giấy",
        facts=desk.facts.amended({"given_on": days_ago(60), "facility_id": None}),
    )  # fmt: skip
    here, nowhere, empty = (desk.facts.facility_id, days_ago(0)), (None, days_ago(60)), (None, days_ago(1))
    assert reads.counted_on([here, nowhere, empty]) == {here: {"PFIZER": 1}, nowhere: {"PFIZER": 1}, empty: {}}
    assert reads.counted_on([]) == {}
