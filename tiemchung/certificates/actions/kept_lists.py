"""The lists that we sign are kept as they were signed last: every process finds them while nothing can be signed."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.db import transaction

from tiemchung.certificates.actions.publishing import documents_signer, proof_of_list, signed_document, signed_item
from tiemchung.certificates.formats.list_proof import FOREIGN, KEYS, REVOCATIONS
from tiemchung.certificates.formats.published import DOMAIN, LOG_PATH, PARTICIPANT, did_document, did_of
from tiemchung.certificates.keys.roots import strangers
from tiemchung.certificates.models import SignedList
from tiemchung.certificates.reads import revoked, trusted
from tiemchung.certificates.reads.kept_lists import ITEMS
from tiemchung.certificates.reads.trust import DSC, SCA, published_abroad, published_log_keys
from tiemchung.core.alarms import raise_daily

_MOST_TOLD = 20  # alarms of one turn: whoever puts in a thousand rows has still done one thing


def keep_lists(*, at: dt.datetime) -> int:
    """Sign every list of now and keep what changed; give how many were written. Raises KeyStoreError.

    Verifiers that never had a list get these while the key store is away, each with its own age. What the register
    names and no root of ours answers for is left out, and an alarm.
    """
    for one in strangers(at)[:_MOST_TOLD]:
        raise_daily("KEY_NOT_OURS", one.id, at=at, subject_id=one.id, kid=one.kid.hex(), purpose=one.what)
    minute = at.replace(second=0, microsecond=0)
    documents_signer(at)  # a new installation makes its root at this: the list has to name it
    written = _keep(KEYS, _json(trusted.verifier_list(minute)), minute, at)
    written += _keep(FOREIGN, _json(trusted.foreign_list()), trusted.foreign_made_at(at), at)
    return written + _keep_documents(at)


def sign_revocations(*, at: dt.datetime, covers: bool) -> None:
    """Sign the lists of revocations as they are in this transaction, and keep them. Raises KeyStoreError.

    `covers`: every batch made up to `at` is in the slices; then the list says that it is complete up to now.
    """
    first = not SignedList.objects.filter(name=REVOCATIONS).exists()
    if covers:
        SignedList.objects.filter(name=REVOCATIONS).update(covers_at=at)
    made_at = revoked.lists_made_at(at).replace(second=0, microsecond=0)
    body = _json(revoked.lists())
    proof = proof_of_list(body, about=REVOCATIONS, made_at=made_at, at=at)
    # Also where it is complete up to an earlier moment than the kept one: the slices are those of this list.
    SignedList.objects.update_or_create(name=REVOCATIONS, defaults={"body": body, "proof": proof, "made_at": made_at})
    if first:
        SignedList.objects.filter(name=REVOCATIONS).update(covers_at=at)


def _keep(name: str, body: bytes, made_at: dt.datetime, at: dt.datetime) -> int:
    proof = proof_of_list(body, about=name, made_at=made_at, at=at)
    return _put(name, body, proof, made_at)


def _keep_documents(at: dt.datetime) -> int:
    address, count = settings.PUBLIC_ADDRESS, 0
    abroad = list(published_abroad(at))
    documents: list[tuple[list[Any], tuple[str, ...]]] = [(abroad, ()), (list(published_log_keys(at)), LOG_PATH)]
    for usage in (DSC, SCA):
        keys = [key for key in abroad if key.usage == usage]
        documents += [(keys, ("trust", "did", d, p, usage)) for d in (DOMAIN, "-") for p in (PARTICIPANT, "-")]
    for keys, where in documents:
        told = signed_document(did_document(keys, address, where), address=address, at=at)
        count += _put(did_of(address, where), _json(told), "", at)
    return count + _put(ITEMS, _json([signed_item(key, at) for key in abroad]), "", at)


def _put(name: str, body: bytes, proof: str, made_at: dt.datetime) -> int:
    """Write what was signed, unless exactly that is kept; what is older than the kept one never takes its place."""
    with transaction.atomic():
        known = SignedList.objects.select_for_update().filter(name=name).first()
        if known is not None and (known.made_at > made_at or (bytes(known.body), known.proof) == (body, proof)):
            return 0
        SignedList.objects.update_or_create(name=name, defaults={"body": body, "proof": proof, "made_at": made_at})
    return 1


def _json(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()
