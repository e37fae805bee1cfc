"""HC1 texts read to a verdict a second in Chromium, by the very script that the verifier page loads.

Each reading is the whole one: text to VALID, with key look-up, signature by WebCrypto, country, use, schema, days and
the slices of what was revoked. Run: `.venv/bin/python -m bench.browser` (TIEMCHUNG_BROWSER names the Chromium).
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.certificate_cast import doses, signer
from tiemchung.certificates.formats import dcc, hc1, mrz, uvci, varhash
from tiemchung.certificates.formats.trust import kid_of

TARGET = 20
ROUNDS, TEXTS, REVOKED = 5, 60, 1000
ROOT = Path(__file__).resolve().parents[1]
ENTRY = """
export { verify } from "./verifier/verify.js";
export { readTrust } from "./verifier/trust.js";
export { readForeign, withForeign } from "./verifier/foreign.js";
export { readRevocations } from "./verifier/slices.js";
"""
PAGE = """
async ({texts, trust, index, bodies, now}) => {
  const { verify, readTrust, readForeign, withForeign, readRevocations } = await import("/bench.js");
  const raw = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const slices = new Map(Object.entries(bodies).map(([name, text]) => [name, raw(text)]));
  const revocations = readRevocations(index, slices);
  const told = { trust: withForeign(readTrust(trust), readForeign(null)), now, revocations };
  const begun = performance.now();
  for (const text of texts) {
    const { verdict, reason } = await verify(text, told);
    if (verdict !== "VALID") throw new Error(reason);
  }
  return texts.length / (performance.now() - begun) * 1000;
}
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def bundled(folder: Path) -> None:
    """Bundle the verifier's own modules as the page's script is bundled; SystemExit where the tools are missing."""
    esbuild = ROOT / "frontend/node_modules/.bin/esbuild"
    if not esbuild.exists():
        raise SystemExit("esbuild is missing: npm ci in frontend/")
    done = subprocess.run(
        [str(esbuild), "--bundle", "--minify", "--format=esm", "--target=es2020", f"--outfile={folder / 'bench.js'}"],
        input=ENTRY, text=True, cwd=ROOT / "frontend/src", capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    (folder / "index.html").write_text("<!doctype html><title>bench</title>")


def cast() -> dict[str, Any]:
    """Give texts by one of our keys, the list that believes it, and a thousand revoked numbers beside them."""
    key, now = signer(), datetime(2026, 11, 22, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN")])
    year = timedelta(days=365)
    made = x509.CertificateBuilder(name, name, key.public_key, 1, now - year, now + year)
    der = made.sign(key.private_key, hashes.SHA256()).public_bytes(Encoding.DER)
    texts = []
    for full_name, birth_date, product, maker, vaccine, number, of, given_on in doses(TEXTS):
        dose = dcc.VaccineDose(vaccine, product, maker, number, of, date.fromisoformat(given_on))
        payload = dcc.vaccination(dcc.Holder(*mrz.split_name(full_name), birth_date), dose, uvci.new_uvci())
        texts.append(hc1.issue(payload, signer=key, kid=kid_of(der), issued_at=now, expires_at=now + year))
    places: dict[str, list[bytes]] = {}
    for _ in range(REVOKED):
        places.setdefault(os.urandom(1).hex()[0], []).append(os.urandom(16))
    kid = base64.b64encode(kid_of(der)).decode()
    return {
        "texts": texts,
        "now": int(now.timestamp()) + 60,
        "trust": {"made_at": now.isoformat(), "keys": [{"kid": kid, "certificate": base64.b64encode(der).decode()}]},
        "index": {"madeAt": 1, "lists": {kid: {"mode": "POINT", "slices": [[place, place] for place in places]}}},
        "bodies": {
            place: base64.b64encode(varhash.shortened(some, 1e-12).to_bytes()).decode()
            for place, some in places.items()
        },
    }


def main() -> None:
    """Print the readings a second of each round, and the middle one."""
    chromium = os.environ.get("TIEMCHUNG_BROWSER") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium on this machine; bin/browser installs one")
    told = cast()
    with tempfile.TemporaryDirectory() as folder:
        bundled(Path(folder))
        server = ThreadingHTTPServer(("localhost", 0), partial(Quiet, directory=folder))
        Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as player:
            browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(f"http://localhost:{server.server_port}/")
            rates = sorted(page.evaluate(PAGE, json.loads(json.dumps(told))) for _ in range(ROUNDS))
            browser.close()
        server.shutdown()
    for rate in rates:
        print(f"  {rate:8.1f} verifications a second")
    print(f"BENCH browser verifications_per_second={rates[ROUNDS // 2]:.1f} target>={TARGET}")


if __name__ == "__main__":
    main()
