"""A passport's facts and a key, for the tests of emitters."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.certificates.formats.cast import NOW, certificate, der, signer
from tiemchung.certificates.emitters import CertificateFacts, EmissionKey, ShotFacts
from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.formats import TrustList, trust, trust_list

ADDRESS = "https://tiemchung.example"
AUTHORITY = certificate("emitting authority")
SIGNER = certificate("emitter", issuer=("emitting authority", AUTHORITY.subject))
PFIZER = ShotFacts(
    vaccine="1119349007",
    product="EU/1/20/1528",
    maker="ORG-100030215",
    icd11="XM8NQ0",
    product_name="Comirnaty (Pfizer BioNTech COVID-19 Vaccine)",
    maker_name="Pfizer / BioNTech",
    number=1,
    of=2,
    given_on=date(2021, 9, 2),
    lot="FF2832",
    place="Trạm Y tế phường Bến Nghé",
)
FACTS = CertificateFacts(
    number="URN:UVCI:01:VN:7K3Q9XW2MZT4A#C",
    full_name="Nguyễn Thị An",
    family_name="Nguyễn",
    given_name="Thị An",
    birth_date="1985-03-05",
    sex="F",
    nationality="VN",
    doses=(PFIZER, replace(PFIZER, number=2, given_on=date(2021, 10, 1), lot="FG7898")),
    issued_at=NOW,
    expires_at=NOW + timedelta(days=365),
    issuer="Bộ Y tế",
    travel_document="C0000001",
)


def facts(**changes: Any) -> CertificateFacts:
    """Give An's facts, changed where a test wants it."""
    return replace(FACTS, **changes)


def key(address: str = ADDRESS) -> EmissionKey:
    """Give the key that signs."""
    made = der(SIGNER)
    return EmissionKey(signer("emitter"), trust.kid_of(made), made, address)


def believed() -> TrustList:
    """Give what a verifier abroad holds: the key, its web key, and the authority above it."""
    made = der(SIGNER)
    return trust_list([trust.key_of_certificate(made), trust.key_of_jwk(jwk_of(made), issuer=ADDRESS)], [AUTHORITY])
