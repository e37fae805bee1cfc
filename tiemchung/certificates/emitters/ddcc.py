"""The WHO's core data set of vaccination (DDCC:VS), sub-claim 3 of hcert 1.1.1."""

import datetime as dt
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
from tiemchung.core.clock import local

_VERSION = "1.0.0"


def _coding(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _day(at: dt.datetime) -> str:
    return local(at).date().isoformat()


def core_data(facts: CertificateFacts, kid: bytes) -> dict[str, Any]:
    """Give the core data set of the stated dose; raises NotEmittable where its lot is unknown (1..1 in the model).

    Its days are Vietnam's, those of the page and the paper.
    """
    dose = facts.stated
    return {
        "name": facts.full_name,
        "birthDate": facts.birth_date,
        "certificate": {
            "issuer": facts.issuer,
            "kid": kid.hex(),
            "hcid": facts.number,
            "version": _VERSION,
            "period": {"start": _day(facts.issued_at), "end": _day(facts.expires_at)},
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
