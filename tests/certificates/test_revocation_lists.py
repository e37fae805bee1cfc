"""What is revoked is in the lists of partners and of offline verifiers, once and until it would have ended."""

import base64
import datetime as dt
import gzip
import io
import json
import tarfile
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.conftest import NOW
from tiemchung.certificates.actions import kept_lists, revocation_lists
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.formats import bloom, varhash
from tiemchung.certificates.models import Revocation, RevocationBatch, RevocationSlice, SigningKey
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.reads import revoked
from tiemchung.certificates.rules import KeyPurpose, slices
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.web.portal import revocation_lists as pages

pytestmark = pytest.mark.django_db
PASSPORT, CARD = b"passport", b"cardcard"
MINUTE = dt.timedelta(minutes=1)
YEAR = dt.timedelta(days=365)


@pytest.fixture(autouse=True)
def keys(db: None) -> None:
    for kid, purpose in ((PASSPORT, KeyPurpose.PASSPORT), (CARD, KeyPurpose.CARD)):
        SigningKey.objects.create(
            kid=kid, purpose=purpose, certificate=b"", valid_from=NOW - YEAR, valid_to=NOW + 2 * YEAR
        )


def hash_of(number: int | str) -> bytes:
    return sha256(f"URN:UVCI:01:VN:{number}".encode()).digest()[:16]


def revoke(
    *numbers: int | str, kid: bytes = PASSPORT, at: dt.datetime = NOW, ends: dt.datetime = NOW + YEAR
) -> list[bytes]:
    found = [hash_of(number) for number in numbers]
    Revocation.objects.bulk_create(Revocation(hash=h, kid=kid, revoked_at=at, expires_at=ends) for h in found)
    return found


def held() -> list[bytes]:
    return sorted(h for row in RevocationBatch.objects.all() for h in slices.split(bytes(row.hashes)))


def client() -> Client:
    return Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})


def get(address: str, **headers: str) -> Any:
    with time_machine.travel(NOW + MINUTE, tick=False):
        return client().get(address, headers=headers)


def test_each_revocation_is_handed_out_once() -> None:
    first = revoke(1, 2)
    assert publish_revocations(at=NOW) == 2
    assert publish_revocations(at=NOW + MINUTE) == 0
    second = revoke(3, at=NOW + MINUTE)
    assert publish_revocations(at=NOW + 2 * MINUTE) == 1
    assert held() == sorted(first + second)


def test_one_that_is_committed_late_is_not_lost() -> None:
    early = revoke(1, at=NOW)
    publish_revocations(at=NOW + 2 * MINUTE)
    late = revoke(2, at=NOW - MINUTE)
    assert publish_revocations(at=NOW + 3 * MINUTE) == 1
    assert held() == sorted(early + late)


def test_one_that_is_committed_late_after_a_quiet_time_is_not_lost_either() -> None:
    revoke(1, at=NOW)
    publish_revocations(at=NOW)
    assert publish_revocations(at=NOW + 60 * MINUTE) == 0
    revoke(2, at=NOW + 57 * MINUTE)
    assert publish_revocations(at=NOW + 61 * MINUTE) == 1


def test_what_was_handed_out_long_ago_is_not_read_again_at_every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    revoke(*range(30), at=NOW)
    publish_revocations(at=NOW)
    publish_revocations(at=NOW + 60 * MINUTE)
    read: list[bytes] = []
    monkeypatch.setattr(revocation_lists, "split", lambda hashes: read.append(hashes) or [])
    assert publish_revocations(at=NOW + 61 * MINUTE) == 0
    assert read == []


def test_more_than_one_call_takes_are_handed_out_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation_lists, "AT_ONCE", 3)
    every = revoke(*range(8))
    assert [publish_revocations(at=NOW) for _ in range(4)] == [3, 3, 2, 0]
    assert held() == sorted(every)


