"""Synthetic people and doses, and a key in memory, for the benches of certificates."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from tiemchung.certificates.formats.cose import raw_signature

KID = b"BenchKey"
_ES256 = ECDSA(SHA256())
_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Đặng", "Võ", "Bùi", "Đỗ", "Hồ")
_GIVEN = ("Thị Bích Ngọc", "Văn Hùng", "Minh Khuê", "Thị Ánh Tuyết", "Quốc Đạt", "Gia Hưng", "Thị Thuỳ Dương")
_PRODUCTS = (
    ("EU/1/20/1528", "ORG-100030215", "1119349007", 2),
    ("EU/1/21/1529", "ORG-100001699", "29061000087103", 2),
    ("BBIBP-CorV", "ORG-100020693", "1157024006", 2),
    ("Abdala", "CIGB", "28531000087107", 3),
)
Committed = tuple[str, str, str, str, str, int, int, str]


@dataclass(frozen=True)
class MemorySigner:
    """Signs with a key in memory, as the development signer does."""

    private_key: EllipticCurvePrivateKey

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """Give the key that verifies."""
        return self.private_key.public_key()

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature, r then s, 64 bytes."""
        return raw_signature(self.private_key.sign(message, _ES256))


def signer() -> MemorySigner:
    """Give a signer with a fresh P-256 key."""
    return MemorySigner(generate_private_key(SECP256R1()))


def doses(count: int) -> list[Committed]:
    """Give plain committed doses: name, birth date, mp, ma, vp, number, of, day."""
    people = ((_FAMILIES[n % 10], _GIVEN[n % 7], _PRODUCTS[n % 4], n) for n in range(count))
    return [
        (
            f"{family} {given}",
            f"{1940 + n % 70}-{n % 12 + 1:02}-{n % 28 + 1:02}",
            mp,
            ma,
            vp,
            n % of + 1,
            of,
            "2021-09-02",
        )
        for family, given, (mp, ma, vp, of), n in people
    ]
