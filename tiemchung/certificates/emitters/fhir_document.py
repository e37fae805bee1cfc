"""A passport as a FHIR R4 document of the WHO's DDCC guide 1.0.0: one certificate, its dose, its QR code.

Pure and unsigned: the signature is the one inside the QR code. The guide admits one immunization a document (its
slices are closed), so it is the dose that the certificate states; no identity number is in it.
"""

import datetime as dt
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from tiemchung.certificates.emitters.facts import COUNTRY_3, COVID_19_ICD11, ICD11, CertificateFacts, ShotFacts
from tiemchung.certificates.emitters.systems import MAKERS, PRODUCTS

_GUIDE = "http://smart.who.int/ddcc"
_LOINC = "http://loinc.org"
_URIS = "urn:ietf:rfc:3986"
_TITLE = "Digital Documentation of COVID-19 Certificate (DDCC)"
_GENDERS = {"M": "male", "F": "female"}
_PLACES = UUID("6a1f0a0e-5772-4f6b-8c55-1d0b0d5c1f35")  # a name space of our own for the parts of a document


@dataclass(frozen=True, slots=True)
class QrCode:
    """The certificate's text and its picture (PNG)."""

    text: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """One resource of a document, named by the certificate's number and its own kind."""

    kind: str
    id: str

    @property
    def url(self) -> str:
        return f"urn:uuid:{self.id}"

    @property
    def reference(self) -> dict[str, str]:
        return {"reference": self.url}

    def resource(self, profile: str, **content: Any) -> dict[str, Any]:
        meta = {"profile": [f"{_GUIDE}/StructureDefinition/{profile}"]}
        return {"resourceType": self.kind, "id": self.id, "meta": meta} | content


def _part(kind: str, number: str) -> _Part:
    return _Part(kind, str(uuid5(_PLACES, f"{number} {kind}")))


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    return {"system": system, "code": code} | ({"display": display} if display else {})


def _concept(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [_coding(system, code, display)]}


def _extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{_GUIDE}/StructureDefinition/{name}"} | value


def _patient(me: _Part, facts: CertificateFacts) -> dict[str, Any]:
    name: dict[str, Any] = {"use": "official", "text": facts.full_name}
    name |= {"family": facts.family_name} if facts.family_name else {}
    name |= {"given": facts.given_name.split()} if facts.given_name else {}
    gender = _GENDERS.get(facts.sex, "unknown")
    return me.resource("DDCCPatient", name=[name], gender=gender, birthDate=facts.birth_date)


def _immunization(me: _Part, patient: _Part, issuer: _Part, dose: ShotFacts) -> dict[str, Any]:
    system, code = dose.coded
    brand = _coding(PRODUCTS, dose.product, dose.product_name)
    resource = me.resource(
        "DDCCImmunization",
        extension=[
            _extension("DDCCEventBrand", valueCoding=brand),
            _extension("DDCCVaccineMarketAuthorization", valueCoding=_coding(MAKERS, dose.maker, dose.maker_name)),
            _extension("DDCCCountryOfEvent", valueCode=COUNTRY_3),
        ],
        status="completed",
        vaccineCode=_concept(system, code),
        patient=patient.reference,
        occurrenceDateTime=dose.given_on.isoformat(),
        location={"display": dose.place or COUNTRY_3},
        protocolApplied=[
            {
                "authority": issuer.reference,
                "targetDisease": [_concept(ICD11, COVID_19_ICD11, "COVID-19")],
                "doseNumberPositiveInt": dose.number,
                "seriesDosesPositiveInt": dose.of,
            }
        ],
    )
    return resource | ({"lotNumber": dose.lot} if dose.lot else {})


def _recommendation(
    me: _Part, patient: _Part, given: _Part, dose: ShotFacts, due_on: dt.date, made_on: dt.date
) -> dict[str, Any]:
    advice = {
        "vaccineCode": [_concept(*dose.coded)],
        "targetDisease": _concept(ICD11, COVID_19_ICD11, "COVID-19"),
        "forecastStatus": _concept("http://terminology.hl7.org/CodeSystem/immunization-recommendation-status", "due"),
        "dateCriterion": [
            {"code": _concept(_LOINC, "30980-7", "Date vaccine due"), "value": due_on.isoformat()},
        ],
        "supportingImmunization": [given.reference],
    }
    profile = "DDCCImmunizationRecommendation"
    return me.resource(profile, patient=patient.reference, date=made_on.isoformat(), recommendation=[advice])


