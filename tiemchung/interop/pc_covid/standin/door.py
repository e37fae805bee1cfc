"""The stand-in's HTTP server: news in, the page, proposals out, and the switch."""

import datetime as dt
import json
import time
from http import HTTPStatus
from typing import Any

from tiemchung.interop.pc_covid.standin.mode import Mode
from tiemchung.interop.pc_covid.standin.page import told_list, whole_page
from tiemchung.interop.pc_covid.standin.proposing import Proposer, new_id
from tiemchung.interop.pc_covid.standin.store import Store, Told
from tiemchung.interop.signature import HEADER, SeenNonces, read_signature
from tiemchung.interop.standins.door import LoopbackDoor, LoopbackVisit, form_of
from tiemchung.interop.standins.switch import Switch


class Door(LoopbackDoor):
    """The partner's door; each signed request is let in once."""

    def __init__(self, store: Store, switch: Switch[Mode], proposer: Proposer, *, port: int, key: bytes) -> None:
        self.store, self.switch, self.proposer, self.key = store, switch, proposer, key
        self.nonces = SeenNonces()
        super().__init__(("127.0.0.1", port), Visit)


class Visit(LoopbackVisit):
    """One connection."""

    server: Door

    def show(self, path: str, query: dict[str, str]) -> None:
        """Show the page, the list alone, what was told as JSON, or the mode."""
        if path == "/":
            self._show(query)
        elif path == "/list":
            self.send_html(told_list(self._told(query), lang=query.get("lang", "vi")))
        elif path == "/told":
            self.send_json(HTTPStatus.OK, {"told": [one.as_json() for one in self._told(query)]})
        elif path == "/mode":
            self.send_json(HTTPStatus.OK, self.server.switch.as_json())
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def take(self, path: str, body: bytes) -> None:
        """Take news, turn the mode, or send a proposal to the platform."""
        if path == "/v1/news":
            self._take_news(body)
        elif path == "/mode":
            self.turn(self.server.switch, body)
        elif path == "/propose":
            fields = form_of(body)
            lang = "en" if fields.get("lang") == "en" else "vi"
            sent = fields | {"lang": lang, "id": fields.get("id") or new_id()}
            answered = self.server.proposer.propose(sent, lang)
            kept = sent | {"person": ""} if answered["status"] >= HTTPStatus.BAD_REQUEST else {"lang": lang}
            self._show(kept, answered=answered)
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def _told(self, query: dict[str, str]) -> tuple[Told, ...]:
        return self.server.store.newest(query.get("person", ""))

    def _show(self, query: dict[str, str], answered: dict[str, Any] | None = None) -> None:
        self.send_html(whole_page(self._told(query), switch=self.server.switch, typed=query, answered=answered))

    def _take_news(self, body: bytes) -> None:
        mode, now = self.server.switch.mode, int(time.time())
        signed = read_signature(self.server.key, body, self.headers.get(HEADER, ""), unix_s=now)
        if mode is Mode.DOWN:
            self.cut()
        elif mode is Mode.FAILING:
            self.send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "failing"}, {"Retry-After": "1"})
        elif signed is None:
            self.send(HTTPStatus.FORBIDDEN)
        elif not self.server.nonces.let_in(signed):
            self.send_json(HTTPStatus.CONFLICT, {"error": "replayed"})
        else:
            self._answer_news(body, refusing=mode is Mode.REFUSING)

    def _answer_news(self, body: bytes, *, refusing: bool) -> None:
        try:
            answers = [self._keep(one, refusing) for one in json.loads(body)["news"]]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.send_json(HTTPStatus.BAD_REQUEST, {"error": "bad_news"})
            return
        self.server.switch.dawdle()
        self.send_json(HTTPStatus.OK, {"answers": answers})

    def _keep(self, one: dict[str, Any], refusing: bool) -> dict[str, Any]:
        person, version = str(one["person"]), int(one["version"])
        if refusing:
            return {"person": person, "answer": "refused", "code": "demonstration"}
        has = self.server.store.keep(person, version, one, dt.datetime.now(dt.UTC))
        return {"person": person, "answer": "taken" if has == version else "stale", "has": has}
