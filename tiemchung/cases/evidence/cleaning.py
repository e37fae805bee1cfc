"""What was sent becomes plain pictures: decoded, drawn anew, and nothing of the sender's file kept (threats M24)."""

import io
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from tiemchung.cases.evidence.paper import pages_of
from tiemchung.core.verdict import Refused, refuse

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 24_000_000
LONGEST_SIDE = 2400
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
# A progressive photo has about ten scans; each costs a pass over the whole picture and may be some 20 bytes long,
# so that a small file of many scans keeps a processor busy for hours.
_MOST_SCANS = 64
_SCAN = b"\xff\xda"
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# PNG and WEBP cannot be read at a smaller size as JPEG can: 24 million pixels take 100 MB while they are read.
_LARGE = 6_000_000
_LARGE_ONES = threading.BoundedSemaphore(2)
# All that a JPEG can carry beside its picture; named, so that none is taken from the sender's file.
_NOTHING_ELSE: dict[str, Any] = {"comment": b"", "exif": b"", "xmp": b"", "icc_profile": None, "extra": b""}


@dataclass(frozen=True, slots=True)
class CleanPage:
    """One picture that we drew ourselves: a JPEG without any metadata, its sides in pixels."""

    jpeg: bytes
    width: int
    height: int


def clean_upload(raw: bytes) -> tuple[CleanPage, ...]:
    """Give the pictures of an upload: one of a photo, up to five of a PDF.

    Raises Refused with EVIDENCE_TOO_LARGE, EVIDENCE_TYPE, EVIDENCE_HEIC, EVIDENCE_BROKEN, EVIDENCE_TOO_MANY_PIXELS,
    EVIDENCE_TOO_MANY_PAGES or EVIDENCE_LOCKED.
    """
    if len(raw) > LARGEST:
        raise Refused(refuse("EVIDENCE_TOO_LARGE", most=LARGEST // 1024 // 1024))
    if not raw:
        raise Refused(refuse("EVIDENCE_BROKEN"))
    kind = kind_of(raw)
    if kind == "PDF":
        # The child's pictures are cleaned like a stranger's: what a PDF did to it ends with it.
        return tuple(_clean_image(page, "JPEG") for page in pages_of(raw, LONGEST_SIDE))
    if kind in FORMATS:
        return (_clean_image(raw, kind),)
    raise Refused(refuse("EVIDENCE_HEIC" if kind == "HEIC" else "EVIDENCE_TYPE"))


def kind_of(raw: bytes) -> str:
    """Give JPEG, PNG, WEBP, PDF or HEIC by the first bytes, or "" for anything else; a file's name is not asked."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw.startswith(b"%PDF-"):
        return "PDF"
    return "HEIC" if raw[4:8] == b"ftyp" and raw[8:12] in _HEIC_BRANDS else ""


def _clean_image(raw: bytes, kind: str) -> CleanPage:
    if kind == "JPEG" and raw.count(_SCAN) > _MOST_SCANS:
        raise Refused(refuse("EVIDENCE_BROKEN"))
    try:
        with Image.open(io.BytesIO(raw), formats=(kind,)) as image:
            pixels = image.width * image.height
            if pixels > MOST_PIXELS:
                raise Refused(refuse("EVIDENCE_TOO_MANY_PIXELS", most=MOST_PIXELS // 1_000_000))
            if kind == "JPEG":
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            with _LARGE_ONES if image.width * image.height > _LARGE else nullcontext():
                return _drawn_anew(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(refuse("EVIDENCE_TOO_MANY_PIXELS", most=MOST_PIXELS // 1_000_000)) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError):
        raise Refused(refuse("EVIDENCE_BROKEN")) from None


def _drawn_anew(image: Image.Image) -> CleanPage:
    """Draw the pixels of the first frame, upright and at most 2400 long, and nothing else that the file told.

    A photo's pixels are drawn from where they were read to: a copy of them cost a sixth of the whole.
    """
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    _set_upright(image)
    plain = _on_white(image) if image.has_transparency_data else _in_bytes(image)
    plain.info = {}
    paper = io.BytesIO()
    plain.save(paper, "JPEG", quality=QUALITY, **_NOTHING_ELSE)
    return CleanPage(paper.getvalue(), *plain.size)


def _on_white(image: Image.Image) -> Image.Image:
    see_through = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(see_through, mask=see_through.getchannel("A"))
    return paper


def _set_upright(image: Image.Image) -> None:
    try:
        ImageOps.exif_transpose(image, in_place=True)  # without a copy: for a usual photo there is nothing to turn
    except Exception:
        # EXIF is the sender's and may be any nonsense; a photo lying on its side can be turned by its reader.
        return


def _in_bytes(image: Image.Image) -> Image.Image:
    """Bring 16 bits a pixel down to 8; Pillow would cut them off at 255 and give a white sheet."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
