"""The watch finds a log that was changed behind everybody's back: a leaf, a tile, a head, or the whole of it.

And what the log holds and the tables no longer do: a certificate that somebody deleted or set back.
"""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates import merkle, watch_log, watch_ranges
from tiemchung.certificates.actions.watching import watch_batch
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.log import LogBroken, append_leaves, head_bytes, publish_head, tile_reader
from tiemchung.certificates.models import Certificate, Emission, LogHead, LogTile, SigningKey, WatchDay
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.alarms import alarms
from tiemchung.core.distribution import allow_cross_shard

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)


def a_look(at: dt.datetime = NOW) -> dict[str, int]:
    while watch_batch(at=at):
        pass
    day = WatchDay.objects.latest("began_at")
    assert day.ended_at == at
    return dict(day.reasons)


def codes() -> list[tuple[str, str]]:
    return [(one.code, one.facts["why"]) for one in alarms(unseen=True)]


def some_leaves(count: int, name: bytes = b"leaf") -> list[bytes]:
    return [name + n.to_bytes(8) for n in range(count)]


def append(count: int) -> None:
    """Put so many leaves into the log, each with a form that claims it."""
    claim(range(first := append_leaves(some_leaves(count), NOW), first + count))


def claim(places: range) -> None:
    with allow_cross_shard("forms of nobody"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO certificates_emission (id, person_id, certificate_id, form, text, kid, hash, hash_type, "
            "log_position, emitted_at, expires_at) SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), "
            "'TEST', '', '', '', 'UCI', n, now(), now() FROM generate_series(%s, %s - 1) AS n",
            [places.start, places.stop],
        )


def delete(person: UUID) -> None:
    """Do what the owner of the tables can do: the application itself may not delete a certificate."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM certificates_certificate WHERE person_id = %s", [person])
        cursor.execute("SET LOCAL ROLE tiemchung_app")


def leaves_named() -> list[tuple[str, str]]:
    return [(one.facts["why"], one.facts["leaves"]) for one in alarms(unseen=True)]


def change_tile(level: int, number: int, place: int) -> None:
    """Do what somebody at the database does: put another hash in the place of one."""
    row = LogTile.objects.get(level=level, number=number)
    tile = bytearray(row.hashes)
    tile[place * 32] ^= 1
    LogTile.objects.filter(level=level, number=number).update(hashes=bytes(tile))


def sign_head(size: int, root: bytes, at: dt.datetime = NOW) -> None:
    """Do what somebody with the log's own key does."""
    key = SigningKey.objects.get(purpose=KeyPurpose.LOG)
    signature = signer_of(bytes(key.kid), key.store).sign(head_bytes(size, root, at))
    LogHead.objects.filter(size=size).update(root=root, made_at=at, kid=key.kid, signature=signature)


def test_a_log_that_grew_as_it_should_is_looked_at_without_a_word() -> None:
    append(700)
    a_passport()
    assert a_look() == {}
    append(70_000)
    a_passport()
    assert a_look(TOMORROW) == {}
    assert codes() == []
    assert [day.head_size for day in WatchDay.objects.order_by("began_at")] == [701, 70_702]


@pytest.mark.parametrize(
    ("level", "number", "place"), [(0, 0, 0), (0, 0, 255), (0, 1, 17), (0, 272, 3), (1, 0, 7), (1, 0, 255)]
)
def test_a_hash_that_was_changed_in_a_full_tile_is_found(level: int, number: int, place: int) -> None:
    append(70_000)
    publish_head(NOW)
    change_tile(level, number, place)
    reasons = a_look()
    assert reasons["LOG_TILE"] >= 1
    assert ("LOG_BROKEN", "LOG_TILE") in codes()


def test_a_full_tile_that_is_short_is_found() -> None:
    append(600)
    publish_head(NOW)
    LogTile.objects.filter(level=0, number=1).update(hashes=bytes(32))
    assert a_look()["LOG_TILE"] == 1


@pytest.mark.parametrize(("level", "number"), [(0, 2), (1, 0)])
def test_a_hash_that_was_changed_in_the_last_tiles_is_found_under_the_signed_head(level: int, number: int) -> None:
    append(600)
    publish_head(NOW)
    change_tile(level, number, 0)
    assert a_look()["LOG_HEAD"] == 1
    assert ("LOG_BROKEN", "LOG_HEAD") in codes()


def test_a_leaf_and_its_certificate_changed_together_do_not_pass() -> None:
    person = a_passport()
    append(600)
    publish_head(NOW)
    forged = merkle.leaf_hash(b"another")
    tile = bytes(LogTile.objects.get(level=0, number=0).hashes)
    LogTile.objects.filter(level=0, number=0).update(hashes=forged + tile[32:])
    reasons = a_look()
    assert reasons == {"LOG_TILE": 1, "OTHER_LEAF": 1}
    assert ("CERTIFICATE_WRONG", "OTHER_LEAF") in codes()
    assert certificate_of(person).log_position == 0


def test_a_head_that_the_logs_key_never_signed_is_found() -> None:
    append(3)
    publish_head(NOW)
    LogHead.objects.update(signature=bytes(64))
    assert a_look() == {"LOG_HEAD": 1}


def test_a_head_signed_with_a_key_of_another_purpose_is_found() -> None:
    a_passport()
    head = publish_head(NOW)
    key = SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)
    signature = signer_of(bytes(key.kid), key.store).sign(head_bytes(head.size, head.root, head.made_at))
    LogHead.objects.update(kid=key.kid, signature=signature)
    assert a_look() == {"LOG_HEAD": 1}


