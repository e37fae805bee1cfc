"""A ceremony does what its reviewed file says, no more, and what comes of it is believed by an installation."""

import datetime as dt
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command

from tests.certificates.keys.test_central import ADMIN, code_at, outcome
from tests.conftest import NOW
from tiemchung.certificates import actions
from tiemchung.certificates.formats import Outcome
from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.ceremony import BadPlan, hold, plan_in
from tiemchung.certificates.keys.files import FileKeyStore
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose

FILE = """
title = "Khóa gốc 2026"
environment = "acceptance"
folder = "out"
witnesses = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường"]

[[authority]]
kind = "CSCA"
common_name = "VN CSCA 2026"
days = 1460

[[authority]]
kind = "FACILITY"
common_name = "VN Facility Root 2026"
days = 3650

[[signer]]
authority = "CSCA"
purpose = "PASSPORT"
request = "passport.csr"
days = 730
common_name = "VN DSC 2026"
"""
BOTH = ("Nguyễn Văn An", "Trần Thị Bình")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a ceremony's file with a request beside it."""
    maker = FileKeyStore(tmp_path / "maker", "x" * 16)
    request = x509s.signing_request(maker, maker.make_key(), x509s.Subject("asked"))
    (tmp_path / "passport.csr").write_bytes(request)
    (tmp_path / "plan.toml").write_text(FILE, "utf-8")
    return tmp_path / "plan.toml"


def roots(folder: Path) -> FileKeyStore:
    """Give the store of the roots' keys."""
    return FileKeyStore(folder / "private", "a passphrase of the roots")


def held(file: Path, at: dt.datetime = NOW) -> list[str]:
    """Hold the ceremony."""
    plan = plan_in(file)
    return hold(plan, roots(plan.folder), reviewed_by=BOTH, at=at)


def only(folder: Path, pattern: str) -> Path:
    """Give the one file of that name."""
    (found,) = folder.glob(pattern)
    return found


