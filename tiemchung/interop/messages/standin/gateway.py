"""What both doors of the stand-in do with a message."""

import datetime as dt
import re
import secrets
import time

from tiemchung.interop.messages.standin.mode import Receipts, Switch
from tiemchung.interop.messages.standin.store import Message, Store

REJECTED = "+84900099404"  # refused when it is handed over
UNREACHED = "+84900099410"  # taken, and its receipt says that it failed
VIETNAM = re.compile(r"\+84[1-9][0-9]{8,9}", re.ASCII)
MOST_TEXT = 2_000


class NumberRejected(Exception):
    """The stand-in takes no message for this number."""


class KeyReused(Exception):
    """The key was used before for another text or another number."""


class Gateway:
    """The inside of the stand-in: takes messages once, and plans their receipts."""

    def __init__(self, store: Store, switch: Switch, *, receipt_delay_s: float = 1.0) -> None:
        self.store, self.switch = store, switch
        self._receipt_delay_s = receipt_delay_s

    def take(
        self,
        *,
        key: str,
        via: str,
        sender: str,
        to: str,
        text: str,
        ref: str = "",
        receipt: bool = True,
    ) -> Message:
        """Take a message, or give the one taken before under this key. Raises NumberRejected, KeyReused."""
        refuse_number(to)
        at = dt.datetime.now(dt.UTC)
        message = self.store.take_message(
            ref=ref or new_ref(), key=key, via=via, sender=sender, to=to, text=text, at=at
        )
        if (message.recipient, message.text) != (to, text):
            raise KeyReused
        if message.repeats == 0 and receipt:
            self._plan_receipts(message)
        return message

    def _plan_receipts(self, message: Message) -> None:
        """Plan what a network tells: on the way, then delivered or failed."""
        how = self.switch.mode.receipts
        if how is Receipts.NONE:
            return
        last = "failed" if message.recipient == UNREACHED else "delivered"
        story = [("on_the_way", 0.5), (last, 1.0)]
        delays = [delay for _state, delay in story]
        if how is Receipts.REORDERED:
            delays.reverse()
        for (state, happened), delay in zip(story, delays, strict=True):
            for _copy in range(2 if how is Receipts.DUPLICATE else 1):
                self.store.plan_receipt(
                    ref=message.ref,
                    via=message.via,
                    state=state,
                    at=message.taken_at + dt.timedelta(seconds=happened * self._receipt_delay_s),
                    due=time.time() + delay * self._receipt_delay_s,
                )


def refuse_number(to: str) -> None:
    """Raise NumberRejected for what is no Vietnamese number, and for the one that is always refused."""
    if VIETNAM.fullmatch(to) is None or to == REJECTED:
        raise NumberRejected


def new_ref() -> str:
    """Give a reference as providers make them: opaque and unlike our ids."""
    return f"SG{secrets.token_hex(8)}"
