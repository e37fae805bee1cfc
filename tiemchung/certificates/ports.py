"""What this domain needs from outside: somebody who holds the private keys."""

from typing import Protocol


class Signer(Protocol):
    """Signs with one key that it never gives away; a key file and a hardware module pass the same tests."""

    kid: bytes
    certificate: bytes

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature of `message` as 64 bytes, r then s."""
        ...


class KeyStore(Protocol):
    """Makes and holds signing keys."""

    def signer(self, kid: bytes) -> Signer:
        """Give the signer of a key; raise KeyMissing where the store does not hold it."""
        ...


class KeyMissing(Exception):
    """The key store does not hold the key that the register names: restore its files before anything is signed."""
