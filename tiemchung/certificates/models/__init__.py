"""The tables of certificates, by what they are about."""

from tiemchung.certificates.models.cards import Card, CardByToken, Certificate, CertificateByHash, Revocation
from tiemchung.certificates.models.keys import FacilityKey, RevocationOrder, SigningKey
from tiemchung.certificates.models.passports import DoseSignature, Passport, PassportTask
from tiemchung.certificates.models.runs import LogHead, LogTile, SignRun, WatchDay
from tiemchung.certificates.models.trust import ForeignSigner, TrustImport

__all__ = [
    "Card",
    "CardByToken",
    "Certificate",
    "CertificateByHash",
    "DoseSignature",
    "FacilityKey",
    "ForeignSigner",
    "LogHead",
    "LogTile",
    "Passport",
    "PassportTask",
    "Revocation",
    "RevocationOrder",
    "SignRun",
    "SigningKey",
    "TrustImport",
    "WatchDay",
]
