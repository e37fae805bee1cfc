"""A PDF's pages as pictures, drawn by a child process that may die of them."""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from tiemchung.cases.evidence import paper_child
from tiemchung.core.verdict import Refused, refuse

MOST_PAGES = 5
_SECONDS = 30
# Each child may take 1 GB of address space and one processor for 10 s.
_CHILDREN = threading.BoundedSemaphore(2)
_CODES = {paper_child.LOCKED: "EVIDENCE_LOCKED", paper_child.TOO_MANY: "EVIDENCE_TOO_MANY_PAGES"}


def pages_of(raw: bytes, longest: int) -> tuple[bytes, ...]:
    """Give each page as a JPEG whose longest side has at most `longest` pixels.

    Raises Refused with EVIDENCE_LOCKED, EVIDENCE_TOO_MANY_PAGES, or EVIDENCE_BROKEN for a file that the child could
    not read, or died of.
    """
    with _scratch() as answer:
        code = _ask_child(raw, answer, longest)
        if code != 0:
            raise Refused(refuse(_CODES.get(code, "EVIDENCE_BROKEN"), most=MOST_PAGES))
        answer.seek(0)
        return tuple(_framed(answer.read(paper_child.MOST_BYTES)))


def _scratch() -> IO[bytes]:
    """Open a file without a name, in memory where the system has such: these pages are a person's."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("pages"), "w+b")
    return tempfile.TemporaryFile()


def _ask_child(raw: bytes, answer: IO[bytes], longest: int) -> int:
    # A bare interpreter: nothing of ours is imported, no variable of ours (a password, a key's path) is handed on.
    command = [sys.executable, "-I", str(Path(paper_child.__file__)), str(MOST_PAGES), str(longest)]
    with _CHILDREN:
        try:
            child = subprocess.run(  # noqa: S603 - our own file and two numbers
                command,
                input=raw,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return -1
    return child.returncode


def _framed(answer: bytes) -> list[bytes]:
    """Cut the child's answer: for each page its length in four bytes, then its bytes."""
    pages: list[bytes] = []
    place = 0
    while place < len(answer):
        length = int.from_bytes(answer[place : place + 4])
        page = answer[place + 4 : place + 4 + length]
        if not length or len(page) < length or len(pages) == MOST_PAGES:
            raise Refused(refuse("EVIDENCE_BROKEN"))
        pages.append(page)
        place += 4 + length
    if not pages:
        raise Refused(refuse("EVIDENCE_BROKEN"))
    return pages
