"""Ports for what a test starts in a process of its own: nobody else takes them between the finding and the using.

Port 0 gives a number out of the range from which the kernel also serves every connection that leaves this machine; once
let go, it may be somebody else's before the started process asks for it. These lie below that range.
"""

import itertools
import os
import socket
from contextlib import suppress

FIRST, COUNT = 20_000, 12_000
APART = 61  # ports between two workers, whose process numbers follow each other
_steps = itertools.count(os.getpid() * APART)


def quiet_ports(count: int) -> list[int]:
    """Give so many ports of 127.0.0.1 that nothing listens at; this process gives none of them twice."""
    found: list[int] = []
    while len(found) < count:
        port = FIRST + next(_steps) % COUNT
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found
