"""QR codes in pictures of any common format."""

from io import BytesIO
from pathlib import Path

import zxingcpp
from PIL import Image, UnidentifiedImageError

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
MAX_PIXELS = 64_000_000
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def texts_in(data: bytes) -> list[str]:
    """Give the text of each QR code in a picture; raises ValueError when it is no picture or shows none."""
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError("a picture too large")
            found = _texts(picture.convert("RGBA")) or _texts(picture.convert("L"))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError("not a picture") from None
    if not found:
        raise ValueError("no readable QR code in the picture")
    return found


def _texts(picture: Image.Image) -> list[str]:
    # Transparent pixels count as white paper: some publishers left the background out.
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture)
        picture = paper.convert("RGB")
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=_QR)]


def is_picture(path: Path) -> bool:
    """Tell whether a file is a picture by its name."""
    return path.suffix.lower() in SUFFIXES
