"""What a phone fetches is small, comes from us alone, and carries its licences."""

import gzip
import re
from pathlib import Path

from tiemchung.web import shared

BUILT = Path(shared.__file__).parent / "static" / "tc"
FONTS = ("be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2")
FIRST_LOAD = ("app.css", "app.js", "htmx.js", "icon.svg", *FONTS)
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ₫"

# Names that nothing is fetched from: zxing-wasm has a default address for its wasm, but scan.js always hands it
# ours and the policy allows no other; a SMART Health Card calls its type by an address.
NAMED_ONLY = {"zxing.js": {"fastly.jsdelivr.net"}, "verify.js": {"smarthealth.cards"}}


def packed(name: str) -> int:
    return len(gzip.compress((BUILT / name).read_bytes(), 9))


def test_a_first_load_with_htmx_and_two_weights_leaves_room_for_the_page_in_75_kilobytes():
    assert sum(packed(name) for name in FIRST_LOAD) < 70_000


def test_each_style_sheet_stays_under_20_kilobytes():
    assert max(packed("app.css"), packed("staff.css")) < 20_000


def test_styles_fetch_nothing_but_what_lies_beside_them():
    for name in ("app.css", "staff.css"):
        css = (BUILT / name).read_text("utf-8")
        fetched = set(re.findall(r"url\(([^)]*)\)", css))
        named = {url.strip("'\"") for url in fetched if "data:" not in url}
        assert named == set(FONTS)
        assert [name for name in named if not (BUILT / name).exists()] == []
        assert "Frutiger" not in css
        assert "005eb8" not in css.lower()


def test_no_built_script_names_another_host():
    for path in BUILT.glob("*.js"):
        hosts = set(re.findall(r"https?://([a-z0-9.-]+)", path.read_text("utf-8")))
        assert hosts <= NAMED_ONLY.get(path.name, set()), path.name


def test_every_built_file_is_named_in_the_licences():
    licences = (BUILT / "LICENSES.md").read_text("utf-8")
    for part in ("nhsuk-frontend", "htmx.org", "zxing-wasm", "zxing-cpp", "be-vietnam-pro", "SIL OPEN FONT LICENSE"):
        assert part in licences


def test_the_fonts_are_packed_for_the_web():
    for weight in (400, 600):
        assert (BUILT / f"be-vietnam-pro-{weight}.woff2").read_bytes()[:4] == b"wOF2"


def test_the_font_s_letters_are_those_of_the_vietnamese_alphabet():
    text = (BUILT.parents[4] / "frontend/build/fonts.mjs").read_text("utf-8")
    assert 'range(0x1ea0, 0x1ef9)' in text
    missing = [c for c in ALPHABET if not (c < "\u0100" or "\u1ea0" <= c <= "\u1ef9" or c in text)]
    assert missing == []
