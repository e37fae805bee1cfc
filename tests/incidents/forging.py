"""A post and the same post with every other field of the product forged: what each left in the database, compared.

Randomness and clock stand still, so that the same deed twice is the same to the byte; each is rolled back. What differs
comes from the forged fields, whatever table or column it is in, sealed or not.
"""

import copy
import itertools
import os
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models, transaction
from django.test import Client

from tests.incidents.conftest import fields_of_all_pages
from tiemchung.core import ids
from tiemchung.core.kept import every_kept

TABLES = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"""
type Column = models.Field[Any, Any]
Change = tuple[str, str, str]  # a table, + or -, the row as the database writes it
# What the frameworks read from any request: not a field of ours, and tested where it is used.
# `next` leads to one of our own pages after the deed: tests/web/shared/test_way_back.py.
NOT_OURS = {"csrfmiddlewaretoken", "session_key", "session_data", "expire_date", "next"}
TEMPTING = {
    "state": "SIGNED", "product": "MODERNA", "given_on": "2021-01-01", "lot_number": "FORGED", "lot": "FORGED",
    "full_name": "Mickey Mouse", "signed_name": "Mickey Mouse", "name": "Mickey Mouse", "role": "ministry_officer",
    "source": "DESK", "identity": "MATCHED", "signature": "AAAA", "statement": "{}", "hc1": "HC1:", "kid": "AAAA",
    "sex": "MALE", "verified": "true", "declared": "false", "colour": "GREEN", "standing": "ACTIVE", "door": "PORTAL",
    "override": "1", "force": "1", "is_admin": "1", "lang": "en", "at": "2021-01-01T00:00:00Z",
}  # fmt: skip


@dataclass(frozen=True)
class Strangers:
    """Who and what is elsewhere, for forged ids."""

    person: UUID
    dose: UUID
    facility: UUID
    staff: UUID
    area: UUID
    lot: UUID
    case: UUID
    ref: str

    def id_for(self, name: str) -> str:
        """Give the most tempting id for a field of this name."""
        kinds = {"dose": self.dose, "facility": self.facility, "unit": self.facility, "place": self.facility,
                 "point": self.facility, "staff": self.staff, "by": self.staff, "actor": self.staff,
                 "vaccinator": self.staff, "area": self.area, "province": self.area, "lot": self.lot,
                 "case": self.case}  # fmt: skip
        parts = name.removesuffix("_id").split("_")
        return str(next((kinds[part] for part in parts if part in kinds), self.person))


@dataclass(frozen=True)
class Deed:
    """One post with valid values; `own` are further fields of the form that who may send it may fill in."""

    name: str
    send: Callable[[Mapping[str, str]], Any]
    client: Client
    own: frozenset[str]
    strict: bool = False  # a door for programs may refuse what it does not know, and then nothing at all may change


@dataclass(frozen=True)
class Outcome:
    """What a post answered and what it left behind."""

    status: int
    location: str
    changes: frozenset[Change]


@cache
def every_name() -> Mapping[str, Column | None]:
    """Give each field of each table, and of each page."""
    columns = {one.name: one for model in apps.get_models() for one in model._meta.concrete_fields}
    more = {one.attname: one for model in apps.get_models() for one in model._meta.concrete_fields}
    named = dict.fromkeys([*fields_of_all_pages(), *TEMPTING, "person", "profile", "facility", "by", "recorded_by"])
    return {name: kind for name, kind in {**named, **more, **columns}.items() if name not in NOT_OURS}


def forged(strangers: Strangers, without: Iterable[str]) -> dict[str, str]:
    """Give every name but some, each with a value that its column would take and that would pay."""
    left = {name: kind for name, kind in every_name().items() if name not in set(without)}
    return {name: _value(name, kind, strangers) for name, kind in left.items()}


def _value(name: str, kind: Column | None, strangers: Strangers) -> str:
    if name == "ref":
        return strangers.ref
    if name in TEMPTING:
        return TEMPTING[name]
    if isinstance(kind, models.UUIDField | models.ForeignKey) or name in ("person", "profile", "facility", "by"):
        return strangers.id_for(name)
    samples = {models.BooleanField: "true", models.DateTimeField: "2021-01-01T00:00:00+00:00", models.JSONField: "{}",
               models.DateField: "2021-01-01", models.IntegerField: "99", models.BinaryField: "AAAA"}  # fmt: skip
    if kind is not None and kind.choices:
        return str(list(kind.flatchoices)[-1][0])
    return next((value for of, value in samples.items() if isinstance(kind, of)), "1")


def form_deed(client: Client, address: str, form: Mapping[str, Any], *own: str) -> Deed:
    """Post a form; the forged fields come in the body and in the address."""

    def send(extra: Mapping[str, str]) -> Any:
        body = {name: _again(value) for name, value in {**extra, **form}.items()}
        return client.post(f"{address}?{urlencode(extra)}" if extra else address, body)

    return Deed(f"{address}", send, client, frozenset({*form, *own}))


def _again(value: Any) -> Any:
    """Give a file as it was before it was read."""
    if isinstance(value, SimpleUploadedFile):
        value.seek(0)
    return value


def deep(body: Any, extra: Mapping[str, Any]) -> Any:
    """Put the forged fields beside those of every object in a body of JSON."""
    if isinstance(body, Mapping):
        return {**extra, **{name: deep(value, extra) for name, value in body.items()}}
    return [deep(one, extra) for one in body] if isinstance(body, list) else body


class Before:
    """What every table held before a post: who wrote it last, how many rows it had, and the rows where they matter."""

    def __init__(self) -> None:
        with as_owner() as cursor:
            cursor.execute(TABLES)
            names = [name for (name,) in cursor.fetchall()]
        one = "SELECT '{0}', count(*), max(xmin::text::bigint) FROM {0}"
        self._ask = " UNION ALL ".join(one.format(name) for name in names)
        self._rows: dict[str, set[str]] = {}
        self._marks, self._opened = self._marks_now(), sessions()

    def touched(self) -> list[str]:
        """Give the tables that were written since."""
        return [name for name, mark in self._marks_now().items() if mark != self._marks[name]]

    def changes(self, after: Mapping[str, set[str]], opened: set[str]) -> frozenset[Change]:
        """Give the rows that went and came, once the post is undone; `after` is what the touched tables held."""
        self._rows.update({name: rows_of(name) for name in after if name not in self._rows})
        every = [(name, self._rows[name], new) for name, new in after.items()]
        every.append(("opened sessions", self._opened, opened))
        gone = {(name, "-", row) for name, old, new in every for row in old - new}
        return frozenset(gone | {(name, "+", row) for name, old, new in every for row in new - old})

    def _marks_now(self) -> dict[str, tuple[int, int | None]]:
        with as_owner() as cursor:
            cursor.execute(self._ask)
            return {name: (count, newest) for name, count, newest in cursor.fetchall()}


@contextmanager
def as_owner() -> Iterator[Any]:
    """Let no right hide a table."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        yield cursor
        cursor.execute("SET LOCAL ROLE tiemchung_app")


