"""The hot route gives a card by its token, and every other route goes on to the pages."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NOW
from tests.doses.conftest import Desk, make_desk  # noqa: F401 - fixture
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.reads import card_of_person
from tiemchung.core.actor import SYSTEM
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
        return [await ask(app, f"/c/{wrong}.json") for wrong in (token[:-1] + "_", "A" * 32, "B" * 64)]

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
