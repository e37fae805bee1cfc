"""The browser's reader believes what an emitter writes, with our published keys alone, and nothing that was changed."""

import base64
import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates.emitters.cast import ADDRESS, AUTHORITY, FACTS, SIGNER, key
from tests.certificates.formats.cast import NOW, der
from tiemchung.certificates.emitters import emitters
from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.formats import trust

TESTS = Path(__file__).parents[3] / "frontend" / "test" / "verifier"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed; the server's reader is asked elsewhere")


def text64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def answers(texts: list[str]) -> list[dict[str, Any]]:
    """Ask the browser's reader under Node."""
    spki = AUTHORITY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    believed = {
        "keys": [{"kid": text64(trust.kid_of(der(SIGNER))), "certificate": text64(der(SIGNER))}],
        "authorities": [text64(spki)],
        "issuers": [{"url": ADDRESS, "keys": [jwk_of(der(SIGNER))]}],
    }
    asked = [{"text": text, "now": NOW.timestamp(), "trust": believed} for text in texts]
    done = subprocess.run(
        [str(NODE), "answers.js"], input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=TESTS
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("code", sorted(emitters()))
def test_the_browser_believes_it_and_no_turned_bit_of_it(code: str) -> None:
    text, dice = emitters()[code].emit(FACTS, key()).text, random.Random(code)
    turned = [f"{text[:at]}{chr(ord(text[at]) ^ 1 << dice.randrange(7))}{text[at + 1 :]}" for at in range(len(text))]
    first, *others = answers([text, *turned])
    assert (first["verdict"], first["reason"]) == ("VALID", "")
    assert [t for t, answer in zip(turned, others, strict=True) if answer["verdict"] == "VALID"] == []


def test_a_vaccine_without_a_code_of_its_own_is_named_by_its_product() -> None:
    abdala = replace(FACTS.stated, vaccine="28531000087107", icd11="", product="Abdala", product_name="Abdala")
    texts = [emitters()["shc"].emit(replace(FACTS, doses=(dose,)), key()).text for dose in (abdala, FACTS.stated)]
    names = [answer["doses"][0]["product"] for answer in answers(texts)]
    assert names == ["Abdala (CIGB)", "Comirnaty (Pfizer-BioNTech)"]
