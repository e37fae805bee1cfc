"""A passport as a FHIR document, for its holder and for whoever was shown its code."""

import datetime as dt
from io import BytesIO
from typing import Any
from uuid import UUID

import zxingcpp
from PIL import Image

from tiemchung.certificates.content import PersonFacts, facts_of_all, still_states
from tiemchung.certificates.emitters.fhir_document import QrCode, document_of
from tiemchung.certificates.models import Certificate, CertificateByHash
from tiemchung.certificates.rules import CertificateKind, CertificateState
from tiemchung.certificates.showing import verified_only
from tiemchung.certificates.stating import stated_facts
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.clock import local
from tiemchung.people.reads import NotFound, person_of

_SHOWN = (CertificateState.ISSUED, CertificateState.RENEWED)
_DOTS = 4  # pixels a module: readable on a screen and small in base64


def fhir_document(by: Actor, person_id: UUID, at: dt.datetime) -> dict[str, Any]:
    """Give a person's passport as a DDCC document (FHIR R4, plain JSON).

    A citizen gets those of persons proven to be theirs; staff reach a person through `people` first. Raises NotFound
    for anybody else, and where no passport is in force that still says what the ledger says.
    """
    root = person_of(person_id)
    if by.kind not in {Kind.STAFF, Kind.SYSTEM} and root not in by.person_ids:
        raise NotFound
    mine = Certificate.objects.filter(person_id=root, kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED)
    return _document(mine.first(), at)


def fhir_document_of(hash16: bytes, at: dt.datetime) -> tuple[UUID, dict[str, Any]]:
    """Give the person and the document of the passport whose number has this hash; the caller has checked who asks.

    Who knows the hash was shown the code. A renewed passport counts to its own end. Raises NotFound.
    """
    where = CertificateByHash.objects.filter(hash=hash16).values_list("person_id", "certificate_id").first()
    if where is None:
        raise NotFound
    held = Certificate.objects.filter(
        person_id=where[0], id=where[1], kind=CertificateKind.PASSPORT, state__in=_SHOWN
    ).first()
    return where[0], _document(held, at)


def _document(certificate: Certificate | None, at: dt.datetime) -> dict[str, Any]:
    if certificate is None or certificate.expires_at <= at or not verified_only([certificate], at):
        raise NotFound
    facts = facts_of_all([certificate.person_id], local(at).date()).get(certificate.person_id)
    if facts is None or not still_states(facts, certificate.dose_id, bytes(certificate.content)):
        raise NotFound
    code = QrCode(certificate.hc1, qr_png(certificate.hc1))
    return document_of(stated_facts(facts, certificate), code, made_at=at, due_on=_due_on(facts))


def _due_on(facts: PersonFacts) -> dt.date | None:
    due = facts.record.card.next_due
    return due.recommended_on if due is not None else None


def qr_png(text: str) -> bytes:
    """Give the QR code of a certificate as PNG, with the margin that readers need."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    memory = BytesIO()
    Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=_DOTS, add_quiet_zones=True)).save(memory, "PNG")
    return memory.getvalue()
