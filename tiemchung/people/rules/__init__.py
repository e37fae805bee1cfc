"""Pure decisions about people: no database, no clock, no framework."""

from tiemchung.people.rules.births import birth_text, same_birth
from tiemchung.people.rules.identifiers import check_identifier, mask
from tiemchung.people.rules.identity import IDENTITY_TRANSITIONS, IdentityWhy, is_verified
from tiemchung.people.rules.kinds import (
    BirthPrecision,
    GuardianRelation,
    IdentifierState,
    IdentityState,
    IdSystem,
    PhoneRelation,
    ProofKind,
    Sex,
    Source,
)
from tiemchung.people.rules.links import may_link
from tiemchung.people.rules.names import clean_name, split_name
from tiemchung.people.rules.phones import mask_phone, normalise_phone
from tiemchung.people.rules.scans import ScanKind, ScannedCard, parse_scan
from tiemchung.people.rules.sight import may_see

__all__ = [
    "IDENTITY_TRANSITIONS",
    "BirthPrecision",
    "GuardianRelation",
    "IdSystem",
    "IdentifierState",
    "IdentityState",
    "IdentityWhy",
    "PhoneRelation",
    "ProofKind",
    "ScanKind",
    "ScannedCard",
    "Sex",
    "Source",
    "birth_text",
    "check_identifier",
    "clean_name",
    "is_verified",
    "mask",
    "mask_phone",
    "may_link",
    "may_see",
    "normalise_phone",
    "parse_scan",
    "same_birth",
    "split_name",
]
