"""Rows written as COPY's own text are the rows that were meant."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiemchung.certificates.models import CertificateByHash
from tiemchung.core.copying import NONE, cell, copy_lines, octets
from tiemchung.core.ids import new_id
from tiemchung.core.models import AuditLine
from tiemchung.doses.models import LedgerEntry

AT = dt.datetime(2026, 11, 20, 3, 0, 0, 123456, tzinfo=dt.UTC)
NAMES = ("id", "subject_id", "at", "action", "actor_kind", "because", "facts", "object_id", "actor_role", "trace")
pytestmark = pytest.mark.django_db
quiet = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def write(subject: UUID, because: str, place: str = NONE) -> AuditLine:
    line = f"{new_id().hex}\t{subject.hex}\t{AT}\ttest\tsystem\t{cell(because)}\t{{}}\t{place}\t\t"
    copy_lines(AuditLine, NAMES, [line])
    return AuditLine.objects.get(subject_id=subject)


@quiet
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_a_text_comes_back_as_it_was(because: str) -> None:
    read = write(uuid4(), because)
    assert (read.because, read.at, read.object_id, read.facts) == (because, AT, None, {})


def test_a_text_that_looks_like_nothing_is_a_text() -> None:
    assert write(uuid4(), NONE).because == NONE


def test_an_id_is_its_digits() -> None:
    place = uuid4()
    assert write(uuid4(), "", place.hex).object_id == place


@quiet
@given(st.binary(max_size=60))
def test_bytes_come_back_as_they_were(value: bytes) -> None:
    key, person = uuid4().bytes + value, uuid4()
    line = f"{new_id().hex}\t{octets(key)}\t{person.hex}\t{uuid4().hex}"
    copy_lines(CertificateByHash, ("id", "hash", "person_id", "certificate_id"), [line])
    assert CertificateByHash.objects.get(hash=key).person_id == person


def test_no_lines_are_no_statement() -> None:
    copy_lines(LedgerEntry, ("id", "no such column"), [])


def test_a_line_that_breaks_a_unique_key_fails_the_whole() -> None:
    names, key = ("id", "hash", "person_id", "certificate_id"), octets(uuid4().bytes)
    lines = [f"{new_id().hex}\t{key}\t{uuid4().hex}\t{uuid4().hex}" for _ in range(2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_lines(CertificateByHash, names, lines)
    copy_lines(CertificateByHash, names, lines[:1])
