"""What makes the tests light leaves nothing of one test to the next, and nothing out."""

import threading
from http.client import HTTPConnection
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connection

from tests import builders
from tests.house.source import CHECKOUT
from tests.lightness import KEPT, answering, empty_what_was_filled
from tests.order import LONGEST
from tiemchung.core.models import AuditLine
from tiemchung.people.models import Profile
from tiemchung.places.models import Area, AreaTable


@pytest.mark.django_db
def test_what_a_test_filled_is_emptied_and_the_areas_stay() -> None:
    builders.a_person()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    before = Area.objects.count()
    empty_what_was_filled()
    assert (Profile.objects.count(), AuditLine.objects.count()) == (0, 0)
    assert (Area.objects.count(), AreaTable.objects.count()) == (before, 1)
    assert before > 10_000


def test_what_is_kept_refers_to_nothing_that_is_emptied() -> None:
    kept = [model for model in apps.get_models() if model._meta.db_table in KEPT]
    referred = {
        f.related_model._meta.db_table for model in kept for f in model._meta.concrete_fields if f.related_model
    }
    assert len(kept) == len(KEPT)
    assert referred <= KEPT


def test_passwords_are_cheap_here_but_hashed_as_everywhere() -> None:
    assert Argon2PasswordHasher.memory_cost < 100
    assert make_password("một mật khẩu").startswith("argon2$argon2id$")


def test_every_file_that_is_begun_first_is_there() -> None:
    assert [name for name in LONGEST if not (CHECKOUT / "tests" / name).exists()] == []


def test_a_line_that_a_test_leaves_open_is_answered_in_no_other() -> None:
    asked: list[str] = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start("204 No Content", [("Content-Length", "0")])
        return []

    server = ThreadedWSGIServer(("localhost", 0), Quiet)
    server.set_app(app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    left = HTTPConnection("localhost", server.server_port, timeout=60)
    left.connect()
    assert Quiet.taken.wait(60)
    answering.await_end()
    left.request("GET", "/late")
    with pytest.raises(ConnectionError):
        left.getresponse()
    fresh = HTTPConnection("localhost", server.server_port, timeout=60)
    fresh.request("GET", "/next")
    assert fresh.getresponse().status == 204
    assert asked == ["/next"]
    server.shutdown()
    server.server_close()


class Quiet(WSGIRequestHandler):
    """Says when it has taken a line, and nothing of its requests."""

    taken = threading.Event()

    def setup(self) -> None:
        """Take the line."""
        super().setup()
        self.taken.set()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
