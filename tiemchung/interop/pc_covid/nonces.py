"""Each signed request is let in once."""

import datetime as dt

from tiemchung.interop.pc_covid.models import SeenNonce
from tiemchung.interop.signature import FRESH_S, Signed


def let_in(signed: Signed, at: dt.datetime) -> bool:
    """Tell whether this request is the first with its nonce, and remember it."""
    _, new = SeenNonce.objects.get_or_create(nonce=signed.nonce, defaults={"at": at})
    return new


def forget_nonces(at: dt.datetime) -> None:
    """Forget what could not be let in again anyway: a signature is fresh for FRESH_S on either side of now."""
    SeenNonce.objects.filter(at__lt=at - dt.timedelta(seconds=2 * FRESH_S)).delete()
