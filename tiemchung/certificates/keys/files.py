"""Keys as encrypted files; the passphrase lies in the secrets file beside the data."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from tiemchung.certificates.formats.cose import raw_signature
from tiemchung.certificates.ports import KeyMissing, KeyStoreGone

_ES256 = ec.ECDSA(Prehashed(hashes.SHA256()))


class FileKeyStore:
    """A folder of keys, readable by its owner alone; each is decrypted once a process."""

    name = "file"

    def __init__(self, folder: Path, passphrase: str) -> None:
        self.folder, self._passphrase = folder, passphrase.encode()
        self._opened: dict[bytes, ec.EllipticCurvePrivateKey] = {}

    def make_key(self) -> bytes:
        """Make a key and its file, and give the public point; raises KeyStoreGone where no file can be written."""
        key = ec.generate_private_key(ec.SECP256R1())
        point = point_of(key.public_key())
        sealed = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_once(self._path(point), sealed)
        except OSError as problem:
            raise KeyStoreGone(type(problem).__name__) from problem
        self._opened[point] = key
        return point

    def holds(self, point: bytes) -> bool:
        """Tell whether the file of this key is there."""
        return self._found(point) is not None

    def sign_digests(self, point: bytes, digests: Sequence[bytes]) -> list[bytes]:
        """Give the signatures, r then s; raises KeyMissing where the key's file is not there."""
        key = self.private_key(point)
        return [raw_signature(key.sign(digest, _ES256)) for digest in digests]

    def private_key(self, point: bytes) -> ec.EllipticCurvePrivateKey:
        """Give the key itself, for what only a file can do: an authority that signs certificates; raises KeyMissing."""
        if point not in self._opened:
            path = self._found(point)
            if path is None:
                raise KeyMissing(handle_of(point))
            key = serialization.load_pem_private_key(path.read_bytes(), self._passphrase)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            self._opened[point] = key
        return self._opened[point]

    def _path(self, point: bytes) -> Path:
        return self.folder / f"key-{handle_of(point)}.pem"

    def _found(self, point: bytes) -> Path | None:
        return self._path(point) if self._path(point).exists() else self._old_name(point)

    def _old_name(self, point: bytes) -> Path | None:
        """Give the file of a key that the first version named after its certificate, beside which it lies."""
        for certificate in self.folder.glob("*.der"):
            beside = certificate.with_suffix(".pem")
            if beside.exists() and point_of_certificate(certificate.read_bytes()) == point:
                return beside
        return None


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Give the uncompressed point of a public key, 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def point_of_certificate(der: bytes) -> bytes:
    """Give the public point of a certificate; raises ValueError where its key is none on P-256."""
    key = x509.load_der_x509_certificate(der).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")
    return point_of(key)


def handle_of(point: bytes) -> str:
    """Give the short name of a key in file names and words: 16 hex digits of SHA-256 of its point."""
    return hashlib.sha256(point).hexdigest()[:16]


def write_once(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads and that nobody writes twice, and wait until it lies on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
