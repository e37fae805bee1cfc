"""Send the receipts of messages that came over HTTP, signed, to the address that the client gave."""

import json
import time

import httpx

from tiemchung.interop.messages.signature import HEADER, sign_body
from tiemchung.interop.messages.standin.store import DueReceipt, Store

MOST_TRIES = 20
LONGEST_WAIT_S = 60.0


class Callbacks:
    """Posts each due receipt until it is taken, at most twenty times."""

    def __init__(self, store: Store, *, address: str, key: bytes) -> None:
        self._store, self._address, self._key = store, address, key
        self._client = httpx.Client(timeout=5.0, trust_env=False)

    def send_receipts(self) -> None:
        """Post what is due, in order, and put off what is not taken; without an address, only show it."""
        for receipt in self._store.due_receipts("http", time.time()):
            if not self._address or self._post(receipt) or receipt.tries + 1 >= MOST_TRIES:
                self._store.settle_receipt(receipt)
            else:
                wait = min(2.0**receipt.tries, LONGEST_WAIT_S)
                self._store.put_off_receipt(receipt, time.time() + wait)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _post(self, receipt: DueReceipt) -> bool:
        body = json.dumps({"ref": receipt.ref, "state": receipt.state, "at": receipt.at}).encode()
        headers = {
            HEADER: sign_body(self._key, body, unix_s=int(time.time())),
            "Content-Type": "application/json",
        }
        try:
            return self._client.post(self._address, content=body, headers=headers).is_success
        except httpx.HTTPError:
            return False
