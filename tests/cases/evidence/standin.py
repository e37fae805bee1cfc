"""A clamd of straw: speaks INSTREAM over TCP or a Unix socket and knows one signature."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No real scanner knows this: the usual test file would make one take the source away.
SIGNATURE = b"KNOWN-TO-THE-SCANNER-OF-STRAW"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        raw = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            raw += self.rfile.read(length)
        self.server.asked.append(raw)  # type: ignore[attr-defined]
        answer = b"stream: OK\0" if SIGNATURE not in raw else b"stream: Straw.Test FOUND\0"
        self.wfile.write(self.server.answer or answer)  # type: ignore[attr-defined]


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads, asked, answer = True, [], b""


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads, asked, answer = True, [], b""


@contextmanager
def clamd(path: Path | None = None, answer: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """Run the stand-in; give its address and what it was asked about. `answer` replaces its own."""
    server = _Unix(str(path), _Talk) if path else _Tcp(("127.0.0.1", 0), _Talk)
    server.asked, server.answer = [], answer
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield (str(path) if path else f"127.0.0.1:{server.server_address[1]}"), server.asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
