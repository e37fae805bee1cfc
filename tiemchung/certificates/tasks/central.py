"""The centre's work: open runs, orders of revocation and of another try, passports near their end, the log's head."""

import datetime as dt

from django.conf import settings

from tiemchung.certificates.actions.central_signing import start_renewal_run, work_central_runs
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.renewing import count_ending, note_endings
from tiemchung.certificates.actions.renewing import tell_endings as tell
from tiemchung.certificates.actions.retrying import work_retries
from tiemchung.certificates.log import publish_head
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.core.quiet import is_quiet
from tiemchung.core.worker import Loop

# A turn a second: what ends on one day, of a whole country, is told within the day; see `passports.tell_of_fallen`.
TOLD_A_TURN = 20


def sign(at: dt.datetime) -> int:
    """Work a batch of every open run; give how many certificates were issued."""
    return work_central_runs(at)


def carry_out_orders(at: dt.datetime) -> int:
    """Carry out a batch of every agreed order."""
    return work_orders(at)


def try_again(at: dt.datetime) -> int:
    """Carry out a batch of every order to try again whom the trial refused."""
    return work_retries(at)


def take_up_endings(at: dt.datetime) -> int:
    """Let the renewal of passports that end within the notice begin: at midnight, where every code ends."""
    return note_endings(at=at)


def tell_endings(at: dt.datetime) -> int:
    """Tell holders whose passport ends within the notice; always give 0, so that the next turn is a second away.

    At night nobody is told: they are told in the morning, of what was taken up meanwhile. The demonstration has no
    night. Few messages a turn: half a million renewals hold no sign-in's code back.
    """
    if not is_quiet(at) or settings.DEMO:
        tell(at=at, limit=TOLD_A_TURN)
    return 0


def renew(at: dt.datetime) -> int:
    """See that what waits to be renewed has a run; the key store may have been away when it was told of."""
    if count_ending(at):
        start_renewal_run(at=at)
    return 0


def publish(at: dt.datetime) -> int:
    """Sign the log's newest head where it grew; a key store that is away is asked again at the next turn."""
    try:
        publish_head(at)
    except KeyStoreError:
        return 0
    return 0


LOOPS = [
    Loop("certificates.central", sign, every=1.0),
    Loop("certificates.orders", carry_out_orders, every=2.0),
    Loop("certificates.retries", try_again, every=2.0),
    Loop("certificates.endings", take_up_endings, every=60.0),
    Loop("certificates.tell_endings", tell_endings, every=1.0),
    Loop("certificates.renew", renew, every=300.0),
    Loop("certificates.log_head", publish, every=60.0),
]
