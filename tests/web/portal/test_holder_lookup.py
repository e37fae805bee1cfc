"""Looking a certificate up tells a stranger nothing: one answer for all but the whole truth."""

import datetime as dt
import itertools
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client

from tests.builders import a_cccd, a_lot, a_person, a_phone, country  # noqa: F401 - a fixture
from tests.house.test_routes import routes
from tests.web.portal import feedback_pages as pages
from tiemchung.access.actions import put_canary
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.reads import card_of_person
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms
from tiemchung.core.outbox import contact_key
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.web.portal import holder_lookup
from tiemchung.web.shared.language import COOKIE
from tiemchung.web.shared.qr import qr_of

pytestmark = pytest.mark.usefixtures("country", "db", "plain_portal", "proofs_granted", "at_once")

NAME, BORN = "Nguyễn Thị Minh Châu", dt.date(1984, 11, 23)
LATEST = dt.date(2026, 8, 20)
FIELDS = ("full_name", "birth", "sex", "number", "latest")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no clock, and let one address ask as often as a test needs."""
    monkeypatch.setattr(holder_lookup, "ANSWER_AFTER_S", 0.0)
    monkeypatch.setattr(holder_lookup, "take_lookup", lambda **_: None)


@pytest.fixture
def phone() -> str:
    return a_phone()


@pytest.fixture
def number() -> str:
    return a_cccd("FEMALE", BORN)


@pytest.fixture
def chau(phone: str, number: str) -> UUID:
    """Put Minh Châu with two doses and a signed card on record."""
    at, kept = clock.now(), {"identifiers": [("CCCD", number)], "phones": [(phone, "OWN")]}
    person: UUID = a_person(NAME, BORN, sex="FEMALE", at=at, **kept).person_id
    for day in (dt.date(2026, 7, 10), LATEST):
        lot = a_lot("PFIZER", at=at)
        facts = DoseFacts("PFIZER", day, lot_number=lot.number, place_name="Trạm Y tế phường Bến Nghé")
        record_dose(by=SYSTEM, at=at, key=str(uuid4()), profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    refresh_card(person_id=person, at=at)
    return person


def asked(number: str) -> dict[str, dict[str, str]]:
    """Give the whole truth, by fact."""
    return {
        "full_name": {"full_name": NAME},
        "birth": {"birth_day": "23", "birth_month": "11", "birth_year": "1984"},
        "sex": {"sex": "FEMALE"},
        "number": {"number": number},
        "latest": {"latest_day": "20", "latest_month": "8", "latest_year": "2026"},
    }


def ask(client: Client, sent: dict[str, Any]) -> Any:
    """Press Tra cứu and open the page that follows."""
    answer = client.post("/tra-cuu", sent)
    assert answer.status_code == 302, answer.content.decode()[:300]
    assert answer["Location"] == "/tra-cuu/ma"
    return client.get("/tra-cuu/ma")


def bare(answer: Any) -> tuple[Any, ...]:
    """Give an answer without what differs between any two of them: the form's token, the nonce, the padding."""
    body = re.sub(rb'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', b"", answer.content)
    headers = {k: v for k, v in answer.headers.items() if k not in {"Content-Security-Policy", "Content-Length"}}
    return answer.status_code, body, headers, sorted(answer.cookies)


def merged(parts: dict[str, dict[str, str]]) -> dict[str, str]:
    """Give the parts as one form."""
    return {name: value for part in parts.values() for name, value in part.items()}


def spoiled(part: dict[str, str], how: str) -> dict[str, Any]:
    """Give one fact missing, blank, of the wrong type, as a null, as a list, or simply another one."""
    if how == "missing":
        return {}
    value: Any = {"blank": "", "type": "\u0661\u0662x{}", "null": "null", "list": ["a", "b"], "nul": "a\0b"}.get(how)
    if how == "other":
        return {k: {"full_name": "Trần Thị Bình", "sex": "MALE"}.get(k) or str(int(v) % 9 + 1) if v.isdigit() else
                {"full_name": "Trần Thị Bình", "sex": "MALE"}[k] for k, v in part.items()}  # fmt: skip
    return dict.fromkeys(part, value)


