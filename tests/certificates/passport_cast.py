"""Somebody with a passport, for tests of what is shown, printed, sent and told: rows as the three steps leave them.

person_id = a_signed_person(phone=...)           # two doses of Pfizer, each signed by its facility
issue_passport(person_id, at=NOW)                # a real HC1 under a key of a file; state ISSUED
lack(person_id, Lack.IDENTITY_NOT_FOUND, at=NOW) # or: not eligible, and why
renew_passport(person_id, at=later)              # the old one RENEWED, a new one in force
revoke_passport(person_id, at=later)
"""

import datetime as dt
from uuid import UUID, uuid4

from tests.builders import NOW, a_facility, a_key, a_lot, a_person, a_phone
from tiemchung.certificates.actions import central_key
from tiemchung.certificates.content import certified_dose, dcc_parts, facts_of_all, fingerprint
from tiemchung.certificates.formats import dcc, hc1, uvci
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.log import append_leaves, leaf_of_text
from tiemchung.certificates.models import Certificate, CertificateByHash, DoseSignature, Passport, Revocation
from tiemchung.certificates.news import note_news
from tiemchung.certificates.rules import CertificateKind, CertificateState, KeyPurpose, Lack, PassportState
from tiemchung.core.actor import SYSTEM
from tiemchung.core.clock import local
from tiemchung.doses.actions import record_dose
from tiemchung.doses.models import Dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource, DoseState
from tiemchung.doses.values import DoseFacts
from tiemchung.people.reads import holder_of

NAME, BORN = "Nguyễn Thị Minh Châu", dt.date(1984, 11, 23)


def a_signed_person(
    full_name: str = NAME,
    birth_date: dt.date = BORN,
    *,
    phone: str = "",
    number: str = "",
    given_days_ago: tuple[int, ...] = (130, 90),
    product: str = "PFIZER",
    at: dt.datetime = NOW,
) -> UUID:
    """Put somebody with doses on record; every dose is given at one facility and signed by it."""
    more = {"identifiers": [("CCCD", number)]} if number else {}
    person_id = a_person(full_name, birth_date, phones=[(phone or a_phone(), "OWN")], at=at, **more).person_id
    facility = a_facility("Trạm Y tế phường Bến Nghé", at=at)
    for days in given_days_ago:
        lot = a_lot(product, at=at)
        facts = DoseFacts(
            product,
            local(at).date() - dt.timedelta(days=days),
            lot_id=lot.id,
            lot_number=lot.number,
            facility_id=facility.id,
            place_name=facility.name,
        )
        record_dose(by=SYSTEM, at=at, key=a_key(), profile_id=person_id, facts=facts, source=DoseSource.BACKLOG)
    sign_doses_of(person_id, at=at)
    return person_id


def sign_doses_of(person_id: UUID, *, at: dt.datetime = NOW) -> None:
    """Leave the facility's signature on every dose of the person."""
    for dose in doses_of(holder_of(person_id).profile_ids):
        Dose.objects.filter(profile_id=dose.profile_id, id=dose.id).update(state=DoseState.SIGNED)
        DoseSignature.objects.create(
            profile_id=dose.profile_id, dose_id=dose.id, version=dose.version,
            facility_id=dose.facts.facility_id or uuid4(),
            kid=b"facility", statement=b"{}", signature=bytes(64), signed_by=None, signed_name="Lành", signed_at=at,
        )  # fmt: skip


def issue_passport(person_id: UUID, *, at: dt.datetime = NOW, expires_at: dt.datetime | None = None) -> Certificate:
    """Issue the person's passport: a real HC1, signed by a key that is in no list but the table of keys."""
    given = [dose.facts.given_on for dose in doses_of(holder_of(person_id).profile_ids)]
    facts = facts_of_all([person_id], max(local(at).date(), *given))[person_id]  # a test may issue in the past
    dose = certified_dose(facts)
    assert dose is not None
    parts, number = dcc_parts(facts, dose), uvci.new_uvci()
    key = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
    signer = signer_of(bytes(key.kid), key.store)
    ends = expires_at or at + dt.timedelta(days=365)
    text = hc1.issue(dcc.vaccination(*parts, number), signer=signer, kid=signer.kid, issued_at=at, expires_at=ends)
    made = Certificate.objects.create(
        person_id=person_id, kind=CertificateKind.PASSPORT, uvci=number, hc1=text, kid=key.kid,
        content=fingerprint(parts), dose_id=dose.id, state=CertificateState.ISSUED, issued_at=at, expires_at=ends,
        log_position=append_leaves([leaf_of_text(number, text)], at),
    )  # fmt: skip
    CertificateByHash.objects.create(hash=hash_of_number(number), person_id=person_id, certificate_id=made.id)
    _stand(person_id, PassportState.ISSUED, at, certificate_id=made.id, content=made.content)
    note_news([person_id], at)
    return made


def lack(person_id: UUID, *codes: Lack, at: dt.datetime = NOW) -> None:
    """Leave the person without a passport for these reasons."""
    dose = next(iter(doses_of(holder_of(person_id).profile_ids)), None)
    reasons = [_reason(code, dose.id if dose else None, dose.facts.facility_id if dose else None) for code in codes]
    _stand(person_id, PassportState.NOT_ELIGIBLE, at, reasons=reasons)


def await_step(person_id: UUID, state: PassportState, *, at: dt.datetime = NOW) -> None:
    """Leave the person's passport on its way: ELIGIBLE waits for facilities, FACILITY_SIGNED for the centre."""
    _stand(person_id, state, at)


def renew_passport(person_id: UUID, *, at: dt.datetime) -> Certificate:
    """Renew the passport: the old one stays valid to its own end."""
    _mine(person_id).update(state=CertificateState.RENEWED)
    return issue_passport(person_id, at=at)


def revoke_passport(person_id: UUID, *, at: dt.datetime) -> None:
    """Take the passport out of force at once."""
    for one in _mine(person_id):
        Revocation.objects.create(hash=hash_of_number(one.uvci), kid=one.kid, revoked_at=at, expires_at=one.expires_at)
    _mine(person_id).update(state=CertificateState.REVOKED, revoked_at=at, revoked_because="REPLACED")
    _stand(person_id, PassportState.REVOKED, at)
    note_news([person_id], at)


def _mine(person_id: UUID):  # type: ignore[no-untyped-def]
    return Certificate.objects.filter(person_id=person_id, kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED)


def _reason(code: Lack, dose_id: UUID | None, facility_id: UUID | None) -> dict[str, str]:
    about_dose = code in {Lack.DOSE_UNVERIFIED, Lack.PLACE_UNKNOWN, Lack.PRODUCT_NOT_ACCEPTED}
    found = {"code": str(code)}
    if about_dose and dose_id:
        found["dose_id"] = str(dose_id)
    if facility_id:
        found["facility_id"] = str(facility_id)
    return found


def _stand(person_id: UUID, state: PassportState, at: dt.datetime, **facts: object) -> None:
    values = {"state": state, "reasons": [], "since": at, "changed_at": at, **facts}
    if not Passport.objects.filter(person_id=person_id).update(**values):
        Passport.objects.create(person_id=person_id, **values)
