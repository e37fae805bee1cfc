"""A code that carries our signature and that our register does not hold: somebody else signs with our key."""

import datetime as dt

from tiemchung.access.actions import take_unknown_code
from tiemchung.certificates.actions.watching import note_unknown_number
from tiemchung.certificates.formats import read
from tiemchung.certificates.formats.revocation import RevocationHashes
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.reads.trusted import own_list


def report_unknown_code(*, text: str, network: str, at: dt.datetime) -> bool:
    """Look at a code of any form that a verifier sent; alarm whoever watches when it is ours and not in the log.

    Tells whether it was. Everything else is passed over in silence: no key of ours, a wrong signature, a leaf that is
    there. Nothing of the code is kept but its key and its hash. Raises Refused with TOO_MANY_TRIES.
    """
    take_unknown_code(at=at, network=network)
    signed: list[RevocationHashes] = []

    def named(hashes: RevocationHashes) -> bool:
        signed.append(hashes)  # asked for only after the signature held
        return False

    read(text, keys=own_list(at), now=at, revoked=named)
    if not signed or state_of_number(signed[0].leaf(), at) is not NumberState.UNKNOWN:
        return False
    note_unknown_number(kid=signed[0].kid, hash16=signed[0].uci or signed[0].signature, at=at)
    return True