def test_a_log_made_anew_under_the_stolen_key_is_not_the_one_of_the_night_before() -> None:
    append(40)
    a_look()
    other = merkle.grow(0, {}, some_leaves(40, b"other"))
    for (level, number), hashes in other.tiles.items():
        LogTile.objects.filter(level=level, number=number).update(hashes=hashes)
    sign_head(40, other.root)
    assert merkle.root_at(40, tile_reader()) == other.root
    assert a_look(TOMORROW) == {"LOG_SHRUNK": 1}
    assert codes() == [("LOG_BROKEN", "LOG_SHRUNK")]


def test_a_log_that_was_cut_is_not_the_one_of_the_night_before() -> None:
    append(30)
    publish_head(NOW)
    append(10)
    a_look()
    with connection.cursor() as cursor:
        # As the owner of the tables: the application itself may not take a head away.
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM certificates_loghead WHERE size = 40")
        cursor.execute("SET LOCAL ROLE tiemchung_app")
    assert a_look(TOMORROW)["LOG_SHRUNK"] == 1


def test_no_head_is_signed_that_the_stored_log_does_not_give() -> None:
    append(3)
    change_tile(0, 0, 1)
    with pytest.raises(LogBroken):
        publish_head(NOW)
    assert LogHead.objects.get().signature is None
    assert a_look()["LOG_HEAD"] == 1


def test_a_certificate_issued_while_the_look_goes_on_is_looked_at_too() -> None:
    a_passport()
    assert watch_batch(at=NOW, limit=1) == 1
    a_passport()
    assert a_look() == {}
    assert WatchDay.objects.get().seen == 2
    assert Certificate.objects.count() == 2


def test_a_certificate_that_was_deleted_leaves_a_leaf_that_names_it() -> None:
    _, gone, _ = a_passport(), a_passport(), a_passport()
    delete(gone)
    assert a_look() == {"LEAF_WITHOUT_ROW": 1}
    assert leaves_named() == [("LEAF_WITHOUT_ROW", "1")]


@pytest.mark.parametrize("change", [{"state": "DROPPED"}, {"state": "INTENT"}, {"log_position": None}])
def test_a_certificate_that_was_set_back_leaves_its_leaf(change: dict[str, Any]) -> None:
    person = a_passport()
    Certificate.objects.filter(person_id=person).update(**change)
    assert a_look()["LEAF_WITHOUT_ROW"] == 1


def test_a_form_that_was_deleted_is_missed_in_a_full_tile_and_behind_the_last_one() -> None:
    append(600)
    with connection.cursor() as cursor, allow_cross_shard("forms of nobody"):
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM certificates_emission WHERE log_position IN (0, 255, 256, 511, 512, 599)")
        cursor.execute("SET LOCAL ROLE tiemchung_app")
    assert a_look() == {"LEAF_WITHOUT_ROW": 6}
    assert leaves_named() == [("LEAF_WITHOUT_ROW", "512, 599")]  # one alarm a look, of what was found first


def test_many_lost_rows_are_one_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_ranges, "TILES", 1)
    append_leaves(some_leaves(1024), NOW)
    assert a_look() == {"LEAF_WITHOUT_ROW": 1024}
    assert leaves_named() == [("LEAF_WITHOUT_ROW", ", ".join(str(n) for n in range(20)))]


def test_one_leaf_claimed_twice_is_found_whichever_row_lies() -> None:
    append(300)
    claim(range(7, 8))
    claim(range(299, 300))
    assert a_look() == {"LEAF_CLAIMED_TWICE": 2}


def test_a_claim_that_hides_a_deleted_row_hides_nothing() -> None:
    append(300)
    Emission.objects.filter(log_position=7).update(log_position=8)
    assert a_look() == {"LEAF_WITHOUT_ROW": 1, "LEAF_CLAIMED_TWICE": 1}


def test_positions_that_the_log_does_not_have_are_found() -> None:
    append(300)
    claim(range(300, 301))
    claim(range(-1, 0))
    assert a_look() == {"LEAF_BEYOND_LOG": 2}
    assert leaves_named() == [("LEAF_BEYOND_LOG", "-1, 300")]


def test_where_nothing_was_ever_signed_nothing_is_missed_and_a_claim_is_found() -> None:
    assert a_look() == {}
    claim(range(1))
    assert a_look(TOMORROW) == {"LEAF_BEYOND_LOG": 1}


def test_who_claims_a_range_of_the_log_is_asked_of_the_indexes_alone() -> None:
    with allow_cross_shard("the plan"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the tables of a test are shorter than any index
        cursor.execute(f"EXPLAIN {watch_log._COUNTED}", [0, 256, 0, 256])
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert {"certificate_leaf", "emission_leaf"} <= set(plan.split())
