"""A verifier that others wrote accepts what we issue, refuses what was changed, and we accept what it signs."""

import json
import random
import subprocess
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cbor2 import dumps, loads
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.certificates.formats.cast import KID, NOW, believed, payload, signer
from tiemchung.certificates.formats import Outcome, dcc, hc1, mrz, read, uvci

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = CHECKOUT / ".venv-oracle" / "bin" / "python"
pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="the second verifier is not installed: run bin/oracle")

def words(text: str) -> list[str]:
    """Give the words of a line."""
    return text.split()


FAMILIES = words("Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Âu Ưng Ông Tôn-Thất K'Brể")
MIDDLES = words("Thị Văn Hữu Đức Ngọc Thanh Bảo Quỳnh Mỹ Phước Đình Xuân Gia")
GIVENS = words("Ánh Duy Hằng Tuấn Yến Ước Ữu Ớt Ẩn Ỷ Đạt Lượm Nghĩa Khuê Thuỷ Thúy Hoà Quyền Dũng Giang")
HOW_MANY = 200


def names() -> list[tuple[str, str]]:
    """Give 200 different names: some of one word, some of five, one of seventy letters."""
    dice = random.Random(20261122)
    found = {("Y", ""), ("Nguyễn", "Ngọc " * 14 + "Ánh")}
    while len(found) < HOW_MANY:
        middle = " ".join(dice.sample(MIDDLES, dice.randrange(3)))
        found.add((dice.choice(FAMILIES), f"{middle} {dice.choice(GIVENS)}".strip()))
    return sorted(found)


@cache
def ours() -> tuple[tuple[dict[str, Any], str], ...]:
    """Give 200 payloads, each with the code that we issue for it."""
    made = []
    for place, (family, given) in enumerate(names()):
        dose = dcc.VaccineDose("1119349007", "EU/1/20/1528", "ORG-100030215", 1 + place % 4, 2, date(2021, 9, 2))
        content = dcc.vaccination(dcc.Holder(family, given, "1985-03-05"), dose, uvci.new_uvci())
        ends = NOW + timedelta(days=365)
        made.append((content, hc1.issue(content, signer=signer(), kid=KID, issued_at=NOW, expires_at=ends)))
    return tuple(made)


def oracle(read: list[list[str]], make: list[list[str]] | None = None) -> dict[str, list[str]]:
    """Ask the other side."""
    asked = json.dumps({"read": read, "make": make or []})
    script = str(CHECKOUT / "tests" / "oracles" / "cwt_side.py")
    done = subprocess.run([str(PYTHON), script], input=asked, capture_output=True, text=True, check=True, cwd="/")
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


def public(name: str = "ministry") -> str:
    key = signer(name).private_key.public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private() -> str:
    return signer().private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_it_verifies_two_hundred_of_ours_and_reads_the_same_content() -> None:
    found = oracle([[text, KID.hex(), public()] for _, text in ours()])["read"]
    claims = [loads(bytes.fromhex(item)) for item in found]
    assert [item[-260][1] for item in claims] == [content for content, _ in ours()]
    assert len(claims) == HOW_MANY
    assert {(item[1], item[6], type(item[4])) for item in claims} == {("VN", int(NOW.timestamp()), int)}


def test_it_refuses_each_of_ours_with_one_bit_turned() -> None:
    dice = random.Random(5772)
    turned = []
    for _, text in ours():
        signed = bytearray(hc1.to_cose(text))
        signed[dice.randrange(len(signed) - 64 if dice.random() < 0.5 else 20, len(signed))] ^= 1 << dice.randrange(8)
        turned.append("HC1:" + hc1.base45.encode(hc1.deflate.deflated(bytes(signed))))
    found = oracle([[text, KID.hex(), public()] for text in turned])["read"]
    assert [item for item in found if not item.startswith("refused")] == []
    assert [text for text in turned if read(text, keys=believed(), now=NOW).outcome is Outcome.VALID] == []


def test_it_refuses_ours_under_another_key_and_under_another_id() -> None:
    text = ours()[0][1]
    asked = [[text, KID.hex(), public("stranger")], [text, KID[::-1].hex(), public()], [text[1:], KID.hex(), public()]]
    assert all(item.startswith("refused") for item in oracle(asked)["read"])


def test_what_it_signs_reads_as_valid_here() -> None:
    year = int((NOW + timedelta(days=365)).timestamp())
    claims = {1: "VN", 4: year, 6: int(NOW.timestamp()), -260: {1: payload()}}
    made = oracle([], [[dumps(claims).hex(), KID.hex(), private()]] * 3)["make"]
    readings = [read(text, keys=believed(), now=NOW) for text in made]
    assert [reading.outcome for reading in readings] == [Outcome.VALID] * 3
    assert readings[0].content == claims[-260][1]  # type: ignore[index]


def test_the_names_of_these_codes_are_spelled_for_machines_by_the_one_rule() -> None:
    for content, _ in ours():
        latin = content["nam"].get("fnt", "") + content["nam"].get("gnt", "")
        assert latin
        assert set(latin) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
        assert content["nam"].get("fnt", "") == mrz.transliterate(content["nam"].get("fn", ""))
