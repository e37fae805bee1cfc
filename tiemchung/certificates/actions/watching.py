"""The watch: every certificate verified again each night, unknown codes, and a daily comparison of what everybody says.

A night's look goes through the persons in the order of their ids and writes how far it is after each batch, so it goes
on where it stopped. What it finds is counted by code and raises an alarm; it changes nothing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.comparing import drift_of, sampled_persons
from tiemchung.certificates.formats import cose, hc1
from tiemchung.certificates.formats.reading import Fault
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.formats.trust import TrustedKey, key_of_certificate
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.models import (
    Certificate,
    CertificateByHash,
    DoseSignature,
    FacilityKey,
    SigningKey,
    WatchDay,
)
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.core.alarms import alarms, raise_alarm
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.people.reads import holders_of

BATCH = 500
NIGHT = dt.timedelta(hours=20)  # the next look begins no sooner after the last one began
_SHOWN = (CertificateState.ISSUED, CertificateState.RENEWED)
_WHY = "the watch looks at every certificate of its node"
MOST_ALARMS = 20  # a night; a damaged disk would fill the page of alarms with one thing


def watch_batch(*, at: dt.datetime, limit: int = BATCH, due: bool = False) -> int:
    """Verify the next certificates of tonight's look; give how many. `due` begins a look when the last is a day old."""
    day = WatchDay.objects.filter(ended_at=None).order_by("-began_at").first()
    if day is None:
        last = WatchDay.objects.order_by("-began_at").values_list("began_at", flat=True).first()
        if due and last is not None and last > at - NIGHT:
            return 0
        day = WatchDay(began_at=at)
        day.save(force_insert=True)
    with transaction.atomic():
        held = WatchDay.objects.select_for_update(skip_locked=True).filter(id=day.id, ended_at=None).first()
        return 0 if held is None else _look(held, at, limit)


def note_unknown(*, hc1: str, at: dt.datetime) -> UUID:
    """Raise the alarm that a code carries our signature and is not in the register; the caller has verified it.

    Kept are the number's hash and the key: whoever looks finds the code again at the verifier that sent it.
    """
    kid, hash16 = _named(hc1)
    for one in alarms(unseen=True):
        if one.code == "UNKNOWN_CERTIFICATE" and one.facts.get("number_hash") == hash16.hex():
            return one.id  # one forged code is shown at many gates
    return raise_alarm("UNKNOWN_CERTIFICATE", at=at, kid=kid.hex(), number_hash=hash16.hex())


def _named(text: str) -> tuple[bytes, bytes]:
    code = hc1.unpack(text)
    hashes = hc1.hashes(code)
    return code.message.kid, hashes.uci or hashes.signature


def _look(day: WatchDay, at: dt.datetime, limit: int) -> int:
    with allow_cross_shard(_WHY):
        found = Certificate.objects.filter(state__in=_SHOWN).order_by("person_id", "id")
        rows = list((found.filter(person_id__gt=day.after_id) if day.after_id else found)[:limit])
    rows = _whole_persons(rows, limit)
    if not rows:
        _compare(day, at)
        day.ended_at = at
        day.save(update_fields=["ended_at", "reasons"])
        return 0
    wrong = _faults(rows) | _signature_faults(rows)
    for certificate in [one for one in rows if one.id in wrong][: max(0, MOST_ALARMS - day.wrong)]:
        raise_alarm(
            "CERTIFICATE_WRONG", at=at, subject_id=certificate.person_id, why=wrong[certificate.id],
            certificate=str(certificate.id),
        )  # fmt: skip
    day.reasons = dict(Counter(day.reasons) + Counter(wrong.values()))
    day.seen, day.wrong, day.after_id = day.seen + len(rows), day.wrong + len(wrong), rows[-1].person_id
    day.save(update_fields=["reasons", "seen", "wrong", "after_id"])
    return len(rows)


def _compare(day: WatchDay, at: dt.datetime) -> None:
    """Compare a sample of people with what everybody says of them (peers G6)."""
    persons = sampled_persons(at)
    drift = drift_of(persons, at)
    codes = Counter(f"DRIFT_{code}" for one in drift.values() for code in one)
    day.reasons = {**day.reasons, **codes, "SAMPLED": len(persons)}
    for person, found in list(drift.items())[:MOST_ALARMS]:
        raise_alarm("DRIFT", at=at, subject_id=person, codes=", ".join(found))


def _whole_persons(rows: list[Certificate], limit: int) -> list[Certificate]:
    """Leave the last person to the next batch where not all of their certificates may have fitted into this one."""
    if len(rows) < limit or rows[0].person_id == rows[-1].person_id:
        return rows
    return [one for one in rows if one.person_id != rows[-1].person_id]


def _faults(rows: Sequence[Certificate]) -> dict[UUID, str]:
    """Give what is wrong with each certificate itself: text, signature, number, days, the look-up by its number."""
    keys = {
        bytes(one.kid): (key_of_certificate(bytes(one.certificate)), one)
        for one in SigningKey.objects.filter(kid__in={bytes(row.kid) for row in rows})
    }
    hashes = {hash_of_number(row.uvci): row for row in rows}
    listed = CertificateByHash.objects.filter(hash__in=list(hashes)).values_list("hash", "certificate_id")
    known = {bytes(hash16): certificate_id for hash16, certificate_id in listed}
    wrong = {}
    for hash16, row in hashes.items():
        why = _fault_of(row, keys.get(bytes(row.kid)))
        if not why and known.get(hash16) != row.id:
            why = "NOT_LISTED"
        if not why and row.log_position is None:
            why = "NOT_LOGGED"
        if why:
            wrong[row.id] = why
    return wrong


def _fault_of(row: Certificate, held: tuple[TrustedKey, SigningKey] | None) -> str:
    if held is None:
        return "KEY_UNKNOWN"
    try:
        code = hc1.unpack(row.hc1)
    except Fault:
        return "DAMAGED"
    if not cose.verify(code.message, held[0].public_key):
        return "BAD_SIGNATURE"
    if held[1].compromised_since is not None:
        return "KEY_COMPROMISED"
    stated = (int(row.issued_at.timestamp()), int(row.expires_at.timestamp()))
    if (code.content.issued_at, code.content.expires_at) != stated:
        return "DAYS"
    number = next((line.certificate_id for line in code.content.doses), "")
    return "" if number == row.uvci and code.holds else "CONTENT"


def _signature_faults(rows: Sequence[Certificate]) -> dict[UUID, str]:
    """Give the passports one of whose facilities' signatures in force was not made by its facility's key."""
    passports = {row.person_id: row for row in rows if row.kind == CertificateKind.PASSPORT}
    if not passports:
        return {}
    persons = {p: person for person, holder in holders_of(passports).items() for p in holder.profile_ids}
    signed = list(DoseSignature.objects.filter(profile_id__in=list(persons), voided_at=None))
    keys = FacilityKey.objects.filter(kid__in={bytes(one.kid) for one in signed}).values_list("kid", "certificate")
    certificates = {bytes(kid): bytes(certificate) for kid, certificate in keys}
    wrong = {}
    for one in signed:
        certificate = certificates.get(bytes(one.kid), b"")
        if not verifies(certificate, bytes(one.statement), bytes(one.signature)):
            wrong[passports[persons[one.profile_id]].id] = "DOSE_SIGNATURE"
    return wrong
