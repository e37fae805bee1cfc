"""Rows read and put by hand-written statements are those that the framework reads and puts."""

import datetime as dt
from uuid import uuid4

import pytest

from tiemchung.core.models import AuditLine
from tiemchung.core.rows import put_row, put_rows, rows
from tiemchung.doses.models import LedgerEntry

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


def a_line(**changes: object) -> AuditLine:
    facts = {"subject_id": uuid4(), "at": AT, "action": "test", "actor_kind": "system", "facts": {"codes": ["Ổ", 1]}}
    return AuditLine(**facts | changes)


def test_a_row_put_by_hand_is_read_by_the_framework() -> None:
    line = a_line(because="Lý do có dấu 'và' %s")
    put_row(line)
    read = AuditLine.objects.get(subject_id=line.subject_id)
    assert [getattr(read, f.attname) for f in AuditLine._meta.concrete_fields] == [
        getattr(line, f.attname) for f in AuditLine._meta.concrete_fields
    ]


@pytest.mark.parametrize("many", [0, 1, 3, 20])
def test_many_rows_put_at_once_are_all_there(many: int) -> None:
    lines = [a_line(because=f"Lý do {n}") for n in range(many)]
    put_rows(lines)
    read = AuditLine.objects.filter(id__in=[line.id for line in lines])
    assert {(line.id, line.because, line.facts["codes"][0]) for line in read} == {
        (line.id, line.because, "Ổ") for line in lines
    }


def test_a_row_put_by_the_framework_is_read_by_hand() -> None:
    line = a_line()
    line.save(force_insert=True)
    (read,) = rows(AuditLine, "subject_id = %s AND action = %s", line.subject_id, "test")
    assert read == line
    assert (read.facts, read.at, read.actor_id) == (line.facts, AT, None)
    assert rows(AuditLine, "subject_id = %s", uuid4()) == []


def test_what_the_database_fills_in_stays_the_databases() -> None:
    entry = LedgerEntry(profile_id=uuid4(), dose_id=uuid4(), kind="RECORDED", recorded_at=AT, key="k", source="DESK",
                        facts={}, by_kind="system")  # fmt: skip
    put_row(entry)
    assert LedgerEntry.objects.get(profile_id=entry.profile_id).xact > 0
