"""The browser's verifier under Node: its own tests, and its agreement with the server's reader on every vector."""

import base64
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tiemchung.certificates.formats import registry
from tiemchung.certificates.formats.trust import key_of_certificate, kid_of, trust_list

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "frontend/test/verifier"
VECTORS = Path(os.environ.get("TIEMCHUNG_TESTDATA") or ROOT.parent / "shared/testdata") / "dcc"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed; the browser journey still runs")
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason=f"no test vectors at {VECTORS}")


def run_node(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(NODE), *arguments], input=stdin, capture_output=True, text=True, check=False, cwd=TESTS)


def test_the_verifiers_own_tests_pass() -> None:
    files = sorted(path.name for path in TESTS.glob("*.test.js"))
    done = run_node("--test", *files)
    assert done.returncode == 0, re.findall(r"^ *not ok [\s\S]{0,700}", done.stdout, re.MULTILINE)[:3]
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[0]) >= len(files)


def vector_cases() -> list[dict[str, Any]]:
    found = []
    for path in sorted((VECTORS / "dgc-testdata").rglob("raw/*.json")):
        vector = json.loads(path.read_text("utf-8-sig"))
        moment = datetime.fromisoformat(vector["TESTCTX"]["VALIDATIONCLOCK"])
        der = base64.b64decode(vector["TESTCTX"]["CERTIFICATE"])
        found.append({"name": str(path.relative_to(VECTORS)), "text": vector.get("PREFIX", ""), "der": der,
                      "moment": moment if moment.tzinfo else moment.replace(tzinfo=UTC)})
    for path in sorted((VECTORS / "gdhcn-validator").glob("*.txt")):
        if "Unpacked" not in path.name:
            moment = datetime(2022, 6, 1, tzinfo=UTC) + timedelta(hours=1)
            found.append({"name": path.name, "text": path.read_text("utf-8"), "der": b"", "moment": moment})
    return found


def browsers_answers(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def keys(der: bytes) -> list[dict[str, str]]:
        kid, certificate = (base64.b64encode(raw).decode() for raw in (kid_of(der), der))
        return [{"kid": kid, "certificate": certificate}] if der else []

    asked = [{"text": case["text"], "trust": {"keys": keys(case["der"])}, "now": case["moment"].timestamp()}
             for case in cases]
    done = run_node("answers.js", stdin=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


# Where the two readers differ on purpose, and why.
DIFFER = {
    "dgc-testdata/HU/2DCode/raw/3.json": "the browser does not refuse a genuine test for a long name of its centre",
    "dgc-testdata/IS/2DCode/raw/3.json": "the browser refuses a key that was made for travel documents, as published",
}
# One fault of time seen from two sides: of the code and of its key.
TIME = {"EXPIRED", "KEY_EXPIRED", "NOT_YET_VALID"}


def same(server: tuple[str, str], browser: tuple[str, str]) -> bool:
    return server == browser or (server[0] == browser[0] and {server[1], browser[1]} <= TIME)


@needs_vectors
def test_browser_and_server_give_the_same_result_for_the_same_reason() -> None:
    cases = vector_cases()
    answers = browsers_answers(cases)
    assert len(cases) > 190
    differing = {}
    for case, answer in zip(cases, answers, strict=True):
        keys = trust_list([key_of_certificate(case["der"])] if case["der"] else [])
        reading = registry.read(case["text"], keys=keys, now=case["moment"])
        server = (str(reading.outcome), "" if reading.why == "GENUINE" else str(reading.why))
        browser = (answer["verdict"], answer["reason"])
        if not same(server, browser):
            differing[case["name"]] = f"server {server}, browser {browser}"
    assert {name: told for name, told in differing.items() if name not in DIFFER} == {}
