"""The stand-in's HTTP server: questions in, the page, the entries of citizens, and the switch."""

import datetime as dt
import json
import time
from http import HTTPStatus
from typing import Any

from tiemchung.interop.population.standin.mode import Limiting, Mode
from tiemchung.interop.population.standin.page import asked_list, whole_page
from tiemchung.interop.population.standin.store import FIELDS, Store
from tiemchung.interop.signature import HEADER, SeenNonces, read_signature, sign_answer
from tiemchung.interop.standins.door import LoopbackDoor, LoopbackVisit, form_of

_ASKED = ("id", *FIELDS)
MOST_PERSONS = 1000


class Door(LoopbackDoor):
    """The register's door; each signed request is let in once."""

    def __init__(self, store: Store, switch: Limiting, *, port: int, key: bytes, answers_key: bytes) -> None:
        self.store, self.switch, self.key, self.nonces = store, switch, key, SeenNonces()
        self.answers_key = answers_key
        super().__init__(("127.0.0.1", port), Visit)


class Visit(LoopbackVisit):
    """One connection."""

    server: Door

    def show(self, path: str, query: dict[str, str]) -> None:
        """Show the page, the list alone, what was asked as JSON, or the mode."""
        store, lang = self.server.store, query.get("lang", "vi")
        if path == "/":
            self.send_html(whole_page(store, self.server.switch, number="", lang=lang))
        elif path == "/list":
            self.send_html(asked_list(store, lang=lang))
        elif path == "/asked":
            said = {"counts": store.counts(), "batches": [one.as_json() for one in store.newest()]}
            self.send_json(HTTPStatus.OK, said)
        elif path == "/mode":
            self.send_json(HTTPStatus.OK, self.server.switch.as_json())
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def take(self, path: str, body: bytes) -> None:
        """Take a question, turn the mode, or change a citizen's entry."""
        if path == "/v1/checks":
            self._take_question(body)
        elif path == "/mode":
            self.turn(self.server.switch, body)
        elif path == "/find":
            sought = form_of(body)
            number, lang = sought.get("number", "").strip(), sought.get("lang", "vi")
            self.send_html(whole_page(self.server.store, self.server.switch, number=number, lang=lang))
        elif path == "/citizens":
            self._change_citizen(body)
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def _change_citizen(self, body: bytes) -> None:
        fields: dict[str, Any] = {}
        is_form = False
        try:
            fields, is_form = self.fields_of(body)
            citizen = {name: str(fields[name]).strip() for name in FIELDS}
            dt.date.fromisoformat(citizen["birth_date"])
        except (KeyError, ValueError, TypeError, RecursionError):
            self._refuse_citizen(fields, is_form)
            return
        self.server.store.put(citizen)
        self.send_turned(fields, is_form, citizen)

    def _refuse_citizen(self, fields: dict[str, Any], is_form: bool) -> None:
        """Give a person the form back with what was typed and what to do; a program gets a code."""
        if not is_form:
            self.send_json(HTTPStatus.BAD_REQUEST, {"error": "bad_citizen"})
            return
        typed = {name: str(fields.get(name, "")).strip() for name in FIELDS}
        lang = fields.get("lang", "vi")
        page = whole_page(self.server.store, self.server.switch, number=typed["number"], lang=lang, typed=typed)
        self.send_html(page, HTTPStatus.BAD_REQUEST)

    def _take_question(self, body: bytes) -> None:
        mode, now = self.server.switch.mode, int(time.time())
        signed = read_signature(self.server.key, body, self.headers.get(HEADER, ""), unix_s=now)
        if mode is Mode.DOWN:
            self.cut()
        elif mode is Mode.FAILING:
            self.send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "failing"}, {"Retry-After": "1"})
        elif signed is None:
            self.send(HTTPStatus.FORBIDDEN)
        elif rest := self.server.switch.seconds_to_rest():
            self.send_json(HTTPStatus.TOO_MANY_REQUESTS, {"error": "too_many"}, {"Retry-After": str(rest)})
        elif not self.server.nonces.let_in(signed):
            self.send_json(HTTPStatus.CONFLICT, {"error": "replayed"})
        elif mode is Mode.REFUSING:
            self.send_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "refusing"})
        else:
            self._answer_question(body, mode)

    def _answer_question(self, body: bytes, mode: Mode) -> None:
        try:
            batch, persons = _read(body)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.send_json(HTTPStatus.BAD_REQUEST, {"error": "bad_question"})
            return
        said = self.server.store.weigh(batch, persons, dt.datetime.now(dt.UTC))
        self.server.switch.dawdle()
        if mode is Mode.BROKEN:
            self._send_signed(b'{"answers": [{')
            return
        answers = [{"id": name, "right": right} for name, right in said.items()]
        if mode is Mode.PARTIAL:
            answers = [*answers[::2], {"id": "nobody-asked", "right": True}]
        if mode is Mode.UNSIGNED:
            answers = [{"id": one["id"], "right": True} for one in persons]
        octets = json.dumps({"batch": batch, "answers": answers}, ensure_ascii=False).encode()
        self._send_signed(octets, signed=mode is not Mode.UNSIGNED)

    def _send_signed(self, octets: bytes, *, signed: bool = True) -> None:
        signature = sign_answer(self.server.answers_key, self.headers.get(HEADER, ""), octets)
        self.send(HTTPStatus.OK, octets, "application/json", {HEADER: signature} if signed else {})


def _read(body: bytes) -> tuple[str, list[dict[str, str]]]:
    """Read a question strictly: a partner's mistake must not look like somebody's wrong data."""
    said: dict[str, Any] = json.loads(body)
    persons = [{name: one[name] for name in _ASKED} for one in said["persons"]]
    if not isinstance(said["batch"], str) or not persons or len(persons) > MOST_PERSONS:
        raise ValueError("no batch")
    if any(not isinstance(value, str) for one in persons for value in one.values()):
        raise ValueError("no texts")
    return said["batch"], persons