def test_the_whole_truth_sends_a_code_to_the_phone_on_file(chau: UUID, phone: str, number: str) -> None:
    ask(Client(), merged(asked(number)))
    assert len(pages.texts_to(phone)) == 1


@pytest.mark.parametrize("how", ["missing", "blank", "type", "null", "list", "nul", "other"])
def test_i2_israels_flight_api_no_subset_of_fields_answers_otherwise_than_the_rest(
    chau: UUID, phone: str, number: str, how: str
) -> None:
    """2021: all fields but the number could be left out, and the state still came back."""
    truth, answers = asked(number), set()
    for kept in itertools.product((True, False), repeat=len(FIELDS)):
        if all(kept):
            continue
        sent: dict[str, Any] = {}
        for name, whole in zip(FIELDS, kept, strict=True):
            sent |= truth[name] if whole else spoiled(truth[name], how)
        status, body, headers, cookies = bare(ask(Client(), sent))
        answers.add((status, body, tuple(sorted(headers.items())), tuple(cookies)))
        assert pages.texts_to(phone) == [], f"{how}: a code went out for {sorted(sent)}"
    assert len(answers) == 1
    right = bare(ask(Client(), merged(truth)))
    assert (right[0], right[1], tuple(sorted(right[2].items())), tuple(right[3])) in answers
    assert len(pages.texts_to(phone)) == 1


def test_a_person_on_record_and_an_invented_one_look_the_same_after_a_wrong_code(
    chau: UUID, phone: str, number: str
) -> None:
    seen = []
    for truth in (asked(number), asked(a_cccd("FEMALE", BORN))):
        client = Client()
        ask(client, merged(truth))
        seen.append(bare(client.post("/tra-cuu/ma", {"code": "000000"}, follow=True)))
    if pages.newest_code(phone) != "000000":
        assert seen[0] == seen[1]


def test_a_wrong_code_says_how_to_get_another_on_this_page(chau: UUID, phone: str, number: str) -> None:
    client = Client()
    ask(client, merged(asked(number)))
    wrong = "000000" if pages.newest_code(phone) != "000000" else "000001"
    answer = client.post("/tra-cuu/ma", {"code": wrong})
    assert (answer.status_code, answer["Location"]) == (302, "/tra-cuu/ma"), "Back never asks to send a form again"
    page = client.get("/tra-cuu/ma").content.decode()
    assert "quay lại và tra cứu lần nữa" in page
    assert "gửi lại mã" not in page


def test_the_right_code_shows_the_card_and_a_code_that_verifies(chau: UUID, phone: str, number: str) -> None:
    client = Client()
    ask(client, merged(asked(number)))
    assert client.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})["Location"] == "/tra-cuu/chung-nhan"
    page = client.get("/tra-cuu/chung-nhan").content.decode()
    card = card_of_person(SYSTEM, chau, clock.now())
    assert card is not None
    assert NAME in page
    assert qr_of(card.hc1).path in page
    assert "Thẻ xanh" in page
    assert number not in page
    assert card.number not in page
    assert card.number[-3:] in page
    assert phone not in page


def test_the_certificate_closes_after_a_quarter_of_an_hour(chau: UUID, phone: str, number: str) -> None:
    client = Client()
    ask(client, merged(asked(number)))
    client.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})
    with time_machine.travel(clock.now() + dt.timedelta(minutes=16), tick=False):
        assert client.get("/tra-cuu/chung-nhan")["Location"] == "/tra-cuu"


def test_without_a_code_nothing_is_shown(chau: UUID, number: str) -> None:
    client = Client()
    assert client.get("/tra-cuu/chung-nhan")["Location"] == "/tra-cuu"
    assert client.get("/tra-cuu/ma")["Location"] == "/tra-cuu"
    ask(client, merged(asked(number)))
    assert client.get("/tra-cuu/chung-nhan")["Location"] == "/tra-cuu"


def test_a_code_of_one_browser_opens_nothing_in_another(chau: UUID, phone: str, number: str) -> None:
    one, other = Client(), Client()
    ask(one, merged(asked(number)))
    code = pages.newest_code(phone)
    ask(other, merged(asked(number)))
    if pages.newest_code(phone) == code:  # the second was refused for coming too soon: it knows no code at all
        assert other.post("/tra-cuu/ma", {"code": code})["Location"] == "/tra-cuu/ma"
    assert one.post("/tra-cuu/ma", {"code": code})["Location"] == "/tra-cuu/chung-nhan"


