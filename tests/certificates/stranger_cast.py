"""Keys that lie in the register although no root of this installation signed them, as one statement of SQL puts them.

stranger = a_stranger(KeyPurpose.PASSPORT)  # a row of certificates_signingkey with a certificate of its own making
stranger.code()                             # a passport that it signed
below_our_root(public_key, at)              # what our root would have signed instead
"""

import datetime as dt

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders import NOW
from tiemchung.certificates.formats import cose, dcc, hc1, uvci
from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import authority_here, certified_by
from tiemchung.certificates.keys.files import point_of
from tiemchung.certificates.keys.stores import kid_of
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.rules import AuthorityKind, KeyPurpose
from tiemchung.core.actor import SYSTEM

DAY = dt.timedelta(days=1)
DOSE = dcc.VaccineDose("1119349007", "EU/1/20/1528", "ORG-100030215", 2, 2, dt.date(2021, 9, 2))


class Stranger:
    """Somebody with a key and a certificate that calls itself ours."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = x509s.authority_certificate(self.key, x509s.Subject("Tiem Chung DSC"), NOW - DAY, 700 * DAY)
        self.kid = kid_of(self.certificate)

    def below(self) -> bytes:
        """Give a signer's certificate below the stranger's own one, with the same key."""
        point, profile = point_of(self.key.public_key()), x509s.Profile(600 * DAY, (x509s.VACCINATION,))
        return x509s.signer_certificate(self.certificate, self.key, point, x509s.Subject("x"), profile, NOW)

    def sign(self, message: bytes) -> bytes:
        """Sign as COSE wants it."""
        return cose.raw_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))

    def code(self, kid: bytes = b"") -> str:
        """Give a passport's code for somebody who was never vaccinated."""
        payload = dcc.vaccination(dcc.Holder("Nguyễn", "Giả", "1989-04-20"), DOSE, uvci.new_uvci())
        return hc1.issue(payload, signer=self, kid=kid or self.kid, issued_at=NOW, expires_at=NOW + 300 * DAY)


def put_key(purpose: KeyPurpose, certificate: bytes, kid: bytes = b"", *, usable_from: dt.datetime) -> SigningKey:
    """Put a row into the register of central keys past everything that looks at it."""
    row = SigningKey(
        purpose=purpose, kid=kid or kid_of(certificate), certificate=certificate, store="file", valid_from=NOW - DAY,
        valid_to=NOW + 600 * DAY, published_at=NOW - DAY, usable_from=usable_from,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def a_stranger(purpose: KeyPurpose, *, usable_from: dt.datetime = NOW + 500 * DAY) -> Stranger:
    """Give a stranger whose key stands in the register, to be used some day."""
    stranger = Stranger()
    put_key(purpose, stranger.certificate, usable_from=usable_from)
    return stranger


def below_our_root(key: ec.EllipticCurvePublicKey, at: dt.datetime, subject: str = "Tiem Chung DSC") -> bytes:
    """Give the certificate of a key below this installation's root, made where there is none yet."""
    root = authority_here(AuthorityKind.CSCA, by=SYSTEM, at=at)
    assert root is not None
    profile = x509s.Profile(600 * DAY, (x509s.VACCINATION,))
    return certified_by(root, point_of(key), x509s.Subject(subject), profile, at)
