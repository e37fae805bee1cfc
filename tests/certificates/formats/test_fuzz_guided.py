"""A minute of coverage-guided fuzzing: no reader crashes, stalls, swells, or believes what was changed."""

import importlib.util
import time
from pathlib import Path

import pytest
from cbor2 import dumps

from tests.certificates.formats.cast import a_code, signer
from tools.fuzz import promises, running, seeds, targets
from tools.fuzz.promises import Broken

SECONDS = 60
needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is built for Linux only: nothing is fuzzed here"
)
SHARES = running.shares(SECONDS, list(running.SHARES))


@needs_atheris
@pytest.mark.slow
@pytest.mark.parametrize("name", list(running.SHARES))
def test_a_reader_keeps_its_promises_whatever_coverage_leads_to(name: str) -> None:
    run = running.run_one(name, [f"-max_total_time={SHARES[name]:.0f}"], wait_s=SHARES[name] + 240)
    assert run.broken == ""
    assert run.executions > 100


def test_every_target_has_its_share_of_the_minute() -> None:
    assert set(running.SHARES) == set(targets.JOBS)
    assert sum(SHARES.values()) == pytest.approx(SECONDS)
    assert sum(running.shares(10_000_000, list(SHARES), by_price=True).values()) == pytest.approx(10_000_000)


@pytest.mark.parametrize("name", list(targets.JOBS))
def test_no_seed_breaks_a_promise(name: str) -> None:
    begin = targets.JOBS[name].begin()
    assert begin
    for seed in begin:
        targets.JOBS[name].target(seed)


def test_a_code_that_reads_as_valid_and_is_none_of_the_seeds_is_a_broken_promise() -> None:
    other = seeds.payload() | {"dob": "1999-01-01"}
    text = a_code(other, signer=seeds.SIGNER, kid=seeds.KEY.kid, issued_at=seeds.NOW, expires_at=seeds.FACTS.expires_at)
    with pytest.raises(Broken, match="VALID"):
        targets.reader(text.encode())
    with pytest.raises(Broken, match="VALID"):
        targets.message(targets.hc1.to_cose(text))


def test_a_code_of_a_stranger_is_no_broken_promise() -> None:
    targets.reader(a_code(signer=signer("stranger"), kid=seeds.KEY.kid).encode())
    targets.claims(dumps({1: "VN"}))


def test_what_takes_too_long_is_a_broken_promise() -> None:
    def slow(_data: bytes) -> None:
        until = time.thread_time() + 1.5 * promises.LONGEST_S
        while time.thread_time() < until:
            pass

    with pytest.raises(Broken, match="50 ms"):
        promises.bounded(slow)(b"")


def test_what_takes_too_much_is_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    marks = iter([1 << 30, (1 << 30) + promises.MOST_BYTES, 1 << 30, (1 << 30) + promises.MOST_BYTES + 1])
    monkeypatch.setattr(promises, "most_memory", lambda: next(marks))
    watched = promises.bounded(lambda _data: None)
    watched(b"")
    with pytest.raises(Broken, match="64 MB"):
        watched(b"")


@needs_atheris
def test_a_target_that_dies_is_told_with_the_end_of_what_it_printed(tmp_path: Path) -> None:
    run = running.run_one("no such target", ["-runs=1"], tmp_path, wait_s=120)
    assert "KeyError" in run.broken
    assert "BROKEN" in "\n".join(running.table([run]))
