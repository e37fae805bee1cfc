"""The optional reader of printed paper: tesseract with Vietnamese, a package of the system."""

import datetime as dt
import os
import shutil
import subprocess
from functools import lru_cache
from io import BytesIO

from PIL import Image

from tiemchung.cases.evidence.slip import Proposals, propose
from tiemchung.cases.ports import ReadingPort

_SECONDS = 60.0
_TURNS = (90, 270, 180)  # degrees to the left; most phones are held upright


class Tesseract:
    """The tesseract program; `program` is its path."""

    def __init__(self, program: str, seconds: float = _SECONDS) -> None:
        self._program, self._seconds = program, seconds

    def read(self, image: bytes) -> str:
        """Give the text that it reads in a JPEG, in lines; raise OSError when it fails or takes too long."""
        # Page segmentation 4: one column of lines of different sizes, as on the slip. One thread: others work too.
        command = [self._program, "stdin", "stdout", "-l", "vie+eng", "--psm", "4"]
        alone = {"OMP_THREAD_LIMIT": "1", "PATH": os.environ.get("PATH", "")}
        alone |= {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own program, and no text of a stranger
                command, input=image, capture_output=True, env=alone, timeout=self._seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise OSError("tesseract took too long") from None
        if done.returncode != 0:
            raise OSError(f"tesseract ended with {done.returncode}")
        return done.stdout.decode("utf-8", "replace")


def read_any_way_up(port: ReadingPort, page: bytes, *, latest: dt.date) -> Proposals:
    """Give what a JPEG of ours seems to say, turned as far as it takes; raise OSError where the reader fails.

    Phones send many a slip lying on its side without a word of it in the file. Only a page of which nothing was made
    out is read again. `latest` is the last day that a dose can have.
    """
    proposals = propose(port.read(page), latest=latest)
    for degrees in _TURNS:
        if proposals:
            break
        proposals = propose(port.read(_turned(page, degrees)), latest=latest)
    return proposals


def _turned(page: bytes, degrees: int) -> bytes:
    target = BytesIO()
    with Image.open(BytesIO(page), formats=("JPEG",)) as image:
        image.rotate(degrees, expand=True).save(target, "JPEG", quality=90)
    return target.getvalue()


@lru_cache(maxsize=1)
def reader() -> ReadingPort | None:
    """Give the reader of this machine, or None where tesseract or its Vietnamese is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        known = subprocess.run(  # noqa: S603
            [program, "--list-langs"], capture_output=True, timeout=10, check=False
        ).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Tesseract(program) if {b"vie", b"eng"} <= set(known) else None
