"""The other side of `test_cwt.py`: reads and makes HC1 with the package `cwt`, and shares no line with the product.

Runs in `.venv-oracle`. Standard input is one JSON object `{"read": [[text, key id hex, public key PEM], ...],
"make": [[claims as CBOR hex, key id hex, private key PEM], ...]}`; standard output answers with
`{"read": [claims as CBOR hex, or "refused: <error>"], "make": [texts]}`.
"""

import json
import sys
import zlib

from cwt import COSE, COSEKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def base45_decoded(text: str) -> bytes:
    """Decode group by group, as RFC 9285 tells it."""
    out = bytearray()
    for at in range(0, len(text), 3):
        group = [ALPHABET.index(letter) for letter in text[at : at + 3]]
        number = sum(digit * 45**place for place, digit in enumerate(group))
        out += number.to_bytes(len(group) - 1, "big")
    return bytes(out)


def base45_encoded(data: bytes) -> str:
    """Encode group by group."""
    letters = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            letters.append(ALPHABET[digit])
    return "".join(letters)


def read(text: str, kid: str, pem: str) -> str:
    """Give the verified claims, or why they are none."""
    try:
        if not text.startswith("HC1:"):
            raise ValueError("no HC1")
        message = zlib.decompress(base45_decoded(text[4:]))
        key = COSEKey.from_pem(pem, alg="ES256", kid=bytes.fromhex(kid))
        return COSE.new(verify_kid=True).decode(message, [key]).hex()
    except Exception as problem:  # each is a refusal, whatever the package calls it
        return f"refused: {type(problem).__name__}"


def make(claims: str, kid: str, pem: str) -> str:
    """Give an HC1 that this package signed."""
    key = COSEKey.from_pem(pem, alg="ES256", kid=bytes.fromhex(kid))
    signed = COSE.new().encode_and_sign(bytes.fromhex(claims), key, protected={1: -7, 4: bytes.fromhex(kid)})
    return "HC1:" + base45_encoded(zlib.compress(signed, 9))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answers = {"read": [read(*item) for item in asked["read"]], "make": [make(*item) for item in asked["make"]]}
    json.dump(answers, sys.stdout)
