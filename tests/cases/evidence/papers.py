"""Photos and files as citizens send them, and as nobody should; all made here."""

import io
import struct
import zlib

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def photo(size=(1600, 1200), kind="JPEG", *, noise=False, mode="RGB", **options) -> bytes:
    """Give a picture: a gradient, or noise, which a JPEG cannot make small."""
    image = (
        Image.effect_noise(size, 30).convert(mode) if noise else Image.linear_gradient("L").resize(size).convert(mode)
    )
    paper = io.BytesIO()
    image.save(paper, kind, **options)
    return paper.getvalue()


def photo_with_place() -> bytes:
    """Give a photo that lies on its side, with a camera's name and the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRETCAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 46.0, 37.0), 3: "E", 4: (106.0, 41.0, 43.0)})
    return photo((400, 200), exif=exif, comment=b"<?php system($_GET['x']); ?>")


def bomb_of_pixels(side=12_000) -> bytes:
    """Give a PNG of 144 million black pixels in some hundred kilobytes."""
    row = b"\0" + bytes(side // 8)
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pdf(pages=1, size=(595, 842), content=b"0 0 1 rg 100 100 200 300 re f", extra=b"", trailer=b"") -> bytes:
    """Give a PDF whose pages all show the same content."""
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 3 0 R/Resources<<>>>>" % size
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % pages,
        b"<</Length %d%s>>stream\n" % (len(content), extra) + content + b"\nendstream",
        *[page] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, len(out))
    return out + table + end


def locked_pdf() -> bytes:
    """Give a PDF that asks for a password (standard handler, 40 bit, keys of nobody)."""
    keys = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
    return pdf(trailer=keys + b"/ID[<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>]")


def pdf_of_gigabytes() -> bytes:
    """Give a PDF of some kilobytes whose page description is four gigabytes long once it is unpacked twice."""
    inner = packed_many_times(b"0 0 1 rg " * 116_509, 4096)
    return pdf(content=zlib.compress(inner, 9), extra=b"/Filter[/FlateDecode/FlateDecode]")


def packed_many_times(piece: bytes, times: int) -> bytes:
    """Give a zlib stream of the piece many times over, without packing it so often: its block stands for itself.

    The checksum of a whole follows from those of its parts (Adler-32, RFC 1950).
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    low, high, all_low, all_high = zlib.adler32(piece) & 0xFFFF, zlib.adler32(piece) >> 16, 1, 0
    for _ in range(times):
        all_high = (all_high + high + len(piece) * (all_low - 1)) % 65521
        all_low = (all_low + low - 1) % 65521
    return b"\x78\xda" + block * times + packer.flush() + struct.pack(">HH", all_high, all_low)


def slip(lines: list[str], size=(1654, 1000)) -> bytes:
    """Give a photo of a printed slip: white paper, black letters."""
    image = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 34)
    for number, line in enumerate(lines):
        pen.text((80, 60 + number * 70), line, "black", font)
    paper = io.BytesIO()
    image.save(paper, "JPEG", quality=90)
    return paper.getvalue()
