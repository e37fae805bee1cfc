"""Requests over keep-alive connections: wrk where it is installed, else a client of ours."""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONNECTIONS = 64
_DONE = re.compile(r"(\d+) requests in")
_WRONG = re.compile(r"(?:Non-2xx or 3xx responses: (\d+)|Socket errors: .*)")
_SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


def client_name() -> str:
    """Say which client sends the requests."""
    return "wrk" if shutil.which("wrk") else "our own client (wrk gives more load: apt-get install wrk)"


def send_load(port: int, paths: list[str], seconds: int) -> int:
    """Ask for the paths in turn over 64 connections for so long; give how many answers came, all of them 200.

    Ends the bench when an answer was wrong: a fast error would look like speed.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "paths"
        names.write_text("\n".join(paths) + "\n")
        wrk = shutil.which("wrk")
        return _wrk(wrk, port, names, seconds) if wrk else _ours(port, names, seconds)


def _wrk(wrk: str, port: int, names: Path, seconds: int) -> int:
    script = names.with_suffix(".lua")
    script.write_text(_SCRIPT % names)
    asked = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    done, wrong = _DONE.search(said), _WRONG.search(said)
    if done is None or wrong is not None:
        raise SystemExit(f"wrk saw wrong answers:\n{said}")
    return int(done[1])


def _ours(port: int, names: Path, seconds: int) -> int:
    # A process of its own, so that the bench's own work is on nobody's bill.
    asked = [sys.executable, "-m", "bench.kit.load", str(port), str(names), str(seconds)]
    return int(subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout)


async def _ask_all(port: int, paths: list[str], seconds: float) -> int:
    ends_at = time.monotonic() + seconds
    step = max(1, len(paths) // CONNECTIONS)
    counts = await asyncio.gather(
        *(_ask(port, paths[n * step % len(paths) :] + paths[: n * step % len(paths)], ends_at)
          for n in range(CONNECTIONS))
    )  # fmt: skip
    return sum(counts)


async def _ask(port: int, paths: list[str], ends_at: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < ends_at:
        writer.write(f"GET {paths[done % len(paths)]} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not head.startswith(b"HTTP/1.1 200 ") or length is None:
            raise SystemExit(f"a wrong answer: {head.decode(errors='replace')}")
        await reader.readexactly(int(length[1]))
        done += 1
    writer.close()
    return done


if __name__ == "__main__":
    print(asyncio.run(_ask_all(int(sys.argv[1]), Path(sys.argv[2]).read_text().split(), float(sys.argv[3]))))
