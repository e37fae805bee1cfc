"""Every table lies and may be used as its model declares, and the checks notice where it does not."""

import pytest
from django.db import connection

from tiemchung.core.distribution import Sharded, own_models, policy_of
from tiemchung.core.distribution_check import problems
from tiemchung.core.grants import declared_rights
from tiemchung.core.guard import CrossShard, keyless_tables, query_guard
from tiemchung.doses.models import Dose, LedgerEntry


@pytest.mark.django_db
def test_every_table_is_as_its_model_declares() -> None:
    assert problems() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("CREATE UNIQUE INDEX x ON doses_dose (recorded_at)", "lacks the key profile_id"),
        ("ALTER TABLE doses_dose DROP CONSTRAINT doses_dose_pkey, ADD PRIMARY KEY (id)", "lacks the key profile_id"),
        ("ALTER TABLE doses_dose ADD COLUMN n bigserial", "takes its value from a sequence"),
        ("ALTER TABLE doses_dose ADD FOREIGN KEY (lot_id) REFERENCES access_staff", None),
        ("ALTER TABLE doses_dose ADD COLUMN b bigint REFERENCES core_bookmark", "points out of group P"),
    ],
)
def test_a_table_that_was_changed_behind_its_model_is_noticed(damage: str, complaint: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(damage)
    found = problems()
    assert (found == []) if complaint is None else any(complaint in line for line in found)


@pytest.mark.django_db
def test_a_trigger_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        cursor.execute("CREATE TRIGGER t BEFORE UPDATE ON doses_dose EXECUTE FUNCTION f()")
    assert "doses_dose: trigger t" in problems()


@pytest.mark.django_db
def test_the_database_grants_exactly_what_each_model_declares() -> None:
    with connection.cursor() as cursor:
        for model in own_models():
            cursor.execute(
                "SELECT string_agg(privilege_type, ', ') FROM information_schema.role_table_grants"
                " WHERE grantee = 'tiemchung_app' AND table_name = %s",
                [model._meta.db_table],
            )
            (granted,) = cursor.fetchone()
            assert set(granted.split(", ")) == set(declared_rights(model).split(", ")), model


# A report that nobody sent is forgotten with its photos after seven days; once sent, the actions refuse to drop either.
# A device that is known for a phone is nobody's history: it is forgotten when its time is over or its holder says so.
FORGOTTEN = {"CaseDraft", "Evidence", "KnownDevice"}


def test_what_grows_with_people_is_never_deleted() -> None:
    sharded = [m for m in own_models() if isinstance(policy_of(m), Sharded)]
    deletable = {m.__name__ for m in sharded if "DELETE" in declared_rights(m)}
    assert deletable == FORGOTTEN
    assert declared_rights(LedgerEntry) == "SELECT, INSERT"
    assert declared_rights(Dose) == "SELECT, INSERT, UPDATE"


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ('SELECT * FROM "doses_dose" WHERE "doses_dose"."profile_id" = %s', []),
        ('SELECT * FROM "doses_dose" WHERE "doses_dose"."id" = %s', ["doses_dose"]),
        ('SELECT "doses_dose"."profile_id" FROM "doses_dose"', ["doses_dose"]),
        ('UPDATE "doses_dose" SET "state" = %s WHERE "id" = %s', ["doses_dose"]),
        ('INSERT INTO "doses_dose" ("id", "profile_id") VALUES (%s, %s)', []),
        ('SELECT * FROM "places_area"', []),
        ("SAVEPOINT x", []),
    ],
)
def test_a_statement_without_the_shard_key_is_named(sql: str, tables: list[str]) -> None:
    assert keyless_tables(sql) == tables


def test_the_guard_stops_such_a_statement() -> None:
    with pytest.raises(CrossShard):
        query_guard(lambda *_: None, 'SELECT * FROM "doses_dose"', (), False, {})
