"""The hot route gives a card by its token, and every other route goes on to the pages."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, make_desk  # noqa: F401 - fixture
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.formats import base45, deflate, hc1
from tiemchung.certificates.models import CardByToken
from tiemchung.certificates.reads import card_door, card_of_person
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import Alarm
from tiemchung.web.hot import CardLookup, HotRoutes

pytestmark = pytest.mark.django_db(transaction=True)
Answer = tuple[int, dict[bytes, bytes], bytes]


async def ask(app: HotRoutes, path: str, headers: dict[bytes, bytes] | None = None) -> Answer:
    """Send one GET through the ASGI entry and give status, headers and body."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost"), *(headers or {}).items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
    return sent[0]["status"], {k.lower(): v for k, v in sent[0]["headers"]}, body


@pytest.fixture
def token(make_desk: Callable[[], Desk]) -> str:
    """Give the token of a card with one dose."""
    desk = make_desk()
    desk.record()
    refresh_card(person_id=desk.profile_id, at=NOW)
    card = card_of_person(SYSTEM, desk.profile_id, NOW)
    assert card is not None
    return card.token


def test_a_token_gives_its_card_and_nobody_may_keep_it_on_the_way(token: str) -> None:
    status, headers, body = asyncio.run(ask(HotRoutes(), f"/c/{token}.json"))
    assert (status, headers[b"cache-control"]) == (200, b"no-store")
    assert json.loads(body)["name"] == "Nguyễn Thị An"


def test_a_phone_that_has_the_newest_card_is_told_so_without_it(token: str) -> None:
    async def twice() -> Answer:
        app = HotRoutes()
        _, headers, _ = await ask(app, f"/c/{token}.json")
        return await ask(app, f"/c/{token}.json", {b"if-none-match": headers[b"etag"]})

    status, _, body = asyncio.run(twice())
    assert (status, body) == (304, b"")


def test_tokens_that_open_nothing_get_one_answer(token: str) -> None:
    async def all_of_them() -> list[Answer]:
        app = HotRoutes()
        near = token[:-1] + ("-" if token.endswith("_") else "_")
        return [await ask(app, f"/c/{wrong}.json") for wrong in (near, "A" * 32, "B" * 64)]

    answers = asyncio.run(all_of_them())
    assert {answer[0] for answer in answers} == {404}
    assert len({answer[2] for answer in answers}) == 1


def test_look_ups_that_wait_together_travel_in_one_statement(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    really = CardLookup._ask

    async def counted(self: CardLookup, hashes: list[bytes]):  # type: ignore[no-untyped-def]
        asked.append(len(hashes))
        return await really(self, hashes)

    monkeypatch.setattr(CardLookup, "_ask", counted)

    async def many() -> list[Answer]:
        app = HotRoutes()
        tokens = [token] * 30 + [f"{n:032d}" for n in range(30)]
        return await asyncio.gather(*(ask(app, f"/c/{t}.json") for t in tokens))

    answers = asyncio.run(many())
    assert sorted(a[0] for a in answers) == [200] * 30 + [404] * 30
    assert len(asked) <= 3


def test_while_the_database_is_away_the_answer_says_try_again_and_then_works(
    token: str, settings, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    async def both() -> tuple[Answer, Answer]:
        app = HotRoutes()
        with monkeypatch.context() as away:
            away.setitem(settings.DATABASES["default"], "PORT", "1")
            first = await ask(app, f"/c/{token}.json")
        return first, await ask(app, f"/c/{token}.json")

    (status, headers, _), (after, _, _) = asyncio.run(both())
    assert (status, headers[b"retry-after"], after) == (503, b"2", 200)


@pytest.mark.parametrize("path", ["/c/short.json", "/c/../../etc/passwd", "/no/such/page"])
def test_what_is_not_hot_goes_on_to_the_pages(path: str) -> None:
    status, headers, _ = asyncio.run(ask(HotRoutes(), path))
    assert status == 404
    assert b"text/html" in headers[b"content-type"]


@pytest.fixture
def nothing_known() -> None:
    """Let this process know no card yet, as after its start."""
    card_door._known.clear()


def forge(token: str, **changes: Any) -> None:
    """Write another certificate into the stored bytes, past every action."""
    row = CardByToken.objects.get(token_hash=hashlib.sha256(token.encode()).digest())
    body = json.loads(bytes(row.payload))
    body["certificate"] |= changes
    row.payload = json.dumps(body, ensure_ascii=False).encode()
    row.save(update_fields=["payload"])


def certificate_of(body: bytes) -> dict[str, Any]:
    return dict(json.loads(body)["certificate"])


def turned(text: str) -> str:
    """Give the code with the last bit of its signature turned."""
    message = bytearray(hc1.to_cose(text))
    message[-1] ^= 1
    return hc1.PREFIX + base45.encode(deflate.deflated(bytes(message)))


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("what", ["signature", "number", "expires_at", "unreadable", "gone"])
def test_a_certificate_that_is_not_what_we_signed_is_left_out_and_told(token: str, what: str) -> None:
    _, _, body = asyncio.run(ask(HotRoutes(), f"/c/{token}.json"))
    true = certificate_of(body)
    forge(token, **{
        "signature": {"hc1": turned(true["hc1"])},
        "number": {"number": true["number"] + "X"},
        "expires_at": {"expires_at": "2099-01-01T00:00:00+00:00"},
        "unreadable": {"hc1": "HC1:NOTHING"},
        "gone": {"hc1": None},
    }[what])  # fmt: skip
    for _ in range(2):
        status, headers, body = asyncio.run(ask(HotRoutes(), f"/c/{token}.json"))
        told = json.loads(body)
        assert (status, told["certificate"], told["withheld"], told["name"]) == (200, None, True, "Nguyễn Thị An")
        assert b"etag" not in headers
    assert [one.code for one in Alarm.objects.all()] == ["CERTIFICATE_WRONG"]


@pytest.mark.usefixtures("nothing_known")
def test_each_version_of_a_card_is_verified_once_a_process(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    really = card_door.signed_by_its_key
    monkeypatch.setattr(card_door, "signed_by_its_key", lambda row: (asked.append(row), really(row))[1])
    bodies = {asyncio.run(ask(HotRoutes(), f"/c/{token}.json"))[2] for _ in range(3)}
    assert (len(bodies), len(asked)) == (1, 1)
    forge(token, number="URN:UVCI:01:VN:ANOTHER")
    assert certificate_of(bodies.pop())["number"] != "URN:UVCI:01:VN:ANOTHER"
    assert json.loads(asyncio.run(ask(HotRoutes(), f"/c/{token}.json"))[2])["certificate"] is None
    assert len(asked) == 2


@pytest.mark.usefixtures("nothing_known")
def test_what_a_process_remembers_of_cards_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_door, "MOST_KNOWN", 3)
    cards = [json.dumps({"certificate": None, "n": n}).encode() for n in range(5)]
    for card in cards:
        assert card_door.card_shown(b"", card, NOW).whole
    assert [card_door.verified_before(card) for card in cards] == [False, False, True, True, True]


@pytest.mark.usefixtures("nothing_known")
@pytest.mark.parametrize("stored", [b"", b"[]", b"null", b'{"v":1}', b"\xff"])
def test_bytes_that_are_no_card_give_nothing_but_that(stored: bytes) -> None:
    shown = card_door.card_shown(b"\0" * 32, stored, NOW)
    assert not shown.whole
    assert json.loads(shown.payload)["certificate"] is None
