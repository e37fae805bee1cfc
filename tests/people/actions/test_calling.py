"""A caller proves who they are before anything is read out, and learns nothing from failing."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.core.models import AuditLine
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import CallerFacts, CallerLevel, link_profiles, prove_caller

from ..conftest import AT, BA_DINH, CITIZEN, CORRECTOR, HOTLINE, OFFICER, Register

pytestmark = pytest.mark.django_db
CCCD, NAME, BORN = "079201000001", "Nguyễn Văn An", dt.date(2001, 3, 5)
NOBODY = UUID(int=5)


def _level(person_id: UUID, *facts: object) -> CallerLevel:
    proof = prove_caller(by=HOTLINE, at=AT, person_id=person_id, facts=CallerFacts(*facts))  # type: ignore[arg-type]
    assert proof.verdict.allowed == (proof.level is not CallerLevel.NONE)
    return proof.level


def test_name_birth_and_whole_number_prove_a_caller_and_without_the_number_a_code_must_follow(
    register: Register,
) -> None:
    an = register(identifiers=[("CCCD", CCCD)]).person_id
    assert _level(an, NAME, BORN, "DAY", "079 201 000 001") is CallerLevel.NUMBERED
    assert _level(an, "nguyen van an", BORN, "DAY", CCCD) is CallerLevel.NUMBERED
    assert _level(an, NAME, BORN) is CallerLevel.NAMED


@pytest.mark.parametrize(
    "facts",
    [
        (NAME, BORN, "DAY", "079201000002"),
        (NAME, BORN, "DAY", "001"),
        (NAME, BORN, "DAY", "0900000001"),
        (NAME, dt.date(2001, 5, 3), "DAY", CCCD),
        (NAME, dt.date(2001, 1, 1), "YEAR", CCCD),
        (NAME, None, "DAY", CCCD),
        ("Nguyễn Văn Ân", BORN, "DAY", CCCD),
        ("", BORN, "DAY", CCCD),
        ("", None, "DAY", ""),
    ],
)
def test_one_wrong_fact_proves_nothing_and_is_answered_as_for_nobody(
    register: Register, facts: tuple[object, ...]
) -> None:
    an = register(identifiers=[("CCCD", CCCD)]).person_id
    answers, statements = [], []
    for person_id in (an, NOBODY):
        with CaptureQueriesContext(connection) as asked:
            answers.append(prove_caller(by=HOTLINE, at=AT, person_id=person_id, facts=CallerFacts(*facts)))  # type: ignore[arg-type]
        statements.append(len(asked))
    assert answers[0] == answers[1]
    assert statements[0] == statements[1]
    assert answers[0].level is CallerLevel.NONE


def test_the_facts_of_any_profile_of_the_person_prove_it(register: Register) -> None:
    keep, join = register(identifiers=[("CCCD", CCCD)]).person_id, register("Nguyễn Văn Anh", area_id=BA_DINH).person_id
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=keep, join_person=join, because="same card")
    assert _level(join, "Nguyễn Văn Anh", BORN, "DAY", CCCD) is CallerLevel.NUMBERED


def test_each_try_leaves_a_line_without_what_was_said(register: Register) -> None:
    an = register(identifiers=[("CCCD", CCCD)]).person_id
    _level(an, NAME, BORN, "DAY", CCCD)
    _level(an, NAME, BORN, "DAY", "079201000002")
    lines = AuditLine.objects.filter(subject_id=an, action="people.prove_caller").order_by("id")
    assert [line.facts["level"] for line in lines] == ["NUMBERED", "NONE"]
    assert not any("07920" in str(line.__dict__) or NAME in str(line.__dict__) for line in lines)


@pytest.mark.parametrize("by", [OFFICER, CITIZEN], ids=["officer", "citizen"])
def test_only_who_serves_callers_may_ask(register: Register, by: object) -> None:
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        prove_caller(by=by, at=AT, person_id=register().person_id, facts=CallerFacts(NAME, BORN))  # type: ignore[arg-type]
