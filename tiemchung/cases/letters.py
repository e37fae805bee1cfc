"""Noting and taking back what a desk owes on paper, in the transaction that says it to everybody else by message."""

import datetime as dt
from uuid import UUID

from tiemchung.cases.models import Case, CaseLetter
from tiemchung.cases.rules import is_owed
from tiemchung.cases.sealed import open_claim
from tiemchung.core.rows import put_row


def owe_letter(case: Case, code: str, at: dt.datetime) -> bool:
    """Let the desk that holds the case owe its reporter what the case's latest step says; tell whether it does.

    It takes the place of a letter of the same case that still waits.
    """
    if case.sealed_phone is not None:
        return False
    claim = open_claim(case.id, case.sealed_claim)
    if not is_owed(code, phone=False, address=claim.address_text):
        return False
    drop_letter(case, case.unit_id)
    put_row(
        CaseLetter(
            unit_id=case.unit_id,
            unit_level=case.unit_level,
            case_id=case.id,
            contact_key=case.contact_key,
            ref=case.ref,
            kind=case.kind,
            what=code,
            step=case.steps,
            owed_at=at,
        )
    )
    return True


def drop_letter(case: Case, unit_id: UUID) -> None:
    """Let a letter of this case that waits at a desk wait no more: what it says is answered, or said by another."""
    if case.sealed_phone is None:
        CaseLetter.objects.filter(unit_id=unit_id, case_id=case.id, waiting=True).update(waiting=False)


def carry_letter(case: Case, old_unit: UUID) -> None:
    """Let the letter of this case that waits at an old desk wait at the case's desk of now, as old as it is."""
    if case.sealed_phone is not None or case.unit_id == old_unit:
        return
    old = CaseLetter.objects.select_for_update().filter(unit_id=old_unit, case_id=case.id, waiting=True).first()
    if old is None:
        return
    drop_letter(case, old_unit)
    here = CaseLetter.objects.filter(unit_id=case.unit_id, case_id=case.id, step=old.step)
    if not here.update(waiting=True):
        row = CaseLetter(unit_id=case.unit_id, unit_level=case.unit_level, case_id=case.id)
        row.contact_key, row.ref, row.kind = case.contact_key, case.ref, case.kind
        row.what, row.step, row.owed_at = old.what, old.step, old.owed_at
        put_row(row)
