"""Start the signing program: `tiemchung-sign --key me.p12 --site https://...`, here `python -m` this package."""

import argparse
import datetime as dt
import getpass
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tiemchung.certificates.agent.keys import OwnKey, UnusableKey, read_key
from tiemchung.certificates.agent.server import PORT, Agent, make_server

_TRIES = 3
_WHY = {
    "NO_FILE": "Không đọc được tệp khóa. Kiểm tra lại đường dẫn sau --key. / "
    "The key's file cannot be read. Check the path after --key.",
    "WRONG_PASSWORD": "Mật khẩu không đúng, hoặc tệp khóa đã hỏng. Gõ lại mật khẩu; nếu quên, xin nơi cấp chứng thư "
    "cấp lại. / The password is wrong, or the file is damaged. Type it again; if it is lost, ask whoever issued the "
    "certificate for a new one.",
    "OTHER_KEY": "Khóa trong tệp không phải loại P-256 nên không ký được. Xin chứng thư với khóa ECDSA P-256. / "
    "The key in this file is not of the kind P-256 and cannot sign. Ask for a certificate with an ECDSA P-256 key.",
}


def ask_here(told: Sequence[dict[str, Any]]) -> bool:
    """Show on this console what would be signed, and take the person's yes or no."""
    out = sys.stdout
    out.write(f"\n{len(told)} mũi tiêm / doses:\n")
    for moment in sorted({t["signed_at"] for t in told} - {""}):
        out.write(f"  ký lúc / signed at: {_as_here(moment)}\n")
    for (product, given_on), number in sorted(Counter((t["product"], t["given_on"]) for t in told).items()):
        out.write(f"  {given_on}  {product}  x {number}\n")
    out.write("Ký? / Sign? (c = có/yes) ")
    out.flush()
    return sys.stdin.readline().strip().lower() in {"c", "có", "y", "yes"}


def _as_here(moment: str) -> str:
    """Write a moment by this computer's clock, with how far that is from UTC; what is no moment stays as it came."""
    try:
        return dt.datetime.fromisoformat(moment).astimezone().strftime("%H:%M:%S %d/%m/%Y (UTC%z)")
    except ValueError:
        return moment


def main(argv: Sequence[str] | None = None) -> int:
    """Read the key, listen, and sign what is agreed to until the person ends it."""
    parser = argparse.ArgumentParser(prog="tiemchung-sign", description="Ký mũi tiêm / sign doses")
    parser.add_argument("--key", type=Path, required=True, help="PKCS#12 (.p12, .pfx) or PEM file")
    parser.add_argument("--site", required=True, help="the one address that may ask, such as https://tiemchung.example")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--agree", action="store_true", help="for tests: never ask")
    chosen = parser.parse_args(argv)
    key = _opened(chosen.key, ask=not chosen.agree)
    if key is None:
        return 1
    ask = (lambda told: True) if chosen.agree else ask_here
    server = make_server(Agent(key, chosen.site.rstrip("/"), ask), chosen.port)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port} {key.name}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


def _opened(path: Path, *, ask: bool) -> OwnKey | None:
    """Open the key, asking up to three times for its password; None, and why is on the console, where none opens it."""
    for tries_left in range(_TRIES - 1, -1, -1):
        password = getpass.getpass("Mật khẩu của khóa / password of the key: ") if ask else ""
        try:
            return read_key(path, password)
        except UnusableKey as problem:
            sys.stderr.write(f"{_WHY[problem.code]}\n")
            if problem.code != "WRONG_PASSWORD" or not ask or not tries_left:
                return None
    return None


if __name__ == "__main__":
    raise SystemExit(main())
