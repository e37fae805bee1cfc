"""A declared dose and its case come together, stay together, and go together."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import NOW, a_person, a_phone, country  # noqa: F401 - a fixture
from tests.cases.conftest import Office
from tiemchung.cases.actions import (
    claim_case,
    declaring,
    open_case,
    refuse_case,
    report_declared,
    withdraw_declared,
)
from tiemchung.cases.actions.declaring import declared_facts
from tiemchung.cases.reads import cases_of_contact, open_about, progress_of
from tiemchung.cases.rules import CaseState, Claim, ClaimedDose
from tiemchung.core.actor import PUBLIC, Actor, Kind
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses.reads import doses_of, history_of
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts
from tiemchung.people.reads import holder_of

pytestmark = pytest.mark.usefixtures("db", "country")
FACTS = DoseFacts("PFIZER", dt.date(2025, 8, 14), lot_number="FA0123", place_name="Nhà văn hóa phường 5")


def somebody() -> tuple[UUID, str, Actor]:
    phone = a_phone()
    person_id = a_person(phones=[(phone, "OWN")]).person_id
    return person_id, phone, Actor(kind=Kind.CITIZEN, person_ids=frozenset({person_id}))


def claim_of(person_id: UUID) -> Claim:
    holder = holder_of(person_id)
    return Claim(full_name=holder.full_name, birth_date=holder.birth_date)


def declare(person_id: UUID, phone: str, by: Actor, key: str = "one", **other: Any) -> Any:
    return report_declared(by=by, at=NOW, key=key, person_id=person_id, facts=FACTS, claim=claim_of(person_id),
                           phone=phone, **other)  # fmt: skip


def test_asked_twice_with_one_key_it_is_one_dose_and_one_case() -> None:
    person_id, phone, by = somebody()
    assert declare(person_id, phone, by) == declare(person_id, phone, by)
    (case,) = cases_of_contact(contact_key(phone))
    (dose,) = doses_of([person_id])
    assert (case.kind, case.dose_id, dose.state, dose.counted) == ("DOSE_DECLARED", dose.id, DoseState.DECLARED, False)


def test_without_the_case_there_is_no_dose(monkeypatch: pytest.MonkeyPatch) -> None:
    person_id, phone, by = somebody()

    def refused(**_: Any) -> None:
        raise Refused(refuse("CLAIM_AFTER_DEATH"))

    monkeypatch.setattr(declaring, "open_case", refused)
    with pytest.raises(Refused):
        declare(person_id, phone, by)
    assert doses_of([person_id], voided=True) == ()


def test_nobody_declares_for_a_person_who_is_not_theirs() -> None:
    person_id, phone, _ = somebody()
    other = Actor(kind=Kind.CITIZEN, person_ids=frozenset({uuid4()}))
    with pytest.raises(Refused) as caught:
        declare(person_id, phone, other)
    assert "NOT_YOUR_PERSON" in {reason.code for reason in caught.value.verdict.refusals}


def test_taking_the_report_back_takes_the_dose_off_the_card_and_keeps_it_in_the_history() -> None:
    person_id, phone, by = somebody()
    opened = declare(person_id, phone, by).opened
    withdraw_declared(by=by, at=NOW, ref=opened.ref, contact_key=opened.contact_key, because="Khai nhầm ngày tiêm")
    found = progress_of(opened.ref, opened.contact_key)
    assert found is not None
    assert found.state is CaseState.WITHDRAWN
    assert doses_of([person_id]) == ()
    assert [entry.kind for entry in history_of([person_id])] == ["DECLARED", "VOIDED"]


def test_a_refused_declaration_leaves_the_card_and_stays_in_the_history(office: Office) -> None:
    person_id, phone, by = somebody()
    told = replace(FACTS, facility_id=office.facility.id)
    made = report_declared(
        by=by, at=NOW, key="k", person_id=person_id, facts=told, claim=claim_of(person_id), phone=phone
    )
    file = claim_case(by=office.lead, at=NOW, ref=made.opened.ref)
    for _ in range(2):
        refuse_case(
            by=office.lead, at=NOW, key="no", ref=file.ref, version=file.version, refusal="SLIP_ALTERED",
            answer="Giấy đã bị sửa, cơ sở không có mũi này.",
        )  # fmt: skip
    assert doses_of([person_id]) == ()
    history = history_of([person_id])
    assert [entry.kind for entry in history] == ["DECLARED", "VOIDED"]
    assert "SLIP_ALTERED" in history[-1].because


def test_a_short_word_is_enough_to_take_a_declaration_back() -> None:
    person_id, phone, by = somebody()
    opened = declare(person_id, phone, by).opened
    withdraw_declared(by=by, at=NOW, ref=opened.ref, contact_key=opened.contact_key, because="Nhầm")
    assert doses_of([person_id]) == ()


@pytest.mark.parametrize("told", [ClaimedDose(1, given_on=dt.date(2025, 8, 14)), ClaimedDose(1, "PFIZER")])
def test_a_declared_dose_says_what_and_when(told: ClaimedDose) -> None:
    with pytest.raises(Refused, match="CLAIM_DOSE_NOT_WHOLE"):
        declared_facts(told)


def test_the_phone_of_somebody_else_takes_nothing_back() -> None:
    person_id, phone, by = somebody()
    opened = declare(person_id, phone, by).opened
    with pytest.raises(Refused) as caught:
        withdraw_declared(by=by, at=NOW, ref=opened.ref, contact_key=contact_key(a_phone()), because="Khai nhầm")
    assert {reason.code for reason in caught.value.verdict.refusals} == {"NO_SUCH_CASE"}
    assert [dose.state for dose in doses_of([person_id])] == [DoseState.DECLARED]


def test_only_the_open_cases_of_the_own_person_are_told() -> None:
    person_id, phone, by = somebody()
    opened = declare(person_id, phone, by).opened
    other = open_case(
        by=by, at=NOW, key="two", kind="PERSONAL_DATA", door="BOOK", claim=claim_of(person_id), phone=phone,
        person_id=person_id,
    )  # fmt: skip
    withdraw_declared(by=by, at=NOW, ref=other.ref, contact_key=other.contact_key, because="Không cần nữa")
    assert [case.ref for case in open_about(by, [person_id])] == [opened.ref]
    assert open_about(PUBLIC, [person_id]) == ()
    assert open_about(Actor(kind=Kind.CITIZEN, person_ids=frozenset({uuid4()})), [person_id]) == ()


def test_the_case_tells_the_declared_dose_whatever_doses_the_claim_had() -> None:
    person_id, phone, by = somebody()
    claim = Claim(full_name="Nguyễn Thị An", birth_date=dt.date(1990, 5, 17), doses=(ClaimedDose(1, "MODERNA"),))
    made = report_declared(by=by, at=NOW, key="k", person_id=person_id, facts=FACTS, claim=claim, phone=phone)
    found = progress_of(made.opened.ref, made.opened.contact_key)
    assert found is not None
    assert found.dose_id == made.dose_id
