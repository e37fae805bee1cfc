"""Sends reports at a stated rate, whether or not earlier ones were answered: an open loop in a process of its own.

`python -m bench.kit.report_driver PORT RATE READY PHOTOS ANSWERS`: each line of READY is sent when its moment comes;
ANSWERS gets one line a report: its draft, status, number of the case, seconds since it was due to be sent.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path

PATIENCE_S = 120
_HEAD = (
    "POST /so/phan-anh/viet/gui HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
    "content-type: multipart/form-data; boundary={boundary}\r\ncontent-length: {length}\r\n"
    "cookie: sessionid={session}; csrftoken={csrf}\r\nx-csrftoken: {csrf}\r\nx-forwarded-for: {network}\r\n\r\n"
)
_BOUNDARY = "----report"
_FORM = (
    '--{boundary}\r\ncontent-disposition: form-data; name="draft"\r\n\r\n{draft}\r\n'
    '--{boundary}\r\ncontent-disposition: form-data; name="text"\r\n\r\nTôi còn giữ giấy.\r\n'
    '--{boundary}\r\ncontent-disposition: form-data; name="evidence"; filename="giay.jpg"\r\n'
    "content-type: image/jpeg\r\n\r\n"
)
_WHERE = re.compile(rb"(?i)\r\nlocation: /so/phan-anh/(\d{10})\r\n")


async def send_all(port: int, rate: float, ready: list[dict[str, str]], photos: list[bytes]) -> list[dict[str, object]]:
    """Send every report at its moment and give the answers."""
    began = time.monotonic() + 0.5
    tasks = []
    for n, one in enumerate(ready):
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        tasks.append(asyncio.create_task(_send(port, one, photos[n % len(photos)], due, began)))
    return await asyncio.gather(*tasks)


async def _send(port: int, one: dict[str, str], photo: bytes, due: float, began: float) -> dict[str, object]:
    status, ref = 0, ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            status, ref = await _answer(port, one, photo)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        pass  # an unanswered report counts as not accepted
    now = time.monotonic()
    return {"draft": one["draft"], "status": status, "ref": ref, "seconds": now - due, "at": now - began}


async def _answer(port: int, one: dict[str, str], photo: bytes) -> tuple[int, str]:
    form = _FORM.format(boundary=_BOUNDARY, draft=one["draft"]).encode() + photo + f"\r\n--{_BOUNDARY}--\r\n".encode()
    head = _HEAD.format(boundary=_BOUNDARY, length=len(form), **one).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head + form)
        await writer.drain()
        said = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    found = _WHERE.search(said)
    return int(said.split(b" ", 2)[1]), found[1].decode() if found else ""


def main() -> None:
    """Read what is ready, send it, write the answers."""
    port, rate, ready, photos, answers = sys.argv[1:6]
    lines = [json.loads(line) for line in Path(ready).read_text().splitlines()]
    pictures = [path.read_bytes() for path in sorted(Path(photos).glob("photo-*.jpg"))]
    found = asyncio.run(send_all(int(port), float(rate), lines, pictures))
    Path(answers).write_text("".join(json.dumps(one) + "\n" for one in found))


if __name__ == "__main__":
    main()
