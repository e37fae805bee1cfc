"""The child that draws a PDF: it first gives up memory, time and files, then reads the stranger's bytes.

Runs alone (`python -I paper_child.py PAGES LONGEST`), a PDF on its input, framed JPEGs on its output; imports nothing
of the project.
"""

import contextlib
import io
import struct
import sys
from typing import Any

LOCKED, TOO_MANY, BROKEN = 4, 5, 3
MOST_BYTES = 64 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
_SECONDS = 10
_PASSWORD = 4  # FPDF_ERR_PASSWORD


def _give_up_rights() -> None:
    import resource

    limits = [
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, MOST_BYTES),
        (resource.RLIMIT_CORE, 0),
    ]
    for what, most in limits:
        # A system may know fewer limits, or a lower one already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _drawn(page: Any, longest: int) -> bytes:
    width, height = page.get_size()
    bitmap = page.render(scale=longest / max(width, height, 1.0), may_draw_forms=False)
    paper = io.BytesIO()
    bitmap.to_pil().convert("RGB").save(paper, "JPEG", quality=90)
    bitmap.close()
    return paper.getvalue()


def draw(raw: bytes, most_pages: int, longest: int, out: Any) -> int:
    """Write each page's picture to `out`; give the exit code."""
    import pypdfium2
    from pypdfium2 import PdfiumError

    try:
        document = pypdfium2.PdfDocument(raw)
        if len(document) > most_pages:
            return TOO_MANY
        for number in range(len(document)):
            picture = _drawn(document[number], longest)
            out.write(struct.pack(">I", len(picture)) + picture)
    except PdfiumError as error:
        return LOCKED if getattr(error, "err_code", None) == _PASSWORD else BROKEN
    except (MemoryError, ValueError, OSError):
        return BROKEN
    out.flush()
    return 0


if __name__ == "__main__":
    _give_up_rights()
    sys.exit(draw(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]), sys.stdout.buffer))
