"""A citizen's proposal, signed and posted to the platform as the real app does."""

import json
import secrets
import time
from typing import Any

import httpx

from tiemchung.interop.signature import HEADER, sign_request

RIGHT, DECLARED, WRONG, NEVER = "RIGHT", "DOSE_DECLARED", "DOSE_WRONG", "NEVER_GIVEN"
WHO, DOSE, AREA = ("phone", "full_name", "birth_date"), ("product", "given_on", "place_name"), ("province", "commune")
# What the form asks for each answer; that a dose is right needs nobody.
FIELDS: dict[str, tuple[str, ...]] = {DECLARED: (*WHO, *DOSE, *AREA), WRONG: (*WHO, *DOSE, *AREA), NEVER: WHO}
CONFIRMED = "name_confirmed"


def new_id() -> str:
    """Give the id of a new proposal."""
    return f"standin-{secrets.token_hex(8)}"


class Proposer:
    """Posts to one address; without an address it proposes nothing."""

    def __init__(self, address: str, key: bytes) -> None:
        self.address, self._key = address, key

    def propose(self, fields: dict[str, str], lang: str) -> dict[str, Any]:
        """Send what the person of these fields says of a dose, and give the platform's answer, or why there was none.

        A dose that was told of is pointed at by the reference under which it was; a proposal that goes out again, since
        something was asked about it, keeps its id.
        """
        kind = fields.get("kind", DECLARED)
        kind = kind if kind in FIELDS else DECLARED
        dose: dict[str, Any] = {name: fields.get(name, "") for name in DOSE if name in FIELDS[kind]}
        if area := {name: fields[name] for name in AREA if fields.get(name)}:
            dose["area"] = area
        if kind != DECLARED:
            dose["ref"] = fields.get("ref", "")
        who = {name: fields.get(name, "") for name in WHO}
        ask: dict[str, Any] = {"id": fields.get("id") or new_id(), "kind": kind, "doses": [dose], **who}
        if fields.get(CONFIRMED) == "1":
            ask[CONFIRMED] = True
        base = fields.get("base_version", "")
        ask["base_version"] = int(base) if base.isdecimal() and len(base) < 10 else 0
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
