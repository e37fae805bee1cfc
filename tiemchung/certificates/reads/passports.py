"""What others may ask about a person's passport: where it stands, what it says, who signed its doses."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from tiemchung.certificates.content import PersonFacts, facts_of_all
from tiemchung.certificates.formats import hc1, mrz, valuesets
from tiemchung.certificates.models import Certificate, DoseSignature, Passport, PassportNews
from tiemchung.certificates.reads.passport_views import (
    DoseSigned,
    FormerCertificate,
    GapView,
    NameForms,
    PassportDose,
    PassportFields,
    PassportInForce,
    PassportView,
)
from tiemchung.certificates.reads.why_revoked import last_revoked
from tiemchung.certificates.rules import CertificateKind, CertificateState, PassportState
from tiemchung.certificates.showing import verified_only
from tiemchung.certificates.units import unit_of
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.clock import local
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import Holder, NotFound, person_of
from tiemchung.people.rules.names import split_name
from tiemchung.places.reads import facilities_by_id
from tiemchung.vaccines.rules import the_book

News = PassportNews  # the stream that followers name
_SHOWN = (CertificateState.ISSUED, CertificateState.RENEWED)


def passport_of(by: Actor, person_id: UUID, at: dt.datetime) -> PassportView:
    """Give the passport of a person as it stands at this moment.

    A citizen gets the passports of persons proven to be theirs; staff reach a person through `people` first.
    Raises NotFound for anybody else. A certificate whose signature does not verify is told as `withheld`, not shown.
    """
    root = person_of(person_id)
    if by.kind not in {Kind.STAFF, Kind.SYSTEM} and root not in by.person_ids:
        raise NotFound
    facts = facts_of_all([root], local(at).date(), ahead=False).get(root)
    if facts is None:
        raise NotFound
    passport = Passport.objects.filter(person_id=root).first()
    mine, states = facts.holder.profile_ids, (*_SHOWN, CertificateState.REVOKED)
    found = Certificate.objects.filter(person_id__in=mine, kind=CertificateKind.PASSPORT, state__in=states)
    rows = sorted((c for c in found if c.person_id == root and c.state in _SHOWN), key=_newest_first)
    shown = verified_only(rows, at)
    if rows and rows[0] not in shown:
        return replace(_view(facts, passport, [], at), withheld=True)
    view = _view(facts, passport, shown, at)
    revoked = [one for one in found if one.state == CertificateState.REVOKED]
    return replace(view, revoked=last_revoked(facts, revoked, view, at))


def passports_in_force(person_ids: Iterable[UUID], at: dt.datetime) -> dict[UUID, PassportInForce]:
    """Give the passports that these persons may show now, in one statement; who has none is left out.

    For partners that act for a person: the caller holds persons whom it may tell of. Left out is also whose signed
    text does not verify.
    """
    found = Certificate.objects.filter(
        person_id__in=list(person_ids), kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED, expires_at__gt=at
    )
    return {one.person_id: PassportInForce(one.hc1, one.issued_at, one.expires_at) for one in verified_only(found, at)}


def has_passport(person_id: UUID, at: dt.datetime) -> bool:
    """Tell whether a passport of this person is in force, which a correction of what it states would revoke."""
    return bool(passports_in_force([person_id], at))


def name_forms(full_name: str, confirmed: bytes | memoryview | None = None) -> NameForms:
    """Give both forms of a name; `confirmed` is the mark that its holder left."""
    family, given = (mrz.transliterate(part).replace("<", " ") for part in split_name(full_name))
    forms = NameForms(full_name, family, given)
    if confirmed is None or bytes(confirmed) != forms.mark:
        return forms
    return replace(forms, confirmed=True)


def gaps_in(reasons: Iterable[Mapping[str, str]], on: dt.date) -> tuple[GapView, ...]:
    """Give the gaps that a passport's row keeps, each with the facility on whose list it stands on that day."""
    return tuple(GapView(r["code"], _id(r.get("dose_id")), _works(_id(r.get("facility_id")), on)) for r in reasons)


