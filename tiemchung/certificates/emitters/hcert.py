"""HC1 around another sub-claim than the European one (WHO hcert 1.1.1): the same chain, one way of writing."""

from typing import Any

from cbor2 import dumps

from tiemchung.certificates.emitters.facts import COUNTRY, CertificateFacts, EmissionKey
from tiemchung.certificates.emitters.registry import Emitted
from tiemchung.certificates.formats import base45, cose, deflate, hc1

_ISS, _EXP, _IAT, _HCERT = 1, 4, 6, -260


def signed_subclaim(number: int, health: dict[str, Any], facts: CertificateFacts, key: EmissionKey) -> Emitted:
    """Give the HC1 text that carries `health` under claim -260 as sub-claim `number`, with the passport's own days."""
    claims = {
        _ISS: COUNTRY,
        _EXP: int(facts.expires_at.timestamp()),
        _IAT: int(facts.issued_at.timestamp()),
        _HCERT: {number: health},
    }
    protected, payload = cose.protected_header(key.kid), dumps(claims)
    message = cose.write(payload, key.signer, protected)
    text = hc1.PREFIX + base45.encode(deflate.deflated(message))
    return Emitted(text, cose.sig_structure(protected, payload))
