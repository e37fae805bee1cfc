"""A FHIR parser that others wrote accepts each resource that we make, and would have objected to a wrong one."""

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.certificates.emitters.cast import FACTS, facts
from tests.certificates.formats.cast import NOW
from tiemchung.certificates.emitters.fhir_document import QrCode, document_of
from tiemchung.certificates.emitters.shc import bundle_of
from tiemchung.interop.fhir.capability import capability_statement

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = CHECKOUT / ".venv-oracle" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the second opinion is not installed: run bin/oracle")
CODE = QrCode("HC1:TEXT", b"\x89PNG")


def objections(resources: list[Any]) -> list[str]:
    """Ask the other side."""
    script = str(CHECKOUT / "tests" / "oracles" / "fhir_side.py")
    done = subprocess.run(
        [str(PYTHON), script], input=json.dumps(resources), capture_output=True, text=True, check=True, cwd="/"
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


def documents() -> list[dict[str, Any]]:
    """Give documents of usual and unusual facts."""
    return [
        document_of(FACTS, CODE, made_at=NOW),
        document_of(FACTS, CODE, made_at=NOW, due_on=date(2027, 1, 2)),
        document_of(facts(sex="", birth_date="1985", given_name=""), CODE, made_at=NOW),
    ]


def test_it_accepts_the_documents_and_every_resource_in_them() -> None:
    whole = documents()
    parts = [entry["resource"] for document in whole for entry in document["entry"]]
    assert objections(whole + parts) == [""] * (len(whole) + len(parts))


def test_it_accepts_the_bundle_of_a_health_card_and_the_capability_statement() -> None:
    assert objections([bundle_of(FACTS), capability_statement("https://tiemchung.example", NOW)]) == ["", ""]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("Immunization", "status", 5),
        ("Immunization", "occurrenceDateTime", "yesterday"),
        ("Immunization", "dose", 1),
        ("Patient", "name", [{"family": ["Nguyễn"]}]),
        ("DocumentReference", "content", []),
        ("Composition", "status", None),
    ],
)
def test_it_would_have_objected_to_a_wrong_one(kind: str, field: str, value: Any) -> None:
    document = documents()[0]
    (wrong,) = [entry["resource"] for entry in document["entry"] if entry["resource"]["resourceType"] == kind]
    if value is None:
        del wrong[field]
    else:
        wrong[field] = value
    assert objections([wrong]) != [""]
