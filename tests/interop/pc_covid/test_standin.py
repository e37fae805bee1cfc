"""The stand-in shows what it was told, by person and by time, and keeps other sites out."""

import datetime as dt
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.interop.pc_covid.conftest import AGREED, StandIn
from tests.interop.pc_covid.test_contract import news
from tiemchung.cases.models import Case
from tiemchung.doses.models import Dose
from tiemchung.doses.rules import DoseState
from tiemchung.interop.pc_covid.http_partner import GuardedPartner
from tiemchung.interop.pc_covid.ports import PartnerAway
from tiemchung.interop.pc_covid.standin.mode import Mode
from tiemchung.interop.pc_covid.standin.words import WORDS

DOSE = {"ref": "r", "number": 1, "product": "PFIZER", "given_on": "2021-09-01", "state": "CONFIRMED"}


def test_the_page_shows_each_person_and_each_time(standin: StandIn, partner: GuardedPartner) -> None:
    for version, colour in ((1, "YELLOW"), (2, "GREEN")):
        partner.tell([news(version, "shown-person", colour=colour, count=version, doses=[DOSE])])
    page = standin.get("/?person=shown-person").text
    assert page.index("Thẻ xanh") < page.index("Thẻ vàng")
    assert "Mũi 1: PFIZER, 01/09/2021" in page
    assert "Green card" in standin.get("/?lang=en").text
    assert "Thẻ xanh" not in standin.get("/list?person=nobody").text


def test_what_it_was_told_is_shown_as_text(standin: StandIn, partner: GuardedPartner) -> None:
    evil = "<script>alert(1)</script>"
    partner.tell([news(1, evil, colour=evil, count=evil, doses=[DOSE | {"product": evil, "state": evil}])])
    assert "<script>alert" not in standin.get("/").text


def test_a_replayed_request_is_refused(standin: StandIn, partner: GuardedPartner, monkeypatch: Any) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda n: "c" * 2 * n)
    partner.tell([news()])
    with pytest.raises(PartnerAway, match="partner_409"):
        partner.tell([news()])


def test_only_this_machine_reaches_it(standin: StandIn) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", standin.port), 2)
    for path in ("/", "/list", "/told", "/mode"):
        assert standin.get(path, headers={"Host": "evil.example"}).status_code == 403
        assert standin.get(path, headers={"Origin": "http://evil.example"}).status_code == 403
    answer = httpx.post(
        f"{standin.address}/mode", data={"mode": "down"}, headers={"Origin": "http://evil.example"}, trust_env=False
    )
    assert answer.status_code == 403
    assert standin.get("/mode").json()["mode"] == "ok"


@pytest.mark.parametrize("fields", [{"mode": "asleep"}, {"seconds": "soon"}, {"seconds": 1e9}, []])
def test_a_mode_that_is_none_is_refused(standin: StandIn, fields: object) -> None:
    answer = httpx.post(f"{standin.address}/mode", json=fields, trust_env=False)
    assert answer.status_code == (200 if fields == [] else 400)
    assert standin.get("/mode").json()["mode"] == "ok"


def test_both_languages_have_words_for_everything() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    assert {f"mode.{mode}" for mode in Mode} <= WORDS["vi"].keys()


def test_without_a_key_it_does_not_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tiemchung.interop.pc_covid.standin", "--data", str(tmp_path), "--port", "0"],
        capture_output=True, text=True, timeout=60, env={"PATH": "", "PYTHONPATH": "."},
    )  # fmt: skip
    assert (done.returncode, "TIEMCHUNG_PC_COVID_KEY" in done.stderr) == (2, True), done.stderr


def test_its_folder_is_closed_to_other_accounts(tmp_path: Path) -> None:
    standin = StandIn(tmp_path / "inner")
    standin.stop()
    assert (tmp_path / "inner").stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "inner").iterdir())


@pytest.mark.django_db(transaction=True)
def test_it_declares_a_dose_to_the_platform_over_real_http(live_server: Any, settings: Any, tmp_path: Path) -> None:
    settings.PC_COVID_KEY = AGREED
    builders.a_person("Đào Thị Hoa", dt.date(1990, 5, 17), phones=[("0900054321", "OWN")])
    standin = StandIn(tmp_path, live_server.url + "/interop/pc-covid/proposals")
    form = {"phone": "0900054321", "full_name": "Đào Thị Hoa", "birth_date": "1990-05-17", "product": "PFIZER",
            "given_on": "2021-09-01", "place_name": "Trạm Y tế", "lang": "vi"}  # fmt: skip
    page = httpx.post(standin.address + "/propose", data=form, trust_env=False, timeout=20)
    standin.stop()
    assert "&quot;status&quot;: 202" in page.text, page.text
    assert Dose.objects.get().state == DoseState.DECLARED
    assert Case.objects.get().door == "PARTNER"