def test_a_batch_holds_a_thousand_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    revoke(*range(2005))
    publish_revocations(at=NOW)
    assert sorted(len(row.hashes) // 16 for row in RevocationBatch.objects.all()) == [5, 1000, 1000]


def test_every_revoked_hash_is_in_a_slice_of_its_place_and_no_other_is() -> None:
    mine = revoke(*range(40))
    publish_revocations(at=NOW)
    found = list(revoked.slices_of(PASSPORT))
    for one in mine:
        place = slices.place_of(one, slices.Mode.POINT)
        assert [one in varhash.from_bytes(s.body) for s in found if s.place == place] == [True]
    assert not any(hash_of("other") in varhash.from_bytes(s.body) for s in found)
    blooms = list(revoked.slices_of(PASSPORT, filter_type=revoked.BLOOM))
    assert all(any(one in bloom.from_bytes(s.body) for s in blooms) for one in mine)


def test_only_the_slice_that_a_revocation_joins_is_made_anew() -> None:
    revoke(*range(60))
    publish_revocations(at=NOW)
    before = {s.place: s.name for s in revoked.slices_of(PASSPORT)}
    (one,) = revoke("new", at=NOW + MINUTE)
    publish_revocations(at=NOW + MINUTE)
    after = {s.place: s.name for s in revoked.slices_of(PASSPORT)}
    assert {place for place in after if after[place] != before.get(place)} == {one.hex()[0]}


def test_a_key_that_outgrows_its_mode_is_cut_anew_and_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "_POINT_MOST", 20)
    monkeypatch.setattr(slices, "_VECTOR_MOST", 50)
    every: list[bytes] = []
    for turn, (count, mode) in enumerate(((15, "POINT"), (20, "VECTOR"), (40, "COORDINATE"))):
        every += revoke(*(f"{turn}/{n}" for n in range(count)), at=NOW + turn * MINUTE)
        publish_revocations(at=NOW + turn * MINUTE)
        (line,) = revoked.lists()
        assert (line["mode"], line["entries"]) == (mode, len(every))
        found = list(revoked.slices_of(PASSPORT))
        digits = {"POINT": 1, "VECTOR": 2, "COORDINATE": 3}[mode]
        assert {len(s.place) for s in found} == {digits}
        assert all(any(one in varhash.from_bytes(s.body) for s in found) for one in every)


def test_what_would_have_ended_leaves_the_lists() -> None:
    revoke(1, ends=NOW + dt.timedelta(days=10))
    revoke(2)
    publish_revocations(at=NOW)
    later, before = NOW + dt.timedelta(days=45), list(revoked.slices_of(PASSPORT))
    publish_revocations(at=later)
    assert [len(before), RevocationSlice.objects.count()] == [2, 1]
    assert revoked.lists()[0]["entries"] == 1
    told, _ = revoked.batch_list(later, None)
    assert sorted(line["deleted"] for line in told["batches"]) == [False, True]


def whoever_comes_new_finds_one_list(at: dt.datetime) -> int:
    """Give how many hashes the list names; its digest is that of the slices that are served beside it."""
    with time_machine.travel(at, tick=False):
        told = client().get("/trust/revocation/lists")
        (line,) = told.json()
        kid = base64.urlsafe_b64encode(base64.b64decode(line["kid"])).decode().rstrip("=")
        again = {"if-match": told.headers["ETag"]}
        parts = client().get(f"/trust/revocation/lists/{kid}/partitions", headers=again).json()
    named = [
        f"{part['x'] or ''}{part['y'] or ''}{chunk} {end[:10]} {one['hash']}\n"
        for part in parts
        for chunk, ends in part["chunks"].items()
        for end, one in ends.items()
    ]
    assert sha256("".join(sorted(named)).encode()).hexdigest() == line["digest"]
    return int(line["entries"])


