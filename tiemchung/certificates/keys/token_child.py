"""The process that alone loads a token's library; run as a script, it speaks framed MessagePack over its pipes.

It ends when its pipe closes. Whatever goes wrong inside the library stays inside this process, which is ended and
started anew by the other side (`tokens.py`): a library that failed once often fails for good (measured with SoftHSM).
"""

import os
import struct
import sys
import threading
import time
from typing import Any, BinaryIO

import msgspec.msgpack
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

_WRONG_PIN = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinLocked, pkcs11.PinExpired)
_SECRET = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True, Attribute.SIGN: True}


class Missing(Exception):
    """The token has no such key."""


class Token:
    """One open, signed-in session."""

    def __init__(self, library: str, label: str, pin: str) -> None:
        token = pkcs11.lib(library).get_token(token_label=label)
        self._session = token.open(rw=True, user_pin=pin)
        self._keys: dict[bytes, Any] = {}

    def make(self) -> bytes:
        """Make a P-256 key that never leaves the token; give its point."""
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = self._session.create_domain_parameters(KeyType.EC, curve, local=True)
        public, _ = parameters.generate_keypair(
            store=True, id=os.urandom(16), label="tiemchung", private_template=_SECRET
        )
        # The point comes as a DER octet string: two bytes of header before the 65.
        return bytes(public[Attribute.EC_POINT])[-65:]

    def find(self, point: bytes) -> Any:
        """Give the private key of a point, found through its public half; raises Missing."""
        if point not in self._keys:
            wanted = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.EC_POINT: b"\x04\x41" + point}
            # One search at a time: a token refuses anything else while one is open.
            for public in list(self._session.get_objects(wanted)):
                match = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: public[Attribute.ID]}
                for private in list(self._session.get_objects(match)):
                    self._keys[point] = private
        if point not in self._keys:
            raise Missing
        return self._keys[point]

    def sign(self, point: bytes, digests: list[bytes]) -> list[bytes]:
        """Give the raw ECDSA signatures of digests."""
        key = self.find(point)
        return [bytes(key.sign(digest, mechanism=Mechanism.ECDSA)) for digest in digests]


def answer(token: Token, request: dict[str, Any]) -> Any:
    """Do what is asked and give the result."""
    match request["do"]:
        case "make":
            return token.make()
        case "holds":
            try:
                token.find(request["point"])
            except Missing:
                return False
            return True
        case "sign":
            return token.sign(request["point"], request["digests"])
        case "spent":
            return time.process_time()
        case other:
            raise ValueError(other)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Open the token as the first message says, then answer each message until the pipe closes."""
    token: Token | None = None
    while (request := receive(requests)) is not None:
        try:
            if token is None:
                token = Token(request["library"], request["label"], request["pin"])
                send(answers, {"ok": True})
            else:
                send(answers, {"ok": answer(token, request)})
        except _WRONG_PIN as problem:
            send(answers, {"no": "WRONG_PIN", "why": type(problem).__name__})
        except Missing:
            send(answers, {"no": "KEY_MISSING", "why": ""})
        except Exception as problem:  # the other side needs the name of every failure, and ends this process
            send(answers, {"no": "KEY_STORE_GONE", "why": type(problem).__name__})


def receive(pipe: BinaryIO) -> Any:
    """Give the next message; None where the pipe was closed."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    body = pipe.read(struct.unpack(">I", head)[0])
    return msgspec.msgpack.decode(body)


def send(pipe: BinaryIO, message: Any) -> None:
    """Write one message: four bytes of length, then MessagePack."""
    body = msgspec.msgpack.encode(message)
    pipe.write(struct.pack(">I", len(body)) + body)
    pipe.flush()


def end_with(parent: int) -> None:
    """End this process once its parent is gone, even while the library hangs."""
    while os.getppid() == parent:
        time.sleep(2)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    serve(sys.stdin.buffer, sys.stdout.buffer)
