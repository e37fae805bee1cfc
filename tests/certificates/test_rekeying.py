"""New keys for what is sealed take no passport away, and neither does a wrong index key, whatever changes under it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import Certificate, DoseSignature
from tiemchung.core import sealing
from tiemchung.core.sealing import sealed_version
from tiemchung.people.actions import check_identities
from tiemchung.people.actions.checking import IndexKeyChanged
from tiemchung.people.models import Identifier, IdentityCheck, Profile
from tiemchung.people.reads import identity_states

pytestmark = pytest.mark.django_db
Standing = tuple[Any, ...]


@contextmanager
def keys(**changed: Any) -> Iterator[None]:
    """Run with other secrets, as processes that were started anew do."""
    old = settings.SECRETS
    sealing._index_key.cache_clear()
    settings.SECRETS = replace(old, **changed)
    try:
        yield
    finally:
        settings.SECRETS = old
        sealing._index_key.cache_clear()


def standing(person: UUID) -> Standing:
    """Give all that a passport rests on, as it lies in the database."""
    check = IdentityCheck.objects.get(person_id=person)
    signatures = DoseSignature.objects.filter(profile_id=person).order_by("id")
    return (
        check.state, bytes(check.fields or b""), certificate_of(person).id,
        [(one.id, bytes(one.statement), one.voided_at) for one in signatures],
        Certificate.objects.filter(person_id=person, state="REVOKED").count(),
    )  # fmt: skip


def newer_ring() -> dict[int, bytes]:
    ring = settings.SECRETS.sealing_keys
    return {**ring, max(ring) + 1: secrets.token_bytes(32)}


def test_sealing_everything_anew_leaves_identities_verified_and_signatures_standing() -> None:
    person, ring = a_passport(), newer_ring()
    before = standing(person)
    with keys(sealing_keys=ring):
        call_command("rekey_people", stdout=StringIO())
        assert {sealed_version(row.sealed_value) for row in Identifier.objects.all()} == {max(ring)}
        assert check_identities(person_ids=[person], at=NOW) == set()
        refresh_passports(person_ids=[person], at=NOW)
        assert standing(person) == before
    with keys(sealing_keys={max(ring): ring[max(ring)]}):  # the older keys have left the file
        assert check_identities(person_ids=[person], at=NOW) == set()
        refresh_passports(person_ids=[person], at=NOW)
        assert standing(person) == before


@pytest.mark.parametrize("look", [check_identities, refresh_passports])
@pytest.mark.parametrize("renamed", [False, True])
def test_under_another_index_key_nobody_loses_what_was_verified(look: Callable[..., Any], renamed: bool) -> None:
    person, other = a_passport(), a_passport()
    if renamed:
        Profile.objects.filter(id=person).update(full_name="Phạm Thị Khác")
    before = standing(person), standing(other)
    with keys(index_key=secrets.token_bytes(32)), pytest.raises(IndexKeyChanged):
        look(person_ids=[person, other], at=NOW)
    assert (standing(person), standing(other)) == before


def test_with_the_right_key_back_what_really_changed_is_asked_about_again() -> None:
    person, other = a_passport(), a_passport()
    Profile.objects.filter(id=person).update(full_name="Phạm Thị Khác")
    with keys(index_key=secrets.token_bytes(32)), pytest.raises(IndexKeyChanged):
        check_identities(person_ids=[person, other], at=NOW)
    assert check_identities(person_ids=[person, other], at=NOW) == {person}
    states = identity_states([person, other])
    assert (states[person].state, states[other].state) == ("WAITING", "MATCHED")
