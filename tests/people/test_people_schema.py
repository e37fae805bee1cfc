"""What the database itself holds of this domain's promises."""

import uuid

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tiemchung.core.distribution import Rights
from tiemchung.core.distribution_check import problems
from tiemchung.people.models import Person, PersonLink, Profile

pytestmark = pytest.mark.django_db
_UNIQUE = """
SELECT t.relname, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid
                        AND a.attnum = ANY(i.indkey))
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE i.indisunique AND t.relname LIKE 'people\\_%'
"""


def test_no_phone_is_ever_a_unique_key_and_no_number_either() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNIQUE)
        unique = [(table, set(columns)) for table, columns in cursor.fetchall()]
    assert len(unique) >= 12
    for table, columns in unique:
        assert not columns <= {"phone_index", "value_index"}, table
        assert not columns & {"phone_index", "value_index"} or columns & {"id", "profile_id", "person_id"}, table


def test_the_tables_are_as_the_models_declare() -> None:
    assert [line for line in problems() if line.startswith("people_")] == []


def test_nothing_of_a_person_can_be_deleted_by_the_application() -> None:
    for model in apps.get_app_config("people").get_models():
        assert "DELETE" not in model.rights, model  # type: ignore[attr-defined]
        assert model.rights is not Rights.TRANSIENT  # type: ignore[attr-defined]


def test_a_profile_has_at_most_one_open_edge_and_none_to_itself() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    PersonLink.objects.create(profile_id=one, person_id=other, valid_from="2026-01-01T00:00Z", because="x")
    for person in (other, one):
        with pytest.raises(IntegrityError), transaction.atomic():
            PersonLink.objects.create(profile_id=one, person_id=person, valid_from="2026-01-01T00:00Z", because="x")


def test_person_and_profile_of_one_id_lie_in_one_shard() -> None:
    assert (Person.distribution.key, Profile.distribution.key) == ("id", "id")
    assert Person.distribution.group == Profile.distribution.group
