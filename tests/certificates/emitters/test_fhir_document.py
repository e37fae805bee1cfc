"""The document obeys the WHO's guide: what must be there is there, what it refers to is in it, nothing else leaves."""

import json
from base64 import b64decode
from datetime import date
from typing import Any

import pytest

from tests.certificates.emitters.cast import FACTS, facts
from tests.certificates.formats.cast import NOW
from tiemchung.certificates.emitters.fhir_document import QrCode, document_of

CODE = QrCode("HC1:TEXT", b"\x89PNG picture")
PROFILES = "http://smart.who.int/ddcc/StructureDefinition/"


def document(**changes: Any) -> dict[str, Any]:
    return document_of(facts(**changes), CODE, made_at=NOW, due_on=date(2027, 1, 2))


def part(of: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [entry["resource"] for entry in of["entry"] if entry["resource"]["resourceType"] == kind]
    return dict(found)


def references(item: Any) -> list[str]:
    if isinstance(item, dict):
        own = [item["reference"]] if isinstance(item.get("reference"), str) else []
        return own + [found for value in item.values() for found in references(value)]
    return [found for value in item for found in references(value)] if isinstance(item, list) else []


def test_it_is_a_document_whose_first_entry_is_its_composition() -> None:
    whole = document()
    assert (whole["type"], whole["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    assert whole["identifier"]["value"] == whole["link"][0]["url"] == FACTS.number
    assert whole["timestamp"].startswith("2026-11-22T03:00:00")


def test_each_kind_of_resource_is_there_once_and_names_its_profile() -> None:
    found = [entry["resource"] for entry in document()["entry"]]
    assert {r["resourceType"]: r["meta"]["profile"][0].removeprefix(PROFILES) for r in found} == {
        "Composition": "DDCCVSComposition",
        "Patient": "DDCCPatient",
        "Organization": "DDCCOrganization",
        "Immunization": "DDCCImmunization",
        "DocumentReference": "DDCCDocumentReferenceQR",
        "ImmunizationRecommendation": "DDCCImmunizationRecommendation",
    }
    assert len(found) == 6


def test_everything_that_is_referred_to_is_in_it() -> None:
    whole = document()
    urls = [entry["fullUrl"] for entry in whole["entry"]]
    assert set(references(whole)) <= set(urls)
    assert len(set(urls)) == len(urls)
    assert [entry["fullUrl"] for entry in whole["entry"]] == [f"urn:uuid:{e['resource']['id']}" for e in whole["entry"]]


def test_the_immunization_states_what_the_guide_asks_for() -> None:
    dose = part(document(), "Immunization")
    extensions = {e["url"].removeprefix(PROFILES): e for e in dose["extension"]}
    assert extensions["DDCCEventBrand"]["valueCoding"]["code"] == "EU/1/20/1528"
    assert extensions["DDCCVaccineMarketAuthorization"]["valueCoding"]["code"] == "ORG-100030215"
    assert extensions["DDCCCountryOfEvent"]["valueCode"] == "VNM"
    assert dose["vaccineCode"] == {"coding": [{"system": "http://id.who.int/icd11/mms", "code": "XM8NQ0"}]}
    assert (dose["occurrenceDateTime"], dose["lotNumber"]) == ("2021-10-01", "FG7898")
    assert dose["location"] == {"display": "Trạm Y tế phường Bến Nghé"}
    (protocol,) = dose["protocolApplied"]
    assert (protocol["doseNumberPositiveInt"], protocol["seriesDosesPositiveInt"]) == (2, 2)
    assert protocol["authority"]["reference"] == f"urn:uuid:{part(document(), 'Organization')['id']}"


def test_the_section_points_at_the_dose_and_lists_dose_advice_and_code() -> None:
    whole = document()
    (section,) = part(whole, "Composition")["section"]
    named = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in whole["entry"]}
    assert named[section["focus"]["reference"]] == "Immunization"
    listed = [named[entry["reference"]] for entry in section["entry"]]
    assert listed == ["Immunization", "ImmunizationRecommendation", "DocumentReference"]


def test_the_code_is_in_it_as_text_and_as_picture() -> None:
    contents = part(document(), "DocumentReference")["content"]
    found = {item["format"]["code"]: b64decode(item["attachment"]["data"]) for item in contents}
    assert found == {"image": CODE.picture, "serialized": CODE.text.encode()}


def test_without_a_next_dose_there_is_no_advice() -> None:
    whole = document_of(FACTS, CODE, made_at=NOW)
    assert "ImmunizationRecommendation" not in json.dumps(whole)


def test_the_same_certificate_gives_the_same_ids_and_another_gives_others() -> None:
    ids = {entry["fullUrl"] for entry in document()["entry"]}
    assert {entry["fullUrl"] for entry in document()["entry"]} == ids
    assert not ids & {entry["fullUrl"] for entry in document(number="URN:UVCI:01:VN:OTHER#A")["entry"]}


@pytest.mark.parametrize("number", ["C0000001", "7K3Q9XW2MZT4A"])
def test_no_identity_number_is_in_it(number: str) -> None:
    assert (number in json.dumps(document())) is (number in FACTS.number)


def test_what_is_not_known_is_left_out_and_not_made_up() -> None:
    patient = part(document(sex="", birth_date="1985-03", given_name="", family_name="Y"), "Patient")
    assert (patient["gender"], patient["birthDate"], "given" in patient["name"][0]) == ("unknown", "1985-03", False)


@pytest.mark.parametrize(("sex", "gender"), [("M", "male"), ("F", "female"), ("", "unknown")])
def test_codes_are_those_of_fhir(sex: str, gender: str) -> None:
    whole = document(sex=sex)
    assert part(whole, "Patient")["gender"] == gender
    stated = [part(whole, kind)["status"] for kind in ("Composition", "Immunization", "DocumentReference")]
    assert stated == ["final", "completed", "current"]