def rows_of(name: str) -> set[str]:
    """Give a table's rows as the database writes them, without a counted number in front: no undoing turns it back."""
    with as_owner() as cursor, cursor.copy(f"COPY (SELECT * FROM {name}) TO STDOUT") as rows:
        return {re.sub(r"^[0-9]+\t", "#\t", bytes(row).decode()) for row in rows}


def sessions() -> set[str]:
    """Give what every session holds."""
    return {f"{one.session_key} {sorted(one.get_decoded().items())}" for one in Session.objects.all()}


@contextmanager
def standing_still() -> Iterator[None]:
    """Let every random number be the same as in the last run of this."""
    count = itertools.count()

    def known(size: int) -> bytes:
        blocks = (sha256(str(next(count)).encode()).digest() for _ in range(-(-size // 32)))
        return b"".join(blocks)[:size]

    with patch.object(os, "urandom", known), patch.object(random, "_urandom", known), patch.object(ids, "_random", b""):
        yield


def outcome(deed: Deed, before: Before, extra: Mapping[str, str]) -> Outcome:
    """Post, see what is changed, and undo it."""
    cookies, last = copy.deepcopy(deed.client.cookies), ids._last
    for kept in every_kept():
        kept.forget()
    mark = transaction.savepoint_create()
    try:
        with standing_still():
            answer = deed.send(extra)
        after, opened = {name: rows_of(name) for name in before.touched()}, sessions()
    finally:
        transaction.savepoint_rollback(mark)
        ids._last = last
        deed.client.cookies = cookies
    return Outcome(answer.status_code, answer.headers.get("Location", ""), before.changes(after, opened))


def differs(plain: Outcome, other: Outcome, strict: bool) -> bool:
    """Tell whether the forged fields did anything."""
    if strict and 400 <= other.status < 500:
        return bool(other.changes)
    return (plain.status, plain.location, plain.changes) != (other.status, other.location, other.changes)


def reached(deed: Deed, strangers: Strangers, before: Before) -> tuple[Outcome, list[str]]:
    """Give what the plain post did, and the forged fields that changed anything of it, found by halves."""
    plain, again = outcome(deed, before, {}), outcome(deed, before, {})
    assert plain == again, (deed.name, plain.status, again.status, sorted(plain.changes ^ again.changes))

    def among(extra: Mapping[str, str]) -> list[str]:
        if not differs(plain, outcome(deed, before, extra), deed.strict):
            return []
        names = list(extra)
        half = len(names) // 2
        parts = [{name: extra[name] for name in some} for some in (names[:half], names[half:])] if half else []
        return [name for part in parts for name in among(part)] or names

    return plain, among(forged(strangers, deed.own))
