"""The tables of certificates, by what they are about."""

from tiemchung.certificates.models.cards import Card, CardByToken, Certificate, CertificateByHash, Revocation
from tiemchung.certificates.models.emissions import Emission
from tiemchung.certificates.models.keys import Authority, FacilityKey, RevocationOrder, SigningKey
from tiemchung.certificates.models.news import PassportNews
from tiemchung.certificates.models.passports import DoseSignature, Passport, PassportTask
from tiemchung.certificates.models.published import RevocationBatch, RevocationSlice, SignedList
from tiemchung.certificates.models.runs import IssueRetry, LogHead, LogTile, SignRun
from tiemchung.certificates.models.trust import ForeignSigner, TrustImport
from tiemchung.certificates.models.watching import SampleDay, WatchDay, WatchRange

__all__ = [
    "Authority",
    "Card",
    "CardByToken",
    "Certificate",
    "CertificateByHash",
    "DoseSignature",
    "Emission",
    "FacilityKey",
    "ForeignSigner",
    "IssueRetry",
    "LogHead",
    "LogTile",
    "Passport",
    "PassportNews",
    "PassportTask",
    "Revocation",
    "RevocationBatch",
    "RevocationOrder",
    "RevocationSlice",
    "SampleDay",
    "SignRun",
    "SignedList",
    "SigningKey",
    "TrustImport",
    "WatchDay",
    "WatchRange",
]
