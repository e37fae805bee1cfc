"""The issuance log grows with what is issued, in one transaction, and proves it to anybody."""

import datetime as dt

import pytest
from cryptography import x509
from django.db import transaction
from django.test import Client

from tests.builders import NOW, a_dose, a_person
from tiemchung.certificates import merkle
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.formats.cose import verify_es256
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.log import LogBroken, append_leaves, hash_of_number, head_bytes, publish_head, tile_reader
from tiemchung.certificates.models import Certificate, CertificateByHash, LogHead, LogTile, SigningKey
from tiemchung.certificates.reads import log
from tiemchung.certificates.rules import KeyPurpose

pytestmark = pytest.mark.django_db


def a_card() -> Certificate:
    person = a_person()
    a_dose(person.profile_id, at=NOW)
    refresh_card(person_id=person.person_id, at=NOW)
    return Certificate.objects.get(person_id=person.person_id)


def test_leaves_added_in_any_batches_give_the_root_of_all() -> None:
    leaves = [n.to_bytes(48) for n in range(700)]
    assert append_leaves(leaves[:3], NOW) == 0
    assert append_leaves(leaves[3:300], NOW) == 3
    assert append_leaves(leaves[300:], NOW) == 300
    assert append_leaves([], NOW) == 700
    head = LogHead.objects.latest("size")
    assert (head.size, bytes(head.root)) == (700, merkle.root_at(700, tile_reader()))
    assert merkle.grow(0, {}, leaves).root == bytes(head.root)
    assert LogHead.objects.count() == 1
    assert sorted(LogTile.objects.values_list("level", "number")) == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_what_is_rolled_back_leaves_no_leaf() -> None:
    append_leaves([b"one"], NOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        append_leaves([b"two"], NOW)
        raise RuntimeError
    assert LogHead.objects.latest("size").size == 1
    assert merkle.root_at(1, tile_reader()) == merkle.leaf_hash(b"one")


def test_nothing_is_added_to_a_log_whose_tiles_were_cut() -> None:
    append_leaves([b"one", b"two"], NOW)
    LogTile.objects.update(hashes=bytes(32))
    with pytest.raises(LogBroken):
        append_leaves([b"three"], NOW)


def test_a_published_head_is_signed_by_the_logs_own_key_and_never_changes() -> None:
    append_leaves([b"one"], NOW)
    head = publish_head(NOW)
    key = SigningKey.objects.get(kid=head.kid)
    assert key.purpose == KeyPurpose.LOG
    assert verifies(bytes(key.certificate), head_bytes(1, head.root, NOW), head.signature)
    assert publish_head(NOW + dt.timedelta(minutes=1)) == head
    append_leaves([b"two"], NOW)
    assert log.signed_head() == head
    newer = publish_head(NOW)
    path = log.growth_between(1, newer)
    assert merkle.consistent(1, head.root, 2, newer.root, path)


def test_a_card_is_in_the_register_of_numbers_and_in_the_log() -> None:
    card = a_card()
    where = CertificateByHash.objects.get(hash=hash_of_number(card.uvci))
    assert (where.person_id, where.certificate_id) == (card.person_id, card.id)
    proof = log.proof_of(hash_of_number(card.uvci), publish_head(NOW))
    assert proof is not None
    assert proof.position == card.log_position
    leaf = merkle.leaf_hash(proof.leaf)
    assert merkle.includes(leaf, proof.position, proof.head.size, proof.path, proof.head.root)


def test_anybody_may_ask_for_head_proof_and_growth(client: Client) -> None:
    first, second = a_card(), a_card()
    head = client.get("/trust/log/head.json").json()
    assert head["size"] == 2
    for card in (first, second):
        told = client.get("/trust/log/proof", {"hash": hash_of_number(card.uvci).hex()}).json()
        assert told["position"] == card.log_position
        assert told["head"] == head
    assert len(client.get("/trust/log/growth", {"from": 1}).json()["path"]) == 1


def test_a_number_that_was_never_issued_and_a_hash_that_is_none_get_a_named_answer(client: Client) -> None:
    a_card()
    unknown = client.get("/trust/log/proof", {"hash": "00" * 16})
    assert (unknown.status_code, unknown.json()["problem"]) == (404, "NOT_LOGGED")
    for wrong in ("", "zz", "00"):
        assert client.get("/trust/log/proof", {"hash": wrong}).status_code == 400
    for wrong in ("0", "2", "x", "-1"):
        assert client.get("/trust/log/growth", {"from": wrong}).status_code == 400


def test_the_heads_key_is_a_certificate_that_any_library_reads() -> None:
    append_leaves([b"one"], NOW)
    head = publish_head(NOW)
    certificate = x509.load_der_x509_certificate(bytes(SigningKey.objects.get(kid=head.kid).certificate))
    assert verify_es256(certificate.public_key(), head.signature, head_bytes(1, head.root, NOW))
