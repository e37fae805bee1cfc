"""A code that carries our signature and that our register does not hold: somebody else signs with our key."""

import datetime as dt

from tiemchung.access.actions import take_unknown_code
from tiemchung.certificates.actions.watching import note_unknown
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.formats.cose import verify
from tiemchung.certificates.formats.reading import Fault
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.reads.trusted import own_keys


def report_unknown_code(*, text: str, network: str, at: dt.datetime) -> bool:
    """Look at a code that a verifier sent, and alarm whoever watches when it is ours and not in the register.

    Tells whether it was. Everything else is passed over in silence: no key of ours, a wrong signature, a number that is
    there. Nothing of the code is kept but what `note_unknown` keeps. Raises Refused with TOO_MANY_TRIES.
    """
    take_unknown_code(at=at, network=network)
    try:
        code = hc1.unpack(text.strip())
    except (Fault, ValueError, TypeError, KeyError, RecursionError, OverflowError, AttributeError, IndexError):
        return False
    if not any(verify(code.message, key) for key in own_keys(code.message.kid)):
        return False
    hashes = hc1.hashes(code)
    if state_of_number(hashes.uci or hashes.signature, at) is not NumberState.UNKNOWN:
        return False
    note_unknown(hc1=text.strip(), at=at)
    return True
