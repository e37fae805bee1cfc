"""The stand-in shows what it was told, by person and by time, and keeps other sites out."""

import datetime as dt
import re
import secrets
import socket
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import builders
from tests.builders import country  # noqa: F401 - a fixture
from tests.interop.pc_covid.conftest import AGREED, StandIn
from tests.interop.pc_covid.test_contract import news
from tiemchung.cases.models import Case
from tiemchung.cases.sealed import open_claim
from tiemchung.core import clock
from tiemchung.doses.models import Dose
from tiemchung.doses.rules import DoseState
from tiemchung.interop.breaker import Breaker
from tiemchung.interop.pc_covid.http_partner import GuardedPartner, HttpPartner
from tiemchung.interop.pc_covid.keys import REQUESTS, dose_ref, key_for
from tiemchung.interop.pc_covid.ports import PartnerAway
from tiemchung.interop.pc_covid.standin.mode import Mode, new_switch
from tiemchung.interop.pc_covid.standin.page import whole_page
from tiemchung.interop.pc_covid.standin.words import WORDS
from tiemchung.interop.pc_covid.telling import tell_due
from tiemchung.places.rules import Level

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
    page = httpx.post(standin.address + "/propose", data=form, trust_env=False, timeout=60)
    standin.stop()
    assert "&quot;status&quot;: 202" in page.text, page.text
    assert Dose.objects.get().state == DoseState.DECLARED
    assert Case.objects.get().door == "PARTNER"


def test_beside_each_dose_stand_right_wrong_and_never_given_and_beside_a_person_what_is_missing(
    standin: StandIn, partner: GuardedPartner
) -> None:
    partner.tell([news(4, "asked-person", colour="YELLOW", count=1, doses=[DOSE | {"ref": "r&4"}])])
    page = standin.get("/?person=asked-person").text
    ways = {words: unescape(href) for href, words in re.findall(r'<a href="([^"]*#propose)"[^>]*>([^<]*)</a>', page)}
    assert list(ways) == ["Đúng", "Sai", "Chưa từng tiêm", "Thiếu mũi"]
    form = standin.get(ways["Sai"].partition("#")[0]).text
    assert 'name="kind" value="DOSE_WRONG"' in form
    assert 'name="ref" value="r&amp;4"' in form
    assert 'value="PFIZER"' in form
    assert 'name="base_version" value="4"' in form
    never = standin.get(ways["Chưa từng tiêm"].partition("#")[0]).text
    assert 'name="kind" value="NEVER_GIVEN"' in never
    assert 'name="product"' not in never
    assert "Không cần gửi gì" in standin.get(ways["Đúng"].partition("#")[0]).text


def test_where_a_report_stands_is_shown_in_words(standin: StandIn, partner: GuardedPartner) -> None:
    case = {"shown_ref": "PA 1234", "kind": "DOSE_WRONG", "state": "NEED_MORE_INFO", "due_at": "2021-09-03T01:00:00"}
    partner.tell([news(1, "reporting-person", cases=[case, case | {"kind": "<b>", "state": "<i>"}])])
    page = standin.get("/?person=reporting-person").text
    assert "PA 1234, Sai: chờ bạn bổ sung, hạn trả lời 03/09/2021" in page
    assert "<b>" not in page
    assert "<i>" not in page


@pytest.mark.django_db(transaction=True)
def test_a_dose_is_pointed_at_from_the_page_and_its_report_comes_back_in_the_news(
    live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PC_COVID_KEY = AGREED
    hoa = builders.a_person("Đào Thị Hoa", dt.date(1990, 5, 17), phones=[("0900054321", "OWN")])
    dose = builders.a_dose(hoa.profile_id, given_on=dt.date(2021, 9, 1)).dose
    standin = StandIn(tmp_path, live_server.url + "/interop/pc-covid/proposals")
    settings.PC_COVID = f"{standin.address}/v1/news"
    form = {"phone": "0900054321", "full_name": "Đào Thị Hoa", "birth_date": "1990-05-17", "kind": "NEVER_GIVEN",
            "ref": dose_ref(dose.id), "base_version": "0", "lang": "vi"}  # fmt: skip
    page = httpx.post(standin.address + "/propose", data=form, trust_env=False, timeout=60)
    case = Case.objects.get()
    inner = HttpPartner(settings.PC_COVID, key=key_for(REQUESTS, AGREED), timeout_s=60.0)
    tell_due(GuardedPartner(inner, Breaker(first_pause_s=0.2)), at=clock.now() + dt.timedelta(seconds=5))
    told, shown = standin.told(), standin.get("/").text
    inner.close()
    standin.stop()
    assert "&quot;status&quot;: 202" in page.text, page.text
    assert (case.kind, case.dose_id) == ("NEVER_GIVEN", dose.id)
    assert [(one["ref"], one["state"]) for one in told[0]["body"]["cases"]] == [(case.ref, "ROUTED")]
    assert "đơn vị đã nhận" in shown


@pytest.mark.django_db(transaction=True)
def test_a_citizen_is_asked_about_a_name_without_accents_and_confirms_it_on_the_page(
    live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.PC_COVID_KEY = AGREED
    builders.a_person("Dao Thi Hoa", dt.date(1990, 5, 17), phones=[("0900054321", "OWN")])
    standin = StandIn(tmp_path, live_server.url + "/interop/pc-covid/proposals")
    form = {"phone": "0900054321", "full_name": "Dao Thi Hoa", "birth_date": "1990-05-17", "product": "PFIZER",
            "given_on": "2021-09-01", "place_name": "Nhà văn hóa", "province": "Hà Nội", "lang": "vi"}  # fmt: skip
    asked = httpx.post(standin.address + "/propose", data=form, trust_env=False, timeout=60).text
    assert not Case.objects.exists()
    inputs = re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', asked)
    kept = {name: unescape(value) for name, value in inputs}
    assert {name: kept[name] for name in form} == form
    assert "Tên này có thiếu dấu không?" in asked
    assert "“Dao Thi Hoa” có chữ có thể thiếu dấu: Dao, Thi, Hoa." in asked
    assert kept.pop("name_confirmed") == "1"
    unticked = httpx.post(standin.address + "/propose", data=kept, trust_env=False, timeout=60).text
    assert "Tên này có thiếu dấu không?" in unticked
    kept["name_confirmed"] = "1"
    done = httpx.post(standin.address + "/propose", data=kept, trust_env=False, timeout=60).text
    standin.stop()
    assert "&quot;status&quot;: 202" in done, done
    case = Case.objects.get()
    assert (case.door, Dose.objects.get().state) == ("PARTNER", DoseState.DECLARED)
    (dose,) = open_claim(case.id, case.sealed_claim).doses
    assert dose.area_id == builders.an_area("01", level=Level.PROVINCE).id


def test_what_the_platform_asks_is_shown_as_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    asked = {"confirm": "name_confirmed", "title": evil, "text": evil, "telex": evil, "question": evil, "yes": evil}
    answered = {"status": 422, "answer": {"code": "NAME_DOUBT", "title": evil, "asked": [asked]}}
    page = whole_page((), switch=new_switch(), typed={"lang": "vi", "full_name": evil}, answered=answered)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_of_a_dose_has_words(lang: str) -> None:
    assert all(WORDS[lang][f"state.{state}"] for state in DoseState)
