"""The typesetter: one compiler a process, which keeps fonts and sources read."""

import json
import threading
from enum import StrEnum
from functools import cache

import typst
import zxingcpp
from django.conf import settings

from tiemchung.certificates.paper.facts import FOLDER, printed_facts
from tiemchung.certificates.reads.passport_views import PassportView
from tiemchung.core import clock

# Version 18 (ISO/IEC 18004): 89 modules on 48 mm of paper are half a millimetre each, which cheap cameras still read,
# and which a copy made half as large still shows.
MOST_MODULES = 89


class Paper(StrEnum):
    """The two sizes; the file of each has its name in lower case."""

    A4 = "A4"
    WALLET = "WALLET"


_SOURCES = {Paper.A4: "passport.typ", Paper.WALLET: "wallet.typ"}
_turn = threading.Lock()


def passport_pdf(view: PassportView, paper: Paper = Paper.A4, lang: str = "vi") -> bytes:
    """Give the passport as PDF/A; raise NothingToPrint where it has no certificate.

    Tens of milliseconds each; a process reads the fonts once.
    """
    at = clock.now()
    facts = printed_facts(view, lang=lang, at=at, verify=f"{settings.PUBLIC_ADDRESS}/verify")
    facts["qr"] = qr_svg(view.hc1)
    with _turn:  # the compiler is one for all threads of the process
        made = _compiler().compile(
            input=str(FOLDER / _SOURCES[paper]),
            format="pdf",
            sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
            pdf_standards=["a-2a"],
            timestamp=int(at.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


def qr_svg(text: str) -> str:
    """Draw the code as SVG with its quiet zone: error correction Q, M where Q would be too dense to read."""
    for level in ("Q", "M"):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        modules = memoryview(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))
        if len(modules.tolist()) <= MOST_MODULES:
            break
    return str(zxingcpp.write_barcode_to_svg(code, add_quiet_zones=True))


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(FOLDER), font_paths=[str(FOLDER / "fonts")], ignore_system_fonts=True)