def test_over_the_first_of_a_month_without_the_key_store_a_newcomer_still_gets_slices_and_list_of_one_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slices that ended used to leave at midnight, and the signed list that named them stayed: nobody new got any."""
    revoke(1, ends=NOW + dt.timedelta(days=5))
    revoke(2)
    publish_revocations(at=NOW)
    assert whoever_comes_new_finds_one_list(NOW) == 2

    def away(*_: Any, **__: Any) -> str:
        raise KeyStoreGone

    first = dt.datetime(2026, 12, 1, 0, 1, tzinfo=dt.UTC)
    with monkeypatch.context() as gone:
        gone.setattr(kept_lists, "proof_of_list", away)
        gone.setattr(pages, "proof_of_list", away)
        publish_revocations(at=first)
        assert whoever_comes_new_finds_one_list(first) == 2
    publish_revocations(at=first + MINUTE)
    assert whoever_comes_new_finds_one_list(first + MINUTE) == 1


def test_partners_get_batches_of_passports_and_none_of_cards() -> None:
    mine = revoke(1, 2)
    revoke(3, kid=CARD)
    publish_revocations(at=NOW)
    answer = get("/trust/revocation-list")
    (line,) = answer.json()["batches"]
    assert (line["country"], line["deleted"], answer.json()["more"]) == ("VN", False, False)
    told = get(f"/trust/revocation-list/{line['batchId']}").json()
    assert {base64.b64decode(entry["hash"]) for entry in told["entries"]} == set(mine)
    assert (told["country"], base64.b64decode(told["kid"]), told["hashType"]) == ("VN", PASSPORT, "UCI")
    assert dt.datetime.fromisoformat(told["expires"]) == NOW + YEAR
    card = RevocationBatch.objects.get(kid=CARD)
    assert get(f"/trust/revocation-list/{card.id}").status_code == 404


def test_a_partner_asks_for_what_came_since() -> None:
    revoke(1)
    publish_revocations(at=NOW)
    stamp = get("/trust/revocation-list").headers["Last-Modified"]
    assert get("/trust/revocation-list", **{"if-modified-since": stamp}).status_code == 204
    revoke(2, at=NOW + MINUTE)
    publish_revocations(at=NOW + MINUTE)
    assert len(get("/trust/revocation-list", **{"if-modified-since": stamp}).json()["batches"]) == 1
    assert len(get("/trust/revocation-list").json()["batches"]) == 2


def files_of(answer: Any) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(answer.content))) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


def test_a_verifier_gets_lists_partitions_and_slices_that_agree() -> None:
    revoke(*range(30))
    publish_revocations(at=NOW)
    answer = get("/trust/revocation/lists")
    (line,) = answer.json()
    assert line["mode"] == "POINT"
    assert dt.datetime.fromisoformat(answer.headers["X-Made-At"]) == NOW + MINUTE
    kid = base64.urlsafe_b64encode(base64.b64decode(line["kid"])).decode().rstrip("=")
    (whole,) = get(f"/trust/revocation/lists/{kid}/partitions", **{"if-match": answer.headers["ETag"]}).json()
    assert (whole["id"], whole["x"], whole["y"]) == ("null", None, None)
    named = {told["hash"] for chunk in whole["chunks"].values() for told in chunk.values()}
    address = f"/trust/revocation/lists/{kid}/partitions/null/slices"
    files = files_of(get(address))
    assert set(files) == named == {sha256(body).hexdigest() for body in files.values()}
    chunk, of_chunk = next(iter(whole["chunks"].items()))
    part = files_of(get(f"/trust/revocation/lists/{kid}/partitions/null/chunks/{chunk}/slices"))
    assert set(part) == {told["hash"] for told in of_chunk.values()}
    one = next(iter(named))
    with time_machine.travel(NOW + MINUTE, tick=False):
        picked = client().post(address, json.dumps([one]), content_type="application/json")
    assert set(files_of(picked)) == {one}
    blooms = files_of(get(address, **{"x-slice-filter-type": "BLOOMFILTER"}))
    assert all(any(hash_of(n) in bloom.from_bytes(body) for body in blooms.values()) for n in range(30))


def test_a_verifier_with_the_newest_lists_is_told_so_and_one_with_old_ones_starts_again() -> None:
    revoke(1)
    publish_revocations(at=NOW)
    etag = get("/trust/revocation/lists").headers["ETag"]
    assert get("/trust/revocation/lists", **{"if-none-match": etag}).status_code == 304
    kid = base64.urlsafe_b64encode(PASSPORT).decode().rstrip("=")
    assert get(f"/trust/revocation/lists/{kid}/partitions", **{"if-match": '"old"'}).status_code == 412


def test_lists_that_nobody_makes_any_more_grow_old() -> None:
    revoke(1)
    publish_revocations(at=NOW)
    revoke(2, at=NOW + MINUTE)
    much_later = NOW + dt.timedelta(days=3)
    assert revoked.lists_made_at(much_later) == NOW
    publish_revocations(at=much_later)
    assert revoked.lists_made_at(much_later) == much_later


@pytest.mark.parametrize(
    "address", ["/trust/revocation/lists/!/partitions", "/trust/revocation/lists/AAAA/partitions/zz/slices",
                "/trust/revocation/lists/AAAA/partitions/null/slices", "/trust/revocation/lists/AAAA/partitions/a"]
)  # fmt: skip
def test_what_is_not_there_is_not_found(address: str) -> None:
    assert get(address).status_code == 404


def test_a_revocation_by_signature_says_so_in_its_batch() -> None:
    Revocation.objects.create(
        hash=hash_of("s"), hash_type="SIGNATURE", kid=PASSPORT, revoked_at=NOW, expires_at=NOW + YEAR
    )
    publish_revocations(at=NOW)
    batch = RevocationBatch.objects.get()
    told = revoked.batch(batch.id)
    assert told is not None
    assert told["hashType"] == "SIGNATURE"
    with allow_cross_shard("counting in a test"):
        assert Revocation.objects.count() == 1
