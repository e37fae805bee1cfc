"""A citizen's proposal, signed and posted to the platform as the real app does."""

import json
import secrets
import time
from typing import Any

import httpx

from tiemchung.interop.signature import HEADER, sign_request

FIELDS = ("phone", "full_name", "birth_date", "product", "given_on", "place_name")


class Proposer:
    """Posts to one address; without an address it proposes nothing."""

    def __init__(self, address: str, key: bytes) -> None:
        self.address, self._key = address, key

    def propose(self, fields: dict[str, str], lang: str) -> dict[str, Any]:
        """Declare a dose for the person of these fields and give the platform's answer, or why there was none."""
        dose = {name: fields.get(name, "") for name in ("product", "given_on", "place_name")}
        who = {name: fields.get(name, "") for name in ("phone", "full_name", "birth_date")}
        ask = {"id": f"standin-{secrets.token_hex(8)}", "kind": "DOSE_DECLARED", "doses": [dose], **who}
        return self.post(ask | {"language": lang}, lang)

    def post(self, ask: dict[str, Any], lang: str) -> dict[str, Any]:
        """Sign and post one proposal; give status and answer."""
        if not self.address:
            return {"status": 0, "answer": {"code": "NO_ADDRESS"}}
        body = json.dumps(ask, ensure_ascii=False).encode()
        headers = {
            HEADER: sign_request(self._key, body, unix_s=int(time.time())),
            "Content-Type": "application/json",
            "Accept-Language": lang,
        }
        try:
            answer = httpx.post(self.address, content=body, headers=headers, timeout=10, trust_env=False)
            return {"status": answer.status_code, "answer": answer.json() if answer.content else {}}
        except (httpx.HTTPError, ValueError):
            return {"status": 0, "answer": {"code": "UNREACHABLE"}}
