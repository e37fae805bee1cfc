"""The WHO's core data set of vaccination (DDCC:VS), sub-claim 3 of hcert 1.1.1."""

from typing import Any

from tiemchung.certificates.emitters.facts import (
    COUNTRY_3,
    COVID_19_ICD11,
    ICD11,
    CertificateFacts,
    EmissionKey,
)
from tiemchung.certificates.emitters.hcert import signed_subclaim
from tiemchung.certificates.emitters.registry import Emitted, Emitter
from tiemchung.certificates.emitters.systems import MAKERS, PRODUCTS
from tiemchung.certificates.formats import subclaims

_VERSION = "1.0.0"


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def core_data(facts: CertificateFacts, kid: bytes) -> dict[str, Any]:
    """Give the core data set of the stated dose; raises NotEmittable where its lot is unknown (1..1 in the model)."""
    dose = facts.stated
    return {
        "name": facts.full_name,
        "birthDate": facts.birth_date,
        "certificate": {
            "issuer": facts.issuer,
            "kid": kid.hex(),
            "hcid": facts.number,
            "version": _VERSION,
            "period": {"start": facts.issued_at.date().isoformat(), "end": facts.expires_at.date().isoformat()},
        },
        "vaccination": {
            "vaccine": _coding(*dose.coded),
            "brand": _coding(PRODUCTS, dose.product),
            "maholder": _coding(MAKERS, dose.maker),
            "lot": facts.known_lot(),
            "date": dose.given_on.isoformat(),
            "dose": dose.number,
            "totalDoses": dose.of,
            "country": _coding("urn:iso:std:iso:3166", COUNTRY_3),
            "centre": dose.place,
            "disease": _coding(ICD11, COVID_19_ICD11),
        },
    }


def emit(facts: CertificateFacts, key: EmissionKey) -> Emitted:
    """Give the signed core data set of the stated dose."""
    return signed_subclaim(subclaims.DDCC_VACCINATION, core_data(facts, key.kid), facts, key)


EMITTER = Emitter("ddcc", "hc1", emit)
