"""A drawn code as a camera sees it."""

import re

from PIL import Image, ImageDraw


def strokes(path: str) -> list[tuple[int, int, int]]:
    """Give (x, y, length) of every stroke, in modules, as a browser follows the path."""
    found, x, y = [], 0, 0
    for move, first, second, run in re.findall(r"([Mm])(\d+) (\d+)(?:\.5)?h(\d+)", path):
        x, y = (int(first), int(second)) if move == "M" else (x + int(first), y)
        found.append((x, y, int(run)))
        x += int(run)
    return found


def picture(side: int, path: str, scale: int = 4) -> Image.Image:
    """Give the picture of a path in a square of `side` modules."""
    image = Image.new("L", (side * scale,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for x, y, run in strokes(path):
        pen.rectangle((x * scale, y * scale, (x + run) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image
