"""DIVOC codes are unpacked and honestly left unjudged."""

import json
import zipfile
from base64 import b64encode
from io import BytesIO

import pytest

from tests.certificates.formats.cast import NOW
from tiemchung.certificates.formats import Outcome, Why, read, trust_list


def packed(name: str = "certificate.json", data: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> str:
    credential = {
        "credentialSubject": {"name": "An", "dob": "1985-03-05"},
        "issuer": "https://example.vn",
        "evidence": [{"vaccine": "X", "dose": "1", "totalDoses": 2, "date": "2021-09-02", "batch": "AB12"}],
    }
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        archive.writestr(name, data or json.dumps(credential))
    return "B64:" + b64encode(memory.getvalue()).decode()


def test_a_credential_is_shown_but_never_valid() -> None:
    found = read(packed(), keys=trust_list([]), now=NOW)
    assert (found.outcome, found.why) == (Outcome.UNKNOWN, Why.UNSUPPORTED_SIGNATURE)
    assert (found.holder_name, found.doses[0].number, found.doses[0].of, found.doses[0].lot) == ("An", 1, 2, "AB12")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (packed("other.json"), Why.DAMAGED),
        (packed(data=b"[]"), Why.DAMAGED),
        (packed(data=b"\0" * 70000), Why.TOO_LONG),
        ("B64:not base64", Why.DAMAGED),
        ("B64:", Why.DAMAGED),
        ("PK\x03\x04rest", Why.DAMAGED),
        (packed()[:-40], Why.DAMAGED),
    ],
)
def test_each_fault_is_named(text: str, why: Why) -> None:
    assert read(text, keys=trust_list([]), now=NOW).why is why
