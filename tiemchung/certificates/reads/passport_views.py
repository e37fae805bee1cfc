"""What is told of a passport: frozen values for pages, paper and partners."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from tiemchung.certificates.rules import PassportState


@dataclass(frozen=True, slots=True)
class NameForms:
    """A name as it is written and as machines abroad read it; `mark` is what the holder confirms."""

    written: str
    family_latin: str
    given_latin: str
    confirmed: bool = False

    @property
    def latin(self) -> str:
        """Give the Latin form as a line of words, family name first."""
        return f"{self.family_latin} {self.given_latin}".strip()

    @property
    def mark(self) -> bytes:
        """Give a hash of both forms: a name that changed meanwhile has another."""
        return hashlib.sha256(f"{self.written}\n{self.family_latin}<<{self.given_latin}".encode()).digest()


@dataclass(frozen=True, slots=True)
class PassportFields:
    """The eleven fields of QĐ 5772 in their order, as the signed text states them; nationality is the registry's.

    `birth` is dd/mm/yyyy or as much of it as is known; disease, vaccine, product and maker are names of the published
    value sets; `dose_number` is such as `2/2`.
    """

    full_name: str
    birth: str
    nationality: str
    disease: str
    doses_received: int
    given_on: dt.date
    dose_number: str
    vaccine: str
    product: str
    maker: str
    number: str


@dataclass(frozen=True, slots=True)
class DoseSigned:
    """A facility's signature of one dose that still stands."""

    facility_id: UUID
    facility_name: str
    signed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class GapView:
    """One thing in the way: a code of `rules.eligibility.Lack`; `facility_id` has it on its work list today."""

    code: str
    dose_id: UUID | None = None
    facility_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PassportDose:
    """One dose as the passport's page lists it; `number` is None where it does not count."""

    id: UUID
    number: int | None
    role: str
    product: str
    given_on: dt.date
    place: str
    facility_id: UUID | None
    lot: str
    counted: bool
    signed: DoseSigned | None


@dataclass(frozen=True, slots=True)
class FormerCertificate:
    """One that was renewed and stays valid to its own end."""

    number: str
    issued_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RevokedCertificate:
    """The last one that was revoked while it was good; `because` names the words that say why to its holder.

    CORRECTED_NAME, CORRECTED_DOSE, REISSUED, IDENTITY, FACILITY_KEY, CENTRAL_KEY, JOINED, ORDERED or OTHER.
    """

    revoked_at: dt.datetime
    because: str


@dataclass(frozen=True, slots=True)
class PassportView:
    """A person's passport; without a certificate `hc1` and `number` are empty and `fields` is None.

    `state` is None for somebody whose doses were never looked at. `waits_for` names the facilities whose signature
    is still missing, `former` lists renewed certificates that have not ended yet. `withheld`: there is a certificate,
    but its signature does not verify; nothing of it is told, and somebody looks at it. `revoked` is told while nothing
    newer was issued, and four weeks after.
    """

    person_id: UUID
    profile_ids: tuple[UUID, ...]
    name: NameForms
    birth_date: dt.date
    birth_precision: str
    nationality: str
    state: PassportState | None
    since: dt.datetime | None
    gaps: tuple[GapView, ...]
    waits_for: tuple[UUID, ...]
    doses: tuple[PassportDose, ...]
    certificate_id: UUID | None = None
    hc1: str = ""
    number: str = ""
    issued_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    dose_id: UUID | None = None
    fields: PassportFields | None = None
    former: tuple[FormerCertificate, ...] = ()
    withheld: bool = False
    revoked: RevokedCertificate | None = None

    def in_force(self, at: dt.datetime) -> bool:
        """Tell whether there is a certificate that has not ended."""
        return self.expires_at is not None and self.expires_at > at


@dataclass(frozen=True, slots=True)
class PassportInForce:
    """A signed passport as another app shows it."""

    hc1: str
    issued_at: dt.datetime
    expires_at: dt.datetime
