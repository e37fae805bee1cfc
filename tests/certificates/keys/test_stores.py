"""Files and a token keep the same promises."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tiemchung.certificates.formats.cose import verify_es256
from tiemchung.certificates.keys.files import handle_of, point_of
from tiemchung.certificates.ports import KeyMissing

OpenStore = Callable[[], Any]


def digest(text: str) -> bytes:
    """Give what a store signs."""
    return hashlib.sha256(text.encode()).digest()


def public(point: bytes) -> ec.EllipticCurvePublicKey:
    """Give the public key of a point."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_a_key_signs_es256_as_r_then_s(open_store: OpenStore) -> None:
    store = open_store()
    point = store.make_key()
    (signature,) = store.sign_digests(point, [digest("mũi 1")])
    assert len(signature) == 64
    assert verify_es256(public(point), signature, "mũi 1".encode())
    assert not verify_es256(public(point), signature, "mũi 2".encode())


def test_many_signatures_come_in_the_order_asked(open_store: OpenStore) -> None:
    store = open_store()
    point = store.make_key()
    texts = [f"mũi {n}" for n in range(500)]
    signatures = store.sign_digests(point, [digest(text) for text in texts])
    assert [verify_es256(public(point), s, t.encode()) for s, t in zip(signatures, texts, strict=True)] == [True] * 500


def test_another_process_finds_the_key_again(open_store: OpenStore) -> None:
    point = open_store().make_key()
    again = open_store()
    assert again.holds(point)
    assert verify_es256(public(point), again.sign_digests(point, [digest("x")])[0], b"x")


def test_a_key_that_the_store_has_not_got_is_named_missing(open_store: OpenStore) -> None:
    store = open_store()
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not store.holds(point_of(stranger))
    with pytest.raises(KeyMissing):
        store.sign_digests(point_of(stranger), [digest("x")])
    assert KeyMissing.code == "KEY_MISSING"


def test_two_keys_are_never_the_same(open_store: OpenStore) -> None:
    store = open_store()
    first, second = store.make_key(), store.make_key()
    assert handle_of(first) != handle_of(second)
    assert not verify_es256(public(second), store.sign_digests(first, [digest("x")])[0], b"x")
