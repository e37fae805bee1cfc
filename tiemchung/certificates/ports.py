"""What this domain needs from outside: somebody who holds the private keys and never gives one away."""

from collections.abc import Sequence
from typing import Protocol


class KeyStoreError(Exception):
    """A key store did not sign; `code` names why, and nothing was half done. Whoever asked may ask again later."""

    code = "KEY_STORE"


class KeyMissing(KeyStoreError):
    """The key store does not hold the key that the register names: restore it before anything is signed."""

    code = "KEY_MISSING"


class CentreRootMissing(KeyMissing):
    """The folder of keys has lost the certificate of the root above the centre's keys: put the file back."""

    code = "CENTRE_ROOT_MISSING"


class FacilityRootMissing(KeyMissing):
    """The folder of keys has lost the certificate of the root above the facilities' keys: put the file back."""

    code = "FACILITY_ROOT_MISSING"


class KeyStoreGone(KeyStoreError):
    """The store is not there: no library, no such token, or it broke twice in a row."""

    code = "KEY_STORE_GONE"


class KeyStoreSlow(KeyStoreError):
    """The store did not answer in its time; the process that asked it was ended."""

    code = "KEY_STORE_SLOW"


class WrongPin(KeyStoreError):
    """The token refused the PIN. It is not tried again by itself, since tokens lock after a few wrong ones."""

    code = "WRONG_PIN"


class WrongSignature(KeyStoreError):
    """What the store gave is no signature of its key, and was thrown away. Somebody has to look at the store."""

    code = "SIGNATURE_WRONG"


class NoCentralKey(KeyStoreError):
    """No central key may sign now and none can be made here: its authority lies elsewhere."""

    code = "NO_CENTRAL_KEY"


class ClockBehind(KeyStoreError):
    """This machine's clock stands before the day on which our own root or key was made: nothing is made below it."""

    code = "CLOCK_BEHIND"


class Signer(Protocol):
    """Signs with one key; a key file and a hardware module pass the same tests."""

    kid: bytes
    certificate: bytes

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature of `message` as 64 bytes, r then s; raises KeyStoreError."""
        ...

    def sign_many(self, messages: Sequence[bytes]) -> list[bytes]:
        """Give the signatures of many messages, in their order, asked for at once; raises KeyStoreError."""
        ...


class KeyStore(Protocol):
    """Makes P-256 keys and signs with them; a key is named by its public point (65 bytes, uncompressed)."""

    name: str

    def make_key(self) -> bytes:
        """Make a key that never leaves the store and give its public point; raises KeyStoreError."""
        ...

    def holds(self, point: bytes) -> bool:
        """Tell whether the store has the private key of this point; raises KeyStoreError."""
        ...

    def sign_digests(self, point: bytes, digests: Sequence[bytes]) -> list[bytes]:
        """Give the ECDSA signatures of SHA-256 digests, 64 bytes each; raises KeyMissing and KeyStoreError."""
        ...
