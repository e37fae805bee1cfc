"""Passports brought up to date with the ledger, the people and the register of identities."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.certificates.actions.revoking import revoke_certificates
from tiemchung.certificates.passport_batch import PassportBatch, open_passports
from tiemchung.certificates.passport_deciding import Decided, decide_passports
from tiemchung.certificates.passport_writing import write_passports
from tiemchung.certificates.rules import PassportState
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.audit import write_lines
from tiemchung.core.keyed import keyed_statements

_TRIES = 3


class PassportsMoved(Exception):
    """Others made the same passports at the same moment again and again; the follower asks once more."""


def refresh_passports(*, person_ids: Iterable[UUID], at: dt.datetime, by: Actor = SYSTEM) -> dict[UUID, PassportState]:
    """Make passports and work lists say what follows from ledger, people and identities; give each asked id's state.

    A signature falls whose dose or four fields changed, a certificate is revoked whose statement is no longer true,
    and each gap stands on the work list of its facility. Idempotent; the same few statements for many as for one.
    Raises NotFound where one of the ids is unknown, and then changes nothing.
    """
    asked = list(person_ids)
    states: dict[UUID, PassportState] = {}
    with keyed_statements():
        left = asked
        for _ in range(_TRIES):
            batch = open_passports(left, at)
            decided = decide_passports(batch)
            lost = write_passports(batch, decided)
            _take_back(decided, by, at)
            states |= {i: decided.outcomes[root].state for i, root in batch.roots.items() if root not in lost}
            _note_fallen(batch, decided, by)
            left = [i for i, root in batch.roots.items() if root in lost]
            if not left:
                return states
    raise PassportsMoved


def _take_back(decided: Decided, by: Actor, at: dt.datetime) -> None:
    # Each renewed certificate was looked at for itself.
    for because, certificates in decided.revoked.items():
        revoke_certificates(certificates=certificates, because=because, at=at, by=by, with_renewed=False)


def _note_fallen(batch: PassportBatch, decided: Decided, by: Actor) -> None:
    about = [
        (signature.profile_id, signature.dose_id, {"because": code})
        for code, fallen in decided.fallen.items()
        for signature in fallen
    ]
    if about:
        write_lines(by=by, at=batch.at, action="void_dose_signature", about=about)
