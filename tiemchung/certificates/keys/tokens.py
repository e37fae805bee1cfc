"""A PKCS#11 token behind the key store's port, asked through a process of its own.

A child that died, hung or broke is ended and another takes its place; one request is tried twice at most, for a
signature asked for twice does no harm. One that hung is left alone for ten seconds. A refused PIN is remembered
beside the keys, so that no process tries it again.
"""

import contextlib
import hmac
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec.msgpack

from tiemchung.certificates.keys.config import TokenPlace
from tiemchung.certificates.ports import KeyMissing, KeyStoreError, KeyStoreGone, KeyStoreSlow, WrongPin

_CHILD = Path(__file__).with_name("token_child.py")
_ERRORS: dict[str, type[KeyStoreError]] = {e.code: e for e in (KeyMissing, KeyStoreGone, WrongPin)}
REST_S = 10.0  # after a time-out: everybody else would wait just as long, and hold what is locked meanwhile
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "HOME", "SOFTHSM2_CONF")


class TokenKeyStore:
    """One token; requests of this process's threads follow each other."""

    name = "token"

    def __init__(self, place: TokenPlace, mark: Path, secret: str) -> None:
        self.place, self._mark, self._secret = place, mark, secret.encode()
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._rests_until = 0.0

    def make_key(self) -> bytes:
        """Make a key that cannot be taken out of the token, and give its public point."""
        return bytes(self._ask({"do": "make"}))

    def holds(self, point: bytes) -> bool:
        """Tell whether the token has the private key of this point."""
        return bool(self._ask({"do": "holds", "point": point}))

    def sign_digests(self, point: bytes, digests: Sequence[bytes]) -> list[bytes]:
        """Give the signatures, 64 bytes each, asked for in one message."""
        return list(self._ask({"do": "sign", "point": point, "digests": list(digests)}))

    def spent(self) -> float:
        """Give the processor seconds that the token's process has used, for benches."""
        return float(self._ask({"do": "spent"}))

    def process_id(self) -> int | None:
        """Give the id of the token's process, None where none runs."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """End the token's process; the next request starts another."""
        with self._lock:
            self._drop()

    def _ask(self, request: dict[str, Any]) -> Any:
        with self._lock:
            try:
                return self._tried(request)
            except KeyStoreGone:
                return self._tried(request)

    def _tried(self, request: dict[str, Any]) -> Any:
        if time.monotonic() < self._rests_until:
            raise KeyStoreSlow("RESTS")
        try:
            return self._opened().ask(request)
        except KeyMissing:
            raise
        except KeyStoreSlow:
            self._rests_until = time.monotonic() + REST_S
            self._drop()
            raise
        except BaseException:  # an answer that nobody waited for would be taken for the next one's
            self._drop()
            raise

    def _opened(self) -> "Child":
        if self._child is None:
            pin = self.place.pin()
            self._refuse_known(pin)
            child = Child(self.place)
            try:
                child.ask({"library": self.place.library, "label": self.place.label, "pin": pin})
            except WrongPin:
                child.end()
                self._remember(pin)
                raise
            except KeyStoreError:
                child.end()
                raise
            self._child = child
        return self._child

    def _drop(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def _digest(self, pin: str) -> str:
        # Keyed, since a PIN of a few digits would be guessed from a plain hash.
        return hmac.new(self._secret, f"{self.place.label}\0{pin}".encode(), "sha256").hexdigest()

    def _refuse_known(self, pin: str) -> None:
        if self._mark.exists() and hmac.compare_digest(self._mark.read_text("ascii"), self._digest(pin)):
            raise WrongPin("REFUSED_BEFORE")

    def _remember(self, pin: str) -> None:
        self._mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mark.write_text(self._digest(pin), "ascii")


class Child:
    """The process that holds the token's session."""

    def __init__(self, place: TokenPlace) -> None:
        self._timeout = place.timeout
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**passed, **place.environment},
            start_new_session=True,
        )
        assert self.process.stdin is not None
        os.set_blocking(self.process.stdin.fileno(), False)

    def ask(self, request: dict[str, Any]) -> Any:
        """Give the answer to one request; raises KeyStoreSlow after the time set, KeyStoreGone for a dead child."""
        body = msgspec.msgpack.encode(request)
        deadline = time.monotonic() + self._timeout
        try:
            self._write(struct.pack(">I", len(body)) + body, deadline)
            size = struct.unpack(">I", self._read(4, deadline))[0]
            told = msgspec.msgpack.decode(self._read(size, deadline))
        except (OSError, ValueError, msgspec.DecodeError) as problem:
            raise KeyStoreGone(type(problem).__name__) from problem
        if "no" in told:
            raise _ERRORS.get(told["no"], KeyStoreGone)(told["why"])
        return told["ok"]

    def end(self) -> None:
        """Kill it and wait for its end."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _write(self, data: bytes, deadline: float) -> None:
        assert self.process.stdin is not None
        handle = self.process.stdin.fileno()
        while data:
            _wait(handle, select.POLLOUT, deadline)
            data = data[os.write(handle, data) :]

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        handle, got = self.process.stdout.fileno(), b""
        while len(got) < size:
            _wait(handle, select.POLLIN, deadline)
            piece = os.read(handle, size - len(got))
            if not piece:
                raise KeyStoreGone("DIED")
            got += piece
        return got


def _wait(handle: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(handle, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise KeyStoreSlow
