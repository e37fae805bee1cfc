"""Photos of the paper that the cast holds: the confirmation slip of a vaccination, drawn, slightly turned, as JPEG."""

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONTS = Path(__file__).resolve().parents[1] / "web/shared/static/tc"
_PAPER, _INK, _TABLE = (250, 248, 240), (35, 40, 60), (120, 112, 100)
_SIZE = (1500, 1060)


def slip(full_name: str, birth: str, doses: Sequence[tuple[str, str, dt.date, str]]) -> bytes:
    """Give a JPEG of the slip; `doses` are product, lot, day and place, in their order."""
    paper = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(paper)
    pen.text((150, 60), "GIẤY XÁC NHẬN ĐÃ TIÊM VẮC XIN COVID-19", fill=_INK, font=_font(600, 48))
    lines = [f"Họ và tên: {full_name}", f"Ngày sinh: {birth}"]
    for n, (product, lot, day, place) in enumerate(doses, 1):
        lines += [f"Mũi {n}: Vắc xin: {product}", f"Ngày tiêm: {day:%d/%m/%Y}    Số lô: {lot}", f"Nơi tiêm: {place}"]
    for n, line in enumerate([*lines, "Người tiêm: (đã ký)"]):
        pen.text((120, 190 + 74 * n), line, fill=_INK, font=_font(400, 40))
    photo = Image.new("RGB", (1700, 1260), _TABLE)
    turned = paper.rotate(1.2, expand=True, fillcolor=_TABLE, resample=Image.Resampling.BICUBIC)
    photo.paste(turned, (90, 80))
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=80)
    return out.getvalue()


def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"be-vietnam-pro-{weight}.woff2"), size)
