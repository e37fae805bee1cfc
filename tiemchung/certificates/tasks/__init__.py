"""What the ledger, the people and the clock trigger here; one file an area, each with its own LOOPS."""

from tiemchung.certificates.tasks.cards import LOOPS as OF_CARDS
from tiemchung.certificates.tasks.cards import follow_ledger, follow_people, retry_failed
from tiemchung.certificates.tasks.central import LOOPS as OF_THE_CENTRE
from tiemchung.certificates.tasks.clock import LOOPS as OF_THE_CLOCK
from tiemchung.certificates.tasks.keys import LOOPS as OF_KEYS
from tiemchung.certificates.tasks.passports import LOOPS as OF_PASSPORTS
from tiemchung.certificates.tasks.revocations import LOOPS as OF_REVOCATIONS
from tiemchung.certificates.tasks.watch import LOOPS as OF_WATCH

LOOPS = [*OF_CARDS, *OF_KEYS, *OF_PASSPORTS, *OF_REVOCATIONS, *OF_THE_CENTRE, *OF_THE_CLOCK, *OF_WATCH]

__all__ = ["LOOPS", "follow_ledger", "follow_people", "retry_failed"]
