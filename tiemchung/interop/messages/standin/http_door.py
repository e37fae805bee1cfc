"""The stand-in's HTTP server: messages in, the page, and the switch."""

import hmac
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tiemchung.interop.messages.standin.gateway import MOST_TEXT, Gateway, KeyReused, NumberRejected
from tiemchung.interop.messages.standin.mail_page import mail_page
from tiemchung.interop.messages.standin.mail_store import MailStore
from tiemchung.interop.messages.standin.mode import Answers
from tiemchung.interop.messages.standin.page import message_list, whole_page
from tiemchung.interop.standins.door import LoopbackDoor, LoopbackVisit


class HttpDoor(LoopbackDoor):
    """The gateway's door; `token` empty means that any bearer is let in."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        port: int,
        token: str = "",
        mode_turned: Callable[[], None] = lambda: None,
        mails: MailStore | None = None,
    ) -> None:
        self.gateway, self.token, self.mode_turned, self.mails = gateway, token, mode_turned, mails
        super().__init__(("127.0.0.1", port), Visit)


class Visit(LoopbackVisit):
    """One connection."""

    server: HttpDoor
    longest_body = 16_384

    def show(self, path: str, query: dict[str, str]) -> None:
        """Show the page, the list alone, the messages as JSON, or the mode."""
        if path in {"/", "/list", "/messages"}:
            self._show(path, query)
        elif path.startswith("/mail") and self.server.mails:
            self._show_mail(self.server.mails, path, query)
        elif path == "/mode":
            self.send_json(HTTPStatus.OK, self.server.gateway.switch.mode.as_json())
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def take(self, path: str, body: bytes) -> None:
        """Take a message, or turn the mode."""
        if path in {"/v1/messages", "/messages"}:
            self._take_message(body)
        elif path == "/mode":
            self.turn(self.server.gateway.switch, body, self.server.mode_turned)
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def _show(self, path: str, query: dict[str, str]) -> None:
        sought, lang = query.get("to", ""), query.get("lang", "vi")
        before = query.get("before", "")
        messages = self.server.gateway.store.newest(
            digits=_tail_digits(sought), before=int(before) if re.fullmatch(r"[0-9]{1,15}", before) else None
        )
        if path == "/messages":
            self.send_json(HTTPStatus.OK, {"messages": [message.as_json() for message in messages]})
        elif path == "/list":
            self.send_html(message_list(messages, sought=sought, lang=lang))
        else:
            mode = self.server.gateway.switch.mode
            self.send_html(whole_page(messages, mode=mode, sought=sought, lang=lang))

    def _show_mail(self, mails: MailStore, path: str, query: dict[str, str]) -> None:
        asked = re.fullmatch(r"/mail/([0-9]{1,15})/file", path)
        file = mails.file_of(int(asked[1])) if asked else None
        if path == "/mail":
            self.send_html(mail_page(mails.newest(), lang=query.get("lang", "vi")))
        elif path == "/mails":
            self.send_json(HTTPStatus.OK, {"mails": [letter.as_json() for letter in mails.newest()]})
        elif file and file[0] == "application/pdf":
            self.send(HTTPStatus.OK, file[1], file[0])
        else:
            self.send(HTTPStatus.NOT_FOUND)

    def _take_message(self, body: bytes) -> None:
        answers = self.server.gateway.switch.mode.answers
        if answers is Answers.DOWN:
            self.cut()
        elif answers is Answers.FAILING:
            self.send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "failing"}, {"Retry-After": "1"})
        elif not self._knows_token():
            self.send_json(HTTPStatus.UNAUTHORIZED, {"error": "unauthorized"})
        else:
            status, answer = self._keep(body)
            if answers is Answers.LOST and status is HTTPStatus.ACCEPTED:
                self.cut()
                return
            self.server.gateway.switch.dawdle()
            self.send_json(status, answer)

    def _keep(self, body: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        try:
            fields = json.loads(body)
            key, to, text = fields["id"], fields["to"], fields["text"]
            sender = fields.get("from", "")
            sane = all(isinstance(value, str) for value in (key, to, text, sender)) and key and text
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            sane = False
        if not sane or len(text) > MOST_TEXT:
            return HTTPStatus.BAD_REQUEST, {"error": "bad_message"}
        try:
            message = self.server.gateway.take(key=key, via="http", sender=sender, to=to, text=text)
        except NumberRejected:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "number_refused"}
        except KeyReused:
            return HTTPStatus.CONFLICT, {"error": "id_reused"}
        return HTTPStatus.ACCEPTED, {"ref": message.ref}

    def _knows_token(self) -> bool:
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        return not self.server.token or hmac.compare_digest(given, f"Bearer {self.server.token}".encode())


def _tail_digits(sought: str) -> str:
    """Give what a number must end in to be found: 0900…, +84900… and 900… all find one phone."""
    digits = "".join(char for char in sought if char in "0123456789")
    return digits.removeprefix("84") if sought.strip().startswith("+") else digits.removeprefix("0")