@pytest.mark.django_db
def test_an_installation_believes_what_comes_of_it(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(FILE, "utf-8")
    (tmp_path / "passport.csr").write_bytes(actions.request_central_key(KeyPurpose.PASSPORT, by=ADMIN, at=NOW))
    held(tmp_path / "plan.toml")
    root = only(tmp_path / "out", "csca-*.der").read_bytes()
    actions.take_authority(AuthorityKind.CSCA, root, by=ADMIN, at=NOW)
    signer = (tmp_path / "out/passport.der").read_bytes()
    actions.take_central_certificate(KeyPurpose.PASSPORT, signer, by=ADMIN, at=NOW)
    assert outcome(code_at(NOW), NOW, NOW) is Outcome.VALID


def test_each_certificate_names_whom_and_how_long_the_file_says(file: Path) -> None:
    held(file)
    loaded = x509.load_der_x509_certificate((file.parent / "out/passport.der").read_bytes())
    assert "CN=VN DSC 2026" in loaded.subject.rfc4514_string()
    assert "CN=VN CSCA 2026" in loaded.issuer.rfc4514_string()
    assert loaded.not_valid_after_utc == NOW + dt.timedelta(days=730)


def test_the_transcript_has_the_file_the_witnesses_and_every_fingerprint(file: Path) -> None:
    told = "\n".join(held(file))
    assert only(file.parent / "out", "transcript-*.txt").read_text("utf-8").strip() == told.strip()
    assert all(name in told for name in BOTH)
    assert plan_in(file).digest in told
    assert len(re.findall(r"SHA-256 [0-9a-f]{64}", told)) == 1 + 3


def test_private_keys_of_roots_are_encrypted_and_nobody_elses_are_there(file: Path) -> None:
    held(file)
    keys = list((file.parent / "out/private").glob("*.pem"))
    assert len(keys) == 2
    assert all(b"ENCRYPTED" in key.read_bytes() and key.stat().st_mode & 0o077 == 0 for key in keys)


def test_a_root_of_an_earlier_ceremony_signs_again(file: Path) -> None:
    held(file)
    root = only(file.parent / "out", "csca-*.der")
    (file.parent / "passport.csr").rename(file.parent / "second.csr")
    again = file.with_name("again.toml")
    again.write_text(
        'title = "Lần hai"\nenvironment = "acceptance"\nfolder = "out"\n'
        'witnesses = ["Nguyễn Văn An", "Trần Thị Bình"]\n'
        f'[[authority]]\nkind = "CSCA"\ncertificate = "out/{root.name}"\n'
        '[[signer]]\nauthority = "CSCA"\npurpose = "CARD"\nrequest = "second.csr"\ndays = 100\n', "utf-8",
    )  # fmt: skip
    held(again, NOW + dt.timedelta(days=30))
    assert x509s.is_below((file.parent / "out/second.der").read_bytes(), root.read_bytes())


@pytest.mark.parametrize("reviewed", [(), BOTH[:1], (BOTH[0], BOTH[0]), (BOTH[0], "Ai Đó")])
def test_fewer_than_two_witnesses_make_nothing(file: Path, reviewed: tuple[str, ...]) -> None:
    plan = plan_in(file)
    with pytest.raises(BadPlan, match="reviewed by"):
        hold(plan, roots(plan.folder), reviewed_by=reviewed, at=NOW)
    assert not plan.folder.exists()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"acceptance"', '"staging"', "environment"),
        (', "Trần Thị Bình", "Lê Văn Cường"', "", "witnesses"),
        ("days = 1460", "days = 14600", "days"),
        ("days = 730", "", "days"),
        ('purpose = "PASSPORT"', 'purpose = "FACILITY"', "FACILITY signs FACILITY"),
        ('request = "passport.csr"', 'request = "none.csr"', "is not there"),
        ('kind = "FACILITY"', 'kind = "CSCA"', "one of each kind"),
        ('common_name = "VN CSCA 2026"', 'comon_name = "VN CSCA 2026"', "unknown: comon_name"),
        ('title = "Khóa gốc 2026"', "title = ", "TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(file: Path, old: str, new: str, why: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BadPlan, match=why):
        plan_in(file)


def test_a_request_that_its_key_did_not_sign_is_refused(file: Path) -> None:
    raw = (file.parent / "passport.csr").read_text()
    lines = raw.splitlines()
    lines[-3] = lines[-3][:-4] + ("AAAA" if lines[-3][-4:] != "AAAA" else "BBBB")
    (file.parent / "passport.csr").write_text("\n".join(lines) + "\n")
    plan = plan_in(file)
    with pytest.raises(x509s.BadCertificate, match="REQUEST"):
        hold(plan, roots(plan.folder), reviewed_by=BOTH, at=NOW)


def run(file: Path, **options: Any) -> str:
    """Run the command and give what it says."""
    out = StringIO()
    call_command("ceremony", str(file), stdout=out, **options)
    return out.getvalue()


def test_the_command_shows_first_and_does_nothing_when_only_shown(file: Path) -> None:
    told = run(file, only_show=True)
    assert "makes a root for 1460 days" in told
    assert "CSCA signs PASSPORT for 730 days: CN=VN DSC 2026" in told
    assert not (file.parent / "out").exists()


def test_the_command_asks_each_witness_and_a_no_makes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "pass").write_text("a passphrase of the roots")
    monkeypatch.setattr("builtins.input", lambda words: "yes" if "An" in words else "no")
    with pytest.raises(CommandError, match="two witnesses of the file"):
        run(file, passphrase_file=file.parent / "pass")
    assert not (file.parent / "out").exists()
    monkeypatch.setattr("builtins.input", lambda words: "yes")
    assert "PASSPORT" in run(file, passphrase_file=file.parent / "pass")


@pytest.mark.parametrize("yes", ["có", "Có ", "YES", "y"])
def test_a_witness_agrees_in_vietnamese_or_english(file: Path, monkeypatch: pytest.MonkeyPatch, yes: str) -> None:
    (file.parent / "pass").write_text("a passphrase of the roots")
    monkeypatch.setattr("builtins.input", lambda words: yes)
    assert "PASSPORT" in run(file, passphrase_file=file.parent / "pass")


def test_the_transcript_names_who_agreed_and_who_did_not(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = file.read_text().replace("witnesses = [", 'witnesses = ["Kiên", ')
    file.write_text(text)
    (file.parent / "pass").write_text("a passphrase of the roots")
    monkeypatch.setattr("builtins.input", lambda words: "không" if "Kiên" in words else "có")
    run(file, passphrase_file=file.parent / "pass")
    (transcript,) = (file.parent / "out").glob("transcript-*.txt")
    lines = transcript.read_text("utf-8").splitlines()
    assert "did not agree: Kiên" in lines
    assert not any("Kiên" in line for line in lines if line.startswith("reviewed by:"))


def typing(*typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the witnesses agree, and these be typed at the prompts for the passphrase."""
    monkeypatch.setattr("builtins.input", lambda words: "có")
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda words: next(answers))


def test_the_passphrase_is_typed_in_halves_each_twice_alike(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typing("first half", "first hafl", *["first half"] * 2, *["second half"] * 2, monkeypatch=monkeypatch)
    told = run(file)
    assert "not alike" in told
    assert "PASSPORT" in told


def test_halves_that_are_never_alike_make_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(*["one", "other"] * 3, monkeypatch=monkeypatch)
    with pytest.raises(CommandError, match="Nothing was done"):
        run(file)
    assert not (file.parent / "out").exists()
