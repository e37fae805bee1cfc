"""The hot routes, and one address for everything: what is not hot goes on to the pages in the same process.

In production a proxy sends the hot routes here and every other route to the WSGI server; `make run` lets this
entry serve both. A card costs one look-up by the hash of its token; look-ups that arrive while one is under way
travel together in the next. No card leaves whose certificate this process has not verified.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiemchung.settings")

import psycopg
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import Error, connections

# Before everything of ours: importing it sets Django up, and tables have columns only then.
from tiemchung.wsgi import application as pages  # isort: skip
from tiemchung.certificates.reads import CARD_COLUMNS, CARD_TABLE
from tiemchung.certificates.reads.card_door import CardShown, card_shown, verified_before
from tiemchung.core import clock

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]
type Found = tuple[bytes, str]
type Answer = tuple[int, list[Any], bytes]

_CARD = re.compile(r"^/c/([A-Za-z0-9_-]{22,64})\.json$")
_FIND = f"SELECT {', '.join(CARD_COLUMNS)} FROM {CARD_TABLE} WHERE token_hash = ANY(%s)"  # noqa: S608 - constants
_JSON = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_NOT_FOUND = (404, _JSON, b'{"code":"NO_SUCH_CARD"}')
_BUSY = (503, [*_JSON, (b"retry-after", b"2")], b'{"code":"TRY_AGAIN"}')
MOST_WAITING = 2000
_DJANGO_ONLY = {"pool", "server_side_binding", "isolation_level", "assume_role"}


class CardLookup:
    """Answers look-ups by token hash over one connection, all that wait in one statement."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, list[asyncio.Future[Found | None]]] = {}
        self._busy = False
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    async def find(self, token_hash: bytes) -> Found | None:
        """Give payload and etag of a card, None where there is none; raise OverflowError when too many wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise OverflowError
        future: asyncio.Future[Found | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(token_hash, []).append(future)
        if not self._busy:
            self._busy = True
            task = asyncio.create_task(self._drain())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                found = await self._ask(list(batch))
            except Exception as error:
                self._connection = None
                self._settle(batch, None, error)
                continue
            self._settle(batch, found, None)
        self._busy = False

    @staticmethod
    def _settle(
        batch: dict[bytes, list[asyncio.Future[Found | None]]],
        found: dict[bytes, Found] | None,
        error: Exception | None,
    ) -> None:
        for token_hash, futures in batch.items():
            for future in futures:
                if future.cancelled():
                    continue
                if error is not None:
                    future.set_exception(error)
                else:
                    future.set_result((found or {}).get(token_hash))

    async def _ask(self, hashes: list[bytes]) -> dict[bytes, Found]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(**_connection_facts(), autocommit=True)
            self._connection.prepare_threshold = 0
        cursor = await self._connection.execute(_FIND, [hashes], binary=True)
        return {bytes(key): (bytes(payload), etag) for key, payload, etag in await cursor.fetchall()}


def _connection_facts() -> dict[str, Any]:
    database = settings.DATABASES["default"]
    options = {k: v for k, v in database.get("OPTIONS", {}).items() if k not in _DJANGO_ONLY}
    facts = {
        "dbname": database["NAME"],
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        **options,
    }
    return {name: value for name, value in facts.items() if value not in (None, "")}


class HotRoutes:
    """The ASGI entry: cards here, everything else to the pages."""

    def __init__(self) -> None:
        self._cards = CardLookup()
        self._pages = WSGIMiddleware(pages, workers=int(os.environ.get("TIEMCHUNG_PAGE_THREADS", "8")))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        hot = _CARD.match(path) if path.startswith("/c/") else None
        if hot is not None and scope["method"] == "GET":
            await _answer(send, *await self._card(hot[1], scope["headers"]))
        elif path == "/healthz":
            await _answer(send, 200, _JSON, b'{"ok":true}')
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        # granian's own callables give awaitables; a thread can hand the loop nothing but a coroutine.
        async def take() -> Any:
            return await receive()

        async def give(message: Any) -> None:
            await send(message)

        await self._pages(scope, take, give)  # type: ignore[arg-type]

    async def _card(self, token: str, headers: list[tuple[bytes, bytes]]) -> Answer:
        token_hash = hashlib.sha256(token.encode()).digest()
        try:
            found = await self._cards.find(token_hash)
            if found is None:
                return _NOT_FOUND
            payload, etag = found
            quoted = f'"{etag}"'.encode()
            if any(name == b"if-none-match" and value == quoted for name, value in headers):
                return 304, [(b"etag", quoted)], b""
            if not verified_before(payload):
                shown = await asyncio.to_thread(_shown, token_hash, payload)
                if not shown.whole:  # without a name: the phone asks again
                    return 200, _JSON, shown.payload
        except (OverflowError, psycopg.Error, Error, OSError):
            return _BUSY
        return 200, [*_JSON, (b"etag", quoted)], payload


def _shown(token_hash: bytes, payload: bytes) -> CardShown:
    """Verify a card in a thread of its own, which leaves no connection behind."""
    try:
        return card_shown(token_hash, payload, clock.now())
    finally:
        connections.close_all()


async def _answer(send: Send, status: int, headers: list[Any], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


app = HotRoutes()
