"""The stand-in keeps its citizens and what it was asked, shows it, and keeps other sites out."""

import json
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.interop.population.conftest import LAN, MINH, StandIn, fields_of
from tiemchung.core.ids import new_id
from tiemchung.interop.population.register import GuardedRegister
from tiemchung.interop.population.standin.mode import Mode
from tiemchung.interop.population.standin.words import WORDS
from tiemchung.people.ports import RegisterAway


def test_it_counts_what_it_was_asked_and_how_often(standin: StandIn, register: GuardedRegister) -> None:
    before, batch_id = standin.asked()["counts"], new_id()
    for _ in range(2):
        register.ask(batch_id, [fields_of(LAN)])  # another request of the same batch
    counts = standin.asked()["counts"]
    assert counts["times"] - before["times"] == 2
    assert counts["batches"] - before["batches"] == 1
    newest = next(one for one in standin.asked()["batches"] if one["batch"] == str(batch_id))
    assert (newest["times"], newest["right"]) == (2, 1)


def test_its_page_shows_counts_and_changes_an_entry(standin: StandIn, register: GuardedRegister) -> None:
    register.ask(new_id(), [fields_of(LAN)])
    assert "1 người: 1 đúng, 0 sai" in standin.get("/").text
    assert "1 persons: 1 right" in standin.get("/?lang=en").text
    form = LAN | {"full_name": "Nguyễn Thị Lành", "lang": "vi"}
    answer = httpx.post(f"{standin.address}/citizens", data=form, trust_env=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?lang=vi")
    found = httpx.post(f"{standin.address}/find", data={"number": LAN["number"]}, trust_env=False).text
    assert 'value="Nguyễn Thị Lành"' in found
    one = fields_of(LAN)
    assert register.ask(new_id(), [one]) == {one.request_id: False}
    assert LAN["number"] not in standin.get("/").text + standin.get("/list").text


def test_citizens_come_from_the_file_beside_and_a_restart_loses_nothing(tmp_path: Path) -> None:
    standin = StandIn(tmp_path)
    (tmp_path / "citizens.jsonl").write_text(json.dumps(LAN) + "\n", "utf-8")
    assert standin.asked()["counts"]["citizens"] == 1
    standin.put(LAN | {"full_name": "Lan Khác"})
    (tmp_path / "citizens.jsonl").write_text(json.dumps(LAN) + "\n" + json.dumps(MINH) + "\n", "utf-8")
    assert standin.stop() == 0
    standin.start()
    assert standin.asked()["counts"]["citizens"] == 2
    page = httpx.post(f"{standin.address}/find", data={"number": LAN["number"]}, trust_env=False).text
    standin.stop()
    assert "Lan Khác" in page


def test_what_it_knows_is_shown_as_text(standin: StandIn) -> None:
    evil = '"><script>alert(1)</script>'
    standin.put(LAN | {"number": "001190000666", "full_name": evil})
    for number in ("001190000666", evil):
        page = httpx.post(f"{standin.address}/find", data={"number": number}, trust_env=False).text
        assert "<script>alert" not in page


def test_a_replayed_request_is_refused(standin: StandIn, register: GuardedRegister, monkeypatch: Any) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda n: "c" * 2 * n)
    register.ask(new_id(), [fields_of(LAN)])
    with pytest.raises(RegisterAway, match="register_409"):
        register.ask(new_id(), [fields_of(LAN)])


def test_only_this_machine_reaches_it(standin: StandIn) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", standin.port), 2)
    for path in ("/", "/list", "/asked", "/mode"):
        assert standin.get(path, headers={"Host": "evil.example"}).status_code == 403
        assert standin.get(path, headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("fields", [{"mode": "asleep"}, {"seconds": "soon"}, {"seconds": 1e9}])
def test_a_mode_that_is_none_is_refused(standin: StandIn, fields: dict[str, Any]) -> None:
    assert httpx.post(f"{standin.address}/mode", json=fields, trust_env=False).status_code == 400
    assert standin.get("/mode").json()["mode"] == "ok"


@pytest.mark.parametrize("fields", [{}, LAN | {"birth_date": "1990"}, {"number": "1"}])
def test_a_citizen_without_four_fields_is_refused(standin: StandIn, fields: dict[str, Any]) -> None:
    assert httpx.post(f"{standin.address}/citizens", json=fields, trust_env=False).status_code == 400


@pytest.mark.parametrize(("lang", "words"), [("vi", "ví dụ 1984-03-05"), ("en", "for example 1984-03-05")])
def test_a_form_with_an_unreadable_day_comes_back_with_words_and_what_was_typed(
    standin: StandIn, lang: str, words: str
) -> None:
    form = LAN | {"full_name": "Nguyễn Thị <Lành>", "birth_date": "5/3/1984", "lang": lang}
    answer = httpx.post(f"{standin.address}/citizens", data=form, trust_env=False)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'value="5/3/1984"' in answer.text
    assert 'value="Nguyễn Thị &lt;Lành&gt;"' in answer.text
    before = httpx.post(f"{standin.address}/find", data={"number": LAN["number"]}, trust_env=False).text
    assert f'value="{LAN["birth_date"]}"' in before


def test_both_languages_have_words_for_everything() -> None:
    assert WORDS["vi"].keys() == WORDS["en"].keys()
    assert {f"mode.{mode}" for mode in Mode} <= WORDS["vi"].keys()


def test_without_a_key_it_does_not_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tiemchung.interop.population.standin", "--data", str(tmp_path), "--port", "0"],
        capture_output=True, text=True, timeout=60, env={"PATH": "", "PYTHONPATH": "."},
    )  # fmt: skip
    assert (done.returncode, "TIEMCHUNG_POPULATION_KEY" in done.stderr) == (2, True), done.stderr


def test_its_folder_is_closed_to_other_accounts(tmp_path: Path) -> None:
    standin = StandIn(tmp_path / "inner")
    standin.stop()
    assert (tmp_path / "inner").stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "inner").iterdir())
