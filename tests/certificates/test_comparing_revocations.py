"""Each night what was revoked is compared with the lists, and nothing that was taken back stays believed offline."""

import datetime as dt
from hashlib import sha256

import pytest
from django.db import connection

from tests.certificates.central_cast import a_passport, certificate_of
from tests.conftest import NOW
from tiemchung.certificates.actions import comparing_revocations
from tiemchung.certificates.actions.comparing_revocations import ALARM, Overlooked, compare_revocations
from tiemchung.certificates.actions.revocation_lists import publish_overlooked, publish_revocations
from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, Revocation, RevocationBatch, RevocationSlice
from tiemchung.certificates.rules.slices import split
from tiemchung.certificates.tasks import revocations
from tiemchung.core.alarms import alarms
from tiemchung.core.distribution import allow_cross_shard

pytestmark = pytest.mark.django_db
KID = b"kidkidki"
MINUTE = dt.timedelta(minutes=1)
YEAR = dt.timedelta(days=365)
NIGHT = NOW + dt.timedelta(days=1)


def listed(*numbers: int, at: dt.datetime, kid: bytes = KID, ends: dt.datetime = NOW + YEAR) -> set[bytes]:
    found = {sha256(f"number {one}".encode()).digest()[:16] for one in numbers}
    Revocation.objects.bulk_create(Revocation(hash=h, kid=kid, revoked_at=at, expires_at=ends) for h in found)
    return found


def lose(statement: str, *params: object) -> None:
    """Take rows away as somebody with the database in hand does; the application itself may not."""
    with connection.cursor() as cursor, allow_cross_shard("what nobody of ours does"):
        cursor.execute("RESET ROLE")
        cursor.execute(statement, list(params))
        cursor.execute("SET LOCAL ROLE tiemchung_app")


def batched() -> set[bytes]:
    return {one for row in RevocationBatch.objects.all() for one in split(bytes(row.hashes))}


def sliced() -> set[bytes]:
    return {one for row in RevocationSlice.objects.all() for one in split(bytes(row.hashes))}


def told() -> list[dict[str, object]]:
    return [dict(one.facts) for one in alarms(unseen=True) if one.code == ALARM]


def test_what_was_committed_an_hour_after_its_moment_is_handed_out() -> None:
    early = listed(1, at=NOW)
    publish_revocations(at=NOW)
    late = listed(*range(2, 40), at=NOW - 60 * MINUTE)  # every first hex digit is likely, none is needed
    assert publish_revocations(at=NOW + MINUTE) == 0
    assert publish_overlooked(at=NIGHT) == 38
    assert batched() == sliced() == early | late
    assert publish_overlooked(at=NIGHT) == publish_revocations(at=NIGHT) == 0


@pytest.mark.parametrize("table", ["batch", "slice"])
def test_what_somebody_took_out_of_one_of_the_lists_comes_back(table: str) -> None:
    every = listed(*range(30), at=NOW)
    publish_revocations(at=NOW)
    listed(99, at=NOW + MINUTE, kid=b"anothers")
    publish_revocations(at=NOW + MINUTE)
    lose(f"DELETE FROM certificates_revocation{table} WHERE kid = %s", KID)
    assert compare_revocations(at=NIGHT) == Overlooked(0, 30)
    assert every <= batched()
    assert every <= sliced()
    assert told() == [{"unlisted": 0, "unpublished": 30}]


def test_one_number_under_two_keys_is_handed_out_under_each() -> None:
    listed(1, at=NOW)
    listed(1, at=NOW, kid=b"anothers")
    publish_revocations(at=NOW)
    assert {bytes(row.kid) for row in RevocationSlice.objects.all()} == {KID, b"anothers"}
    assert compare_revocations(at=NIGHT) == Overlooked(0, 0)
    RevocationSlice.objects.filter(kid=KID).delete()
    assert compare_revocations(at=NIGHT) == Overlooked(0, 1)
    assert {bytes(row.kid) for row in RevocationSlice.objects.all()} == {KID, b"anothers"}


def test_a_revoked_certificate_that_is_in_no_list_is_listed_and_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing_revocations, "BATCH", 1)
    made = [certificate_of(a_passport()) for _ in range(3)]
    revoke_certificates(certificates=made, because="REPLACED", at=NOW)
    publish_revocations(at=NOW)
    lost = hash_of_number(made[1].uvci)
    lose("DELETE FROM certificates_revocation WHERE hash = %s", lost)
    lose("DELETE FROM certificates_revocationbatch")
    lose("DELETE FROM certificates_revocationslice")
    assert compare_revocations(at=NIGHT) == Overlooked(1, 0)
    publish_revocations(at=NIGHT)
    assert batched() == {hash_of_number(one.uvci) for one in made}
    assert compare_revocations(at=NIGHT) == Overlooked(0, 0)


def test_what_has_ended_is_left_alone() -> None:
    made = certificate_of(a_passport())
    revoke_certificates(certificates=[made], because="REPLACED", at=NOW)
    lose("DELETE FROM certificates_revocation")
    assert compare_revocations(at=made.expires_at + MINUTE) == Overlooked(0, 0)
    listed(1, at=NOW, ends=NOW + MINUTE)
    assert publish_overlooked(at=NIGHT) == 0


def test_a_night_without_faults_says_nothing() -> None:
    made = certificate_of(a_passport())
    revoke_certificates(certificates=[made], because="REPLACED", at=NOW)
    publish_revocations(at=NOW)
    assert compare_revocations(at=NIGHT) == Overlooked(0, 0)
    assert told() == []
    assert Certificate.objects.get(person_id=made.person_id, id=made.id).revoked_at == NOW


def test_it_is_done_once_a_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "_compared", set())
    times: list[dt.datetime] = []

    def compared(*, at: dt.datetime) -> Overlooked:
        times.append(at)
        return Overlooked(0, 0)

    monkeypatch.setattr(revocations, "compare_revocations", compared)
    evening = dt.datetime(2021, 11, 20, 17, 0, tzinfo=dt.UTC)  # midnight in Vietnam
    for quarter in range(4 * 48):
        revocations.compare(evening + quarter * 15 * MINUTE)
    assert times == [evening + dt.timedelta(hours=2), evening + dt.timedelta(hours=26)]
