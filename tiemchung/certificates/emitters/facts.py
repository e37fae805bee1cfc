"""What an emitter is given: one person's passport as plain values, and the key that signs."""

import datetime as dt
from dataclasses import dataclass

from tiemchung.certificates.formats.cose import Signer

COUNTRY, COUNTRY_3 = "VN", "VNM"


class NotEmittable(ValueError):
    """The facts do not make a certificate of this form; `code` names what is missing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ShotFacts:
    """One counted dose: the codes of the European value sets (vp, mp, ma), the WHO's ICD-11 code, and names to show.

    `icd11` is empty for a vaccine that has none; `lot` and `place` are empty where nobody knows them.
    """

    vaccine: str
    product: str
    maker: str
    icd11: str
    product_name: str
    maker_name: str
    number: int
    of: int
    given_on: dt.date
    lot: str
    place: str

    @property
    def coded(self) -> tuple[str, str]:
        """Give (code system, code) of the vaccine: ICD-11 as the WHO maps it, else the SNOMED code of its type."""
        return (ICD11, self.icd11) if self.icd11 else (SNOMED, self.vaccine)


ICD11, SNOMED = "http://id.who.int/icd11/mms", "http://snomed.info/sct"
COVID_19_ICD11, COVID_19_SNOMED = "RA01", "840539006"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A person's passport: who, which doses in order, and the certificate in force that it follows from.

    `birth_date` is YYYY, YYYY-MM or YYYY-MM-DD; `sex` "M", "F" or empty; `nationality` alpha-2; `doses` are those that
    count, the last one is the dose that the passport states; `travel_document` is empty where none is on file.
    """

    number: str
    full_name: str
    family_name: str
    given_name: str
    birth_date: str
    sex: str
    nationality: str
    doses: tuple[ShotFacts, ...]
    issued_at: dt.datetime
    expires_at: dt.datetime
    issuer: str
    travel_document: str = ""

    @property
    def stated(self) -> ShotFacts:
        """Give the dose that a form with room for one states."""
        return self.doses[-1]

    def whole_birth_date(self) -> str:
        """Give the full birth date; raises NotEmittable where only a year or month is known."""
        if len(self.birth_date) != len("2000-01-31"):
            raise NotEmittable("BIRTH_INCOMPLETE")
        return self.birth_date

    def known_lot(self) -> str:
        """Give the lot of the stated dose; raises NotEmittable where nobody knows it."""
        if not self.stated.lot:
            raise NotEmittable("LOT_MISSING")
        return self.stated.lot


@dataclass(frozen=True, slots=True)
class EmissionKey:
    """The key that signs: its signer, its 8-byte id and certificate (DER), and the web address it is published under.

    `address` has no slash at its end.
    """

    signer: Signer
    kid: bytes
    certificate: bytes
    address: str