def _qr_reference(me: _Part, patient: _Part, issuer: _Part, code: QrCode) -> dict[str, Any]:
    formats = f"{_GUIDE}/CodeSystem/DDCCQRFormatCodeSystem"
    contents = (("image/png", code.picture, "image"), ("text/plain", code.text.encode(), "serialized"))
    return me.resource(
        "DDCCDocumentReferenceQR",
        status="current",
        type=_concept(f"{_GUIDE}/CodeSystem/DDCCQRTypeCodeSystem", "dcc"),
        subject=patient.reference,
        authenticator=issuer.reference,
        content=[
            {
                "attachment": {"contentType": kind, "data": b64encode(data).decode("ascii")},
                "format": _coding(formats, name),
            }
            for kind, data, name in contents
        ],
    )


def _composition(me: _Part, parts: dict[str, _Part], facts: CertificateFacts, made_at: dt.datetime) -> dict[str, Any]:
    issuer = parts["Organization"].reference
    entries = ("Immunization", "ImmunizationRecommendation", "DocumentReference")
    section = {
        "title": "Vaccination",
        "code": _concept(_LOINC, "11369-6", "History of Immunization Narrative"),
        "focus": parts["Immunization"].reference,
        "entry": [parts[kind].reference for kind in entries if kind in parts],
    }
    return me.resource(
        "DDCCVSComposition",
        identifier={"use": "official", "system": _URIS, "value": facts.number},
        status="final",
        type=_concept(_LOINC, "82593-5", "Immunization summary report"),
        subject=parts["Patient"].reference,
        date=made_at.isoformat(timespec="seconds"),
        author=[issuer],
        title=_TITLE,
        attester=[{"mode": "official", "party": issuer}],
        event=[{"period": {"start": _moment(facts.issued_at), "end": _moment(facts.expires_at)}}],
        section=[section],
    )


def _moment(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds")


def document_of(
    facts: CertificateFacts, code: QrCode, *, made_at: dt.datetime, due_on: dt.date | None = None
) -> dict[str, Any]:
    """Give the document bundle; `due_on` is the day on which a next dose is recommended, None where none is.

    The same certificate gives the same resource ids, so that a receiver who has it already knows it again.
    """
    kinds = ["Composition", "Patient", "Organization", "Immunization", "DocumentReference"]
    kinds += ["ImmunizationRecommendation"] if due_on else []
    parts = {kind: _part(kind, facts.number) for kind in kinds}
    patient, issuer, given = parts["Patient"], parts["Organization"], parts["Immunization"]
    resources = {
        "Composition": _composition(parts["Composition"], parts, facts, made_at),
        "Patient": _patient(patient, facts),
        "Organization": issuer.resource("DDCCOrganization", name=facts.issuer, address=[{"country": COUNTRY_3}]),
        "Immunization": _immunization(given, patient, issuer, facts.stated),
        "DocumentReference": _qr_reference(parts["DocumentReference"], patient, issuer, code),
    }
    if due_on:
        advice = parts["ImmunizationRecommendation"]
        resources[advice.kind] = _recommendation(advice, patient, given, facts.stated, due_on, made_at.date())
    return {
        "resourceType": "Bundle",
        "id": _part("Bundle", facts.number).id,
        "meta": {"profile": [f"{_GUIDE}/StructureDefinition/DDCCVSDocument"]},
        "identifier": {"system": _URIS, "value": facts.number},
        "type": "document",
        "timestamp": made_at.isoformat(timespec="seconds"),
        "link": [{"relation": "publication", "url": facts.number}],
        "entry": [{"fullUrl": parts[kind].url, "resource": resource} for kind, resource in resources.items()],
    }