def test_who_asks_twice_in_a_minute_can_still_use_the_first_code(chau: UUID, phone: str, number: str) -> None:
    client = Client()
    for _ in range(2):
        ask(client, merged(asked(number)))
    assert len(pages.texts_to(phone)) == 1
    assert client.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})["Location"] == "/tra-cuu/chung-nhan"


@pytest.fixture
def real_limits(monkeypatch: pytest.MonkeyPatch, at_once: None) -> None:
    """Count every question as it is counted in earnest."""
    from tiemchung.access.actions import take_lookup

    monkeypatch.setattr(holder_lookup, "take_lookup", take_lookup)


def test_five_questions_a_day_about_one_number_from_one_network(real_limits: None, chau: UUID, number: str) -> None:
    for one in (number, a_cccd("FEMALE", BORN)):
        answers = [Client().post("/tra-cuu", {"number": one}, REMOTE_ADDR=f"192.0.2.{n}") for n in range(6)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 302, 200]


def test_a_stranger_who_knows_a_number_does_not_shut_its_holder_out(
    real_limits: None, chau: UUID, phone: str, number: str
) -> None:
    for n in range(60):
        Client().post("/tra-cuu", {"number": number}, REMOTE_ADDR=f"192.0.{n % 6}.9")
    holder = Client(REMOTE_ADDR="198.51.100.7")
    ask(holder, merged(asked(number)))
    assert len(pages.texts_to(phone)) == 1


def test_a_device_that_proved_the_phone_asks_on_behind_a_network_that_is_used_up(
    real_limits: None, chau: UUID, phone: str, number: str
) -> None:
    holder, truth, later = Client(REMOTE_ADDR="192.0.2.1"), merged(asked(number)), clock.now() + dt.timedelta(minutes=2)
    ask(holder, truth)
    answer = holder.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})
    assert answer["Location"] == "/tra-cuu/chung-nhan"
    kept = holder.cookies["known"]
    assert (kept["httponly"], kept["path"]) == (True, "/")
    assert [part for part in (number, phone, phone[3:], str(chau)) if part in kept.value] == []
    with time_machine.travel(later, tick=False):
        for n in range(8):
            Client(REMOTE_ADDR=f"192.0.2.{n}").post("/tra-cuu", {"number": number})
        assert Client(REMOTE_ADDR="192.0.2.1").post("/tra-cuu", truth).status_code == 200
        ask(holder, truth)
        assert len(pages.texts_to(phone)) == 2
        other = holder.post("/tra-cuu", truth | {"number": a_cccd("FEMALE", BORN)})
        assert other.status_code == 302  # counted for the network as any stranger's
    forged = Client(REMOTE_ADDR="192.0.2.1")
    for value in ("", "x", kept.value[:-6] + "AAAAA=", "é", "A" * 5000):
        forged.cookies["known"] = value
        assert forged.post("/tra-cuu", truth).status_code == 200, value[:9]


def test_codes_that_strangers_used_up_reach_a_device_that_proved_the_phone(
    chau: UUID, phone: str, number: str
) -> None:
    holder, truth, start = Client(REMOTE_ADDR="192.0.2.1"), merged(asked(number)), clock.now()
    ask(holder, truth)
    holder.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})
    for n in range(1, 12):
        with time_machine.travel(start + dt.timedelta(minutes=n), tick=False):
            ask(Client(REMOTE_ADDR=f"192.0.{n}.9"), truth)
    with time_machine.travel(start + dt.timedelta(minutes=12), tick=False):
        before = len(pages.texts_to(phone))
        ask(Client(REMOTE_ADDR="192.0.77.9"), truth)
        assert len(pages.texts_to(phone)) == before
        ask(holder, truth)
        assert len(pages.texts_to(phone)) == before + 1
        answer = holder.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})
    assert answer["Location"] == "/tra-cuu/chung-nhan"