def _works(facility_id: UUID | None, on: dt.date) -> UUID | None:
    return unit_of(facility_id, on) if facility_id else None


def stated_fields(text: str, holder: Holder) -> PassportFields:
    """Give the eleven fields of a signed text of ours; only nationality comes from the registry."""
    content = hc1.unpack(text).content
    dose = content.doses[0]
    return PassportFields(
        full_name=content.holder_name,
        birth="/".join(reversed(content.birth_date.split("-"))),
        nationality=holder.nationality,
        disease=valuesets.display_name("tg", dose.disease),
        doses_received=dose.number or 0,
        given_on=dt.date.fromisoformat(dose.given_on),
        dose_number=f"{dose.number}/{dose.of}",
        vaccine=valuesets.display_name("vp", dose.vaccine),
        product=valuesets.display_name("mp", dose.product),
        maker=valuesets.display_name("ma", dose.maker),
        number=dose.certificate_id,
    )


def _view(
    facts: PersonFacts, passport: Passport | None, certificates: list[Certificate], at: dt.datetime
) -> PassportView:
    holder, live = facts.holder, certificates[0] if certificates else None
    former = [c for c in certificates[1:] if c.expires_at > at]
    doses, today = _doses(facts), local(at).date()
    unsigned = (_works(d.facility_id, today) for d in doses if d.counted and not d.signed)
    return PassportView(
        person_id=holder.person_id,
        profile_ids=holder.profile_ids,
        name=name_forms(holder.full_name, passport.name_confirmed if passport else None),
        birth_date=holder.birth_date,
        birth_precision=holder.birth_precision,
        nationality=holder.nationality,
        state=PassportState(passport.state) if passport else None,
        since=passport.since if passport else None,
        gaps=gaps_in(passport.reasons, today) if passport else (),
        waits_for=tuple(dict.fromkeys(unit for unit in unsigned if unit)),
        doses=doses,
        certificate_id=live.id if live else None,
        hc1=live.hc1 if live else "",
        number=live.uvci if live else "",
        issued_at=live.issued_at if live else None,
        expires_at=live.expires_at if live else None,
        dose_id=live.dose_id if live else None,
        fields=stated_fields(live.hc1, holder) if live else None,
        former=tuple(FormerCertificate(c.uvci, c.issued_at, c.expires_at) for c in former),
    )


def _newest_first(certificate: Certificate) -> tuple[bool, float]:
    """Order what is in force before what was renewed, and the newer before the older."""
    return certificate.state != CertificateState.ISSUED, -certificate.issued_at.timestamp()


def _doses(facts: PersonFacts) -> tuple[PassportDose, ...]:
    signed = DoseSignature.objects.filter(profile_id__in=facts.holder.profile_ids, voided_at__isnull=True)
    by_dose = {(row.dose_id, row.version): row for row in signed}
    houses = {key: one.name for key, one in facilities_by_id({row.facility_id for row in by_dose.values()}).items()}
    rows = {row.dose.id: row for row in facts.record.course.doses}
    listed = []
    for dose in facts.record.doses:
        row, mine = rows.get(dose.id), by_dose.get((dose.id, dose.version))
        listed.append(
            PassportDose(
                id=dose.id,
                number=row.number if row else None,
                role=row.role or "" if row else "",
                product=_product_name(dose),
                given_on=dose.facts.given_on,
                place=dose.facts.place_name,
                facility_id=dose.facts.facility_id,
                lot=dose.facts.lot_number,
                counted=bool(row and row.counted),
                signed=_signed(mine, houses) if mine and dose.state is DoseState.SIGNED else None,
            )
        )
    return tuple(listed)


def _signed(row: DoseSignature, houses: Mapping[UUID, str]) -> DoseSigned:
    return DoseSigned(row.facility_id, houses.get(row.facility_id, ""), row.signed_at)


def _product_name(dose: DoseView) -> str:
    product = the_book().products.get(dose.facts.product)
    return product.label if product else dose.facts.product


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
