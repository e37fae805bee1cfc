"""A passport in another country's form: signed once, read back before anybody gets it, and known to the register."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db import connection, transaction

from tiemchung.certificates.content import PersonFacts, facts_of_all
from tiemchung.certificates.emitters import Emitter, NotEmittable, emitters
from tiemchung.certificates.emitters.facts import CertificateFacts, EmissionKey
from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.formats import Outcome, read, trust, trust_list
from tiemchung.certificates.formats.revocation import RevocationHashes
from tiemchung.certificates.issuing import NotDrawn, passport_statement
from tiemchung.certificates.issuing_rows import hold_key
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.keys.central import central_key
from tiemchung.certificates.log import append_leaves
from tiemchung.certificates.models import Authority, Certificate, CertificateByHash, Emission, Passport, SigningKey
from tiemchung.certificates.reads.trusted import given_up_kids
from tiemchung.certificates.rules import CertificateKind, CertificateState, KeyPurpose, PassportState
from tiemchung.certificates.showing import alarm_once
from tiemchung.certificates.stating import stated_facts
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.reads import NotFound, numbers_of, person_of
from tiemchung.people.rules.kinds import IdSystem

_OUT = (PassportState.ISSUED, PassportState.EXPIRING)
_LIST = """
INSERT INTO certificates_revocation (id, hash, hash_type, kid, revoked_at, expires_at)
SELECT gen_random_uuid(), hash, hash_type, kid, %s, expires_at FROM certificates_emission
WHERE person_id = ANY(%s) AND certificate_id = ANY(%s) ON CONFLICT (hash, kid) DO NOTHING
"""
_LIST_FORMS = """
INSERT INTO certificates_revocation (id, hash, hash_type, kid, revoked_at, expires_at)
SELECT gen_random_uuid(), hash, hash_type, kid, %s, expires_at FROM certificates_emission
WHERE person_id = ANY(%s) AND id = ANY(%s) ON CONFLICT (hash, kid) DO NOTHING
"""
_FALL = """
UPDATE certificates_emission SET revoked_at = %s
WHERE person_id = ANY(%s) AND certificate_id = ANY(%s) AND revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class EmissionView:
    """A code in another form: its text, until when it holds, and whether it was made just now."""

    form: str
    text: str
    expires_at: dt.datetime
    new: bool


def emit_certificate(*, by: Actor, person_id: UUID, form: str, at: dt.datetime) -> EmissionView:
    """Give a person's passport in another form; the same one again when it was made before by a key that is believed.

    Only for a passport that is in force and still says what the ledger says, every dose of it signed by its facility.
    Citizens get those of persons proven to be theirs; raises NotFound for anybody else. Raises Refused with
    EMITTER_OFF, NO_PASSPORT, PASSPORT_CHANGED or what the form lacks (EMIT_LOT_MISSING, ...), and KeyStoreError. One
    that was made before and no longer verifies is not given: EMISSION_UNREADABLE, and an alarm.
    """
    emitter = emitters().get(form) if form in settings.EMITTERS else None
    if emitter is None:
        raise Refused(refuse("EMITTER_OFF"))
    root = person_of(person_id)
    if by.kind not in {Kind.STAFF, Kind.SYSTEM} and root not in by.person_ids:
        raise NotFound
    with transaction.atomic():
        certificate = _in_force(root)
        made = _believed(root, certificate, form)
        if made is None:
            facts = _true_facts(certificate, at)
            made = _emit(emitter, certificate, facts, at)
            write_line(
                by=by, at=at, action="emit_certificate", subject_id=root, object_id=certificate.id, facts={"form": form}
            )
            return EmissionView(form, made.text, made.expires_at, new=True)
    return _given_again(made, at)


def _given_again(made: Emission, at: dt.datetime) -> EmissionView:
    """Give a stored code as it was made; it is read as a verifier would before anybody is shown it.

    Call it outside the transaction: a refusal would take the alarm back with it.
    """
    key = SigningKey.objects.filter(kid=made.kid).first()
    try:
        told = _read_back(made.text, key, settings.PUBLIC_ADDRESS.rstrip("/"), at) if key else None
    except Refused:
        told = None
    if told is None or told[:2] != (made.hash_type, bytes(made.hash)):
        alarm_once(person_id=made.person_id, certificate_id=made.id, why="BAD_SIGNATURE", at=at)
        raise Refused(refuse("EMISSION_UNREADABLE"))
    return EmissionView(made.form, made.text, made.expires_at, new=False)


def list_emissions(certificates: Iterable[Certificate], at: dt.datetime) -> int:
    """Put what was emitted beside these certificates into the public list too: it says the same and falls with them.

    Gives how many were not in it.
    """
    gone = list(certificates)
    persons, ids = {one.person_id for one in gone}, [one.id for one in gone]
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_FALL, [at, list(persons), ids])
    return _listed(_LIST, persons, ids, at)


