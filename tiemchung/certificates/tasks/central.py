"""The centre's work: open runs, orders of revocation and of another try, passports near their end, the log's head."""

import datetime as dt

from tiemchung.certificates.actions.central_signing import start_renewal_run, work_central_runs
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.renewing import count_ending, note_endings
from tiemchung.certificates.actions.retrying import work_retries
from tiemchung.certificates.log import publish_head
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.core.worker import Loop


def sign(at: dt.datetime) -> int:
    """Work a batch of every open run; give how many certificates were issued."""
    return work_central_runs(at)


def carry_out_orders(at: dt.datetime) -> int:
    """Carry out a batch of every agreed order."""
    return work_orders(at)


def try_again(at: dt.datetime) -> int:
    """Carry out a batch of every order to try again whom the trial refused."""
    return work_retries(at)


def tell_endings(at: dt.datetime) -> int:
    """Tell holders whose passport ends within the notice."""
    return note_endings(at=at)


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
    Loop("certificates.endings", tell_endings, every=60.0),
    Loop("certificates.renew", renew, every=300.0),
    Loop("certificates.log_head", publish, every=60.0),
]