def test_look_ups_leave_the_holder_codes_for_everything_else(
    real_limits: None, chau: UUID, phone: str, number: str
) -> None:
    """Somebody who knows all five facts makes at most five of the phone's ten codes of a day."""
    start = clock.now()
    for n in range(12):
        with time_machine.travel(start + dt.timedelta(minutes=15 * n), tick=False):
            ask(Client(REMOTE_ADDR=f"192.0.{n}.9"), merged(asked(number)))
    assert len(pages.texts_to(phone)) == 5


@pytest.mark.parametrize("typed", ["K0000123", "k 0000123", "990012345"])
def test_a_foreigner_asks_by_the_number_of_a_passport(phone: str, typed: str) -> None:
    at, number = clock.now(), typed.upper().replace(" ", "")
    kept = {"identifiers": [("PASSPORT", number)], "phones": [(phone, "OWN")], "nationality": "DE"}
    person = a_person("Anna Schmidt", BORN, sex="FEMALE", at=at, **kept).person_id
    facts = DoseFacts("PFIZER", LATEST, lot_number=a_lot("PFIZER", at=at).number, place_name="Bệnh viện Bạch Mai")
    record_dose(by=SYSTEM, at=at, key=str(uuid4()), profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    refresh_card(person_id=person, at=at)
    client = Client()
    ask(client, merged(asked(typed)) | {"full_name": "Anna Schmidt"})
    assert client.post("/tra-cuu/ma", {"code": pages.newest_code(phone)})["Location"] == "/tra-cuu/chung-nhan"
    page = client.get("/tra-cuu/chung-nhan").content.decode()
    assert "Anna Schmidt" in page
    assert number not in page


def test_the_page_asks_for_a_passport_number_too_and_lets_a_phone_type_its_letters() -> None:
    page = Client().get("/tra-cuu").content.decode()
    field = re.search(r'<input[^>]*name="number"[^>]*>', page)
    assert field is not None
    assert "numeric" not in field[0]
    assert "hộ chiếu" in page
    abroad = Client()
    abroad.cookies[COOKIE] = "en"
    assert "passport number" in abroad.get("/tra-cuu").content.decode()


def test_a_name_without_its_accents_is_not_the_whole_truth(chau: UUID, phone: str, number: str) -> None:
    ask(Client(), merged(asked(number)) | {"full_name": "Nguyen Thi Minh Chau"})
    assert pages.texts_to(phone) == []


def test_the_first_question_about_a_canary_raises_an_alarm(chau: UUID, number: str) -> None:
    put_canary(by=SYSTEM, at=clock.now(), person_id=chau, because="Kiểm tra việc dò tìm")
    ask(Client(), {"number": number})
    assert [alarm.code for alarm in alarms()] == ["CANARY"]


def test_m17_one_network_asks_at_most_twenty_times_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    from tiemchung.access.actions import take_lookup

    monkeypatch.setattr(holder_lookup, "take_lookup", take_lookup)
    asked_for = [asked(a_cccd("FEMALE", BORN)) for _ in range(22)]
    answers = [Client().post("/tra-cuu", merged(one)) for one in asked_for]
    assert [answer.status_code for answer in answers].count(302) == 20
    assert "quá nhiều lần" in answers[-1].content.decode()


def test_i1_cowins_bot_no_public_page_tells_anything_for_a_phone_or_number_alone(
    chau: UUID, phone: str, number: str
) -> None:
    """2023: a phone went in; name, number and place of vaccination came out."""
    card = card_of_person(SYSTEM, chau, clock.now())
    assert card is not None
    secrets = [NAME, "Minh Châu", number, phone, "0" + phone[3:], card.hc1, "Trạm Y tế phường Bến Nghé", "23/11/1984"]
    names = ("phone", "number", "q", "ref", "code", "full_name", "id", "token", "text", "next")
    told = []
    for typed in (phone, "0" + phone[3:], number, card.number, str(chau), contact_key(phone).hex()):
        sent = dict.fromkeys(names, typed)
        for route in routes():
            if route.gate != "public":
                continue
            address = route.address(person_id=chau, profile_id=chau)
            client = Client()
            for answer in (client.get(address, sent), client.post(address, sent), client.get(address)):
                body = answer.content.decode(errors="replace") if not answer.streaming else ""
                echoed = [value for value in secrets if value not in (typed, "0" + phone[3:], phone)]
                told += [f"{route.name} {answer.status_code}: {value}" for value in echoed if value in body]
    assert told == []
