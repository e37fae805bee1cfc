"""Drawing a certificate's QR: one path of black strokes on white, with its quiet zone."""

from dataclasses import dataclass
from functools import lru_cache

import zxingcpp

QUIET = 4  # modules of white that the standard asks for on each side
# Version 18 (ISO/IEC 18004): 89 modules in 25 mm of paper, or in 320 px of a phone, are what cheap cameras still read.
MOST_MODULES = 89


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG path in module units, to be stroked one module wide.

    `side` is the width with the quiet zone, `level` the error correction.
    """

    side: int
    path: str
    level: str


@lru_cache(maxsize=256)
def qr_of(text: str) -> Drawing:
    """Draw the text with error correction Q, with M where Q would be too dense to read."""
    for level in ("Q", "M"):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        modules = memoryview(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
        size = len(modules.tolist())
        if size <= MOST_MODULES:
            break
    return Drawing(size + 2 * QUIET, _path(modules, size), level)


def _path(modules: memoryview, size: int) -> str:
    """Give one stroke a row: a move to its first black module, then runs and gaps; half the length of rectangles."""
    return "".join(_row(modules, y, size) for y in range(size))


def _row(modules: memoryview, y: int, size: int) -> str:
    steps: list[str] = []
    at = x = 0
    while x < size:
        run = x
        while run < size and modules[y, run] == 0:
            run += 1
        if run > x:
            steps.append(f"m{x - at} 0h{run - x}" if steps else f"M{x + QUIET} {y + QUIET}.5h{run - x}")
            at = run
        x = max(run, x + 1)
    return "".join(steps)
