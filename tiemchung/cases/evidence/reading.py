"""The optional reader of printed paper: tesseract with Vietnamese, a package of the system."""

import os
import shutil
import subprocess
from functools import lru_cache

from tiemchung.cases.ports import ReadingPort

_SECONDS = 60.0


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
