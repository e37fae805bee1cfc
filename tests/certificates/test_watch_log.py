"""The watch finds a log that was changed behind everybody's back: a leaf, a tile, a head, or the whole of it."""

import datetime as dt

import pytest
from django.db import connection

from tests.builders import NOW
from tests.certificates.central_cast import a_passport, certificate_of
from tiemchung.certificates import merkle
from tiemchung.certificates.actions.watching import watch_batch
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.log import LogBroken, append_leaves, head_bytes, publish_head, tile_reader
from tiemchung.certificates.models import Certificate, LogHead, LogTile, SigningKey, WatchDay
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.core.alarms import alarms

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
    append_leaves(some_leaves(700), NOW)
    a_passport()
    assert a_look() == {}
    append_leaves(some_leaves(70_000), NOW)
    a_passport()
    assert a_look(TOMORROW) == {}
    assert codes() == []
    assert [day.head_size for day in WatchDay.objects.order_by("began_at")] == [701, 70_702]


@pytest.mark.parametrize(
    ("level", "number", "place"), [(0, 0, 0), (0, 0, 255), (0, 1, 17), (0, 272, 3), (1, 0, 7), (1, 0, 255)]
)
def test_a_hash_that_was_changed_in_a_full_tile_is_found(level: int, number: int, place: int) -> None:
    append_leaves(some_leaves(70_000), NOW)
    publish_head(NOW)
    change_tile(level, number, place)
    reasons = a_look()
    assert reasons["LOG_TILE"] >= 1
    assert ("LOG_BROKEN", "LOG_TILE") in codes()


def test_a_full_tile_that_is_short_is_found() -> None:
    append_leaves(some_leaves(600), NOW)
    publish_head(NOW)
    LogTile.objects.filter(level=0, number=1).update(hashes=bytes(32))
    assert a_look()["LOG_TILE"] == 1


@pytest.mark.parametrize(("level", "number"), [(0, 2), (1, 0)])
def test_a_hash_that_was_changed_in_the_last_tiles_is_found_under_the_signed_head(level: int, number: int) -> None:
    append_leaves(some_leaves(600), NOW)
    publish_head(NOW)
    change_tile(level, number, 0)
    assert a_look()["LOG_HEAD"] == 1
    assert ("LOG_BROKEN", "LOG_HEAD") in codes()


def test_a_leaf_and_its_certificate_changed_together_do_not_pass() -> None:
    person = a_passport()
    append_leaves(some_leaves(600), NOW)
    publish_head(NOW)
    forged = merkle.leaf_hash(b"another")
    tile = bytes(LogTile.objects.get(level=0, number=0).hashes)
    LogTile.objects.filter(level=0, number=0).update(hashes=forged + tile[32:])
    reasons = a_look()
    assert reasons == {"LOG_TILE": 1, "OTHER_LEAF": 1}
    assert ("CERTIFICATE_WRONG", "OTHER_LEAF") in codes()
    assert certificate_of(person).log_position == 0


def test_a_head_that_the_logs_key_never_signed_is_found() -> None:
    append_leaves(some_leaves(3), NOW)
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
    append_leaves(some_leaves(40), NOW)
    a_look()
    other = merkle.grow(0, {}, some_leaves(40, b"other"))
    for (level, number), hashes in other.tiles.items():
        LogTile.objects.filter(level=level, number=number).update(hashes=hashes)
    sign_head(40, other.root)
    assert merkle.root_at(40, tile_reader()) == other.root
    assert a_look(TOMORROW) == {"LOG_SHRUNK": 1}
    assert codes() == [("LOG_BROKEN", "LOG_SHRUNK")]


def test_a_log_that_was_cut_is_not_the_one_of_the_night_before() -> None:
    append_leaves(some_leaves(30), NOW)
    publish_head(NOW)
    append_leaves(some_leaves(10), NOW)
    a_look()
    with connection.cursor() as cursor:
        # As the owner of the tables: the application itself may not take a head away.
        cursor.execute("RESET ROLE")
        cursor.execute("DELETE FROM certificates_loghead WHERE size = 40")
        cursor.execute("SET LOCAL ROLE tiemchung_app")
    assert a_look(TOMORROW)["LOG_SHRUNK"] == 1


def test_no_head_is_signed_that_the_stored_log_does_not_give() -> None:
    append_leaves(some_leaves(3), NOW)
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
