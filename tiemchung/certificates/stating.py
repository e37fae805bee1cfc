"""A person's passport as the plain facts that every other form is made of; derived from the ledger, nothing written."""

from uuid import UUID

from tiemchung.certificates.content import ISSUER, PersonFacts, dcc_parts
from tiemchung.certificates.emitters import CertificateFacts, ShotFacts
from tiemchung.certificates.models import Certificate
from tiemchung.doses.values import DoseView
from tiemchung.vaccines.rules import dcc_numbers, the_book

_SEXES = {"MALE": "M", "FEMALE": "F"}


def stated_facts(facts: PersonFacts, certificate: Certificate, travel_document: str = "") -> CertificateFacts:
    """Give what the passport's certificate rests on: every counted dose up to the one it states, in order.

    The certificate must still be true of these facts: raises KeyError where the dose it states is gone.
    """
    by_id = {dose.id: dose for dose in facts.record.doses}
    named, _ = dcc_parts(facts, by_id[certificate.dose_id])
    holder = facts.holder
    return CertificateFacts(
        number=certificate.uvci,
        full_name=holder.full_name,
        family_name=named.family_name,
        given_name=named.given_name,
        birth_date=named.birth_date,
        sex=_SEXES.get(holder.sex, ""),
        nationality=holder.nationality,
        doses=_shots(facts, certificate.dose_id),
        issued_at=certificate.issued_at,
        expires_at=certificate.expires_at,
        issuer=ISSUER,
        travel_document=travel_document,
    )


def _shots(facts: PersonFacts, stated_id: UUID) -> tuple[ShotFacts, ...]:
    by_id = {dose.id: dose for dose in facts.record.doses}
    shots = []
    for row in facts.record.course.counted:
        shots.append(_shot(facts, by_id[row.dose.id]))
        if row.dose.id == stated_id:
            break
    return tuple(shots)


def _shot(facts: PersonFacts, dose: DoseView) -> ShotFacts:
    product = the_book().products[dose.facts.product]
    number, of = dcc_numbers(facts.record.course, dose.id)
    return ShotFacts(
        vaccine=product.vp,
        product=product.mp,
        maker=product.ma,
        icd11=product.icd11,
        product_name=product.name_en,
        maker_name=product.maker,
        number=number,
        of=of,
        given_on=dose.facts.given_on,
        lot=dose.facts.lot_number,
        place=dose.facts.place_name,
    )