def list_forms(emissions: Sequence[Emission], at: dt.datetime) -> int:
    """Put these codes of a key that is believed no more into the public list; give how many were not in it."""
    return _listed(_LIST_FORMS, {one.person_id for one in emissions}, [one.id for one in emissions], at)


def _listed(statement: str, persons: set[UUID], ids: list[UUID], at: dt.datetime) -> int:
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, list(persons), ids])
        return cursor.rowcount


def _believed(person_id: UUID, certificate: Certificate, form: str) -> Emission | None:
    """Give the code that was made of this certificate in this form, unless its key was given up since."""
    made = Emission.objects.filter(person_id=person_id, certificate_id=certificate.id, form=form)
    return made.exclude(kid__in=given_up_kids()).order_by("-emitted_at").first()


def _in_force(person_id: UUID) -> Certificate:
    """Give the certificate of the passport, under a lock: who revokes it meanwhile waits, and finds what is made."""
    passport = Passport.objects.select_for_update().filter(person_id=person_id, state__in=_OUT).first()
    mine = Certificate.objects.select_for_update().filter(
        person_id=person_id, kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED
    )
    certificate = mine.first() if passport is not None else None
    if certificate is None:
        raise Refused(refuse("NO_PASSPORT"))
    return certificate


def _true_facts(certificate: Certificate, at: dt.datetime) -> PersonFacts:
    facts = facts_of_all([certificate.person_id], local(at).date(), ahead=False).get(certificate.person_id)
    try:
        if facts is None or passport_statement(facts).content != bytes(certificate.content):
            raise NotDrawn("CHANGED")
    except NotDrawn:
        raise Refused(refuse("PASSPORT_CHANGED")) from None
    return facts


def _emit(emitter: Emitter, certificate: Certificate, facts: PersonFacts, at: dt.datetime) -> Emission:
    key = central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=at)
    signs = EmissionKey(
        signer_of(bytes(key.kid), key.store),
        bytes(key.kid),
        bytes(key.certificate),
        settings.PUBLIC_ADDRESS.rstrip("/"),
    )
    stated = _dated(stated_facts(facts, certificate, _travel_document(emitter, facts)), key, at)
    if not hold_key(key.id):
        raise Refused(refuse("NO_PASSPORT"))
    try:
        emitted = emitter.emit(stated, signs)
    except NotEmittable as lacking:
        raise Refused(refuse(f"EMIT_{lacking.code}")) from None
    kind, hash16, leaf = _read_back(emitted.text, key, signs.address, at)
    # The log last: its one lock is held until the end.
    CertificateByHash.objects.bulk_create(
        [CertificateByHash(hash=hash16, person_id=certificate.person_id, certificate_id=certificate.id)],
        ignore_conflicts=True,
    )
    row = Emission(
        person_id=certificate.person_id, certificate_id=certificate.id, form=emitter.code, text=emitted.text,
        kid=key.kid, hash=hash16, hash_type=kind, emitted_at=at, expires_at=stated.expires_at,
        log_position=append_leaves([leaf], at),
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _dated(facts: CertificateFacts, key: SigningKey, at: dt.datetime) -> CertificateFacts:
    """Give the facts with the days of now: it never outlives the passport, nor the key that signs it."""
    return replace(facts, issued_at=at, expires_at=min(facts.expires_at, key.valid_to))


def _travel_document(emitter: Emitter, facts: PersonFacts) -> str:
    """Give the number of the one passport book on file, for a form that binds to it, else nothing."""
    if not emitter.binds_to_document:
        return ""
    holder = facts.holder
    numbers = numbers_of({holder.person_id: holder})[holder.person_id]
    books = [number for system, number in numbers if system == IdSystem.PASSPORT]
    return books[0] if len(books) == 1 else ""


def _read_back(text: str, key: SigningKey, address: str, at: dt.datetime) -> tuple[str, bytes, bytes]:
    """Read what was signed as a verifier would; give type and hash under which lists name it, and its leaf of the log.

    Verified after signing: a broken module or a fault of ours must be noticed before anybody is handed a code.
    """
    seen: list[RevocationHashes] = []

    def listed(hashes: RevocationHashes) -> bool:
        seen.append(hashes)
        return False

    der = bytes(key.certificate)
    keys = [trust.key_of_certificate(der), trust.key_of_jwk(jwk_of(der), issuer=address)]
    above = [x509.load_der_x509_certificate(bytes(one.certificate)) for one in Authority.objects.all()]
    reading = read(text, keys=trust_list(keys, above), now=at, revoked=listed)
    if reading.outcome is not Outcome.VALID or not seen:
        raise Refused(refuse("EMISSION_UNREADABLE"))
    kind, named = ("UCI", seen[0].uci) if seen[0].uci is not None else ("SIGNATURE", seen[0].signature)
    return kind, named, seen[0].leaf()
