"""The breaker before a gateway: an open one answers Temporary at once."""

import time
from uuid import UUID

from tiemchung.core.outbox import Handed, Permanent, SmsPort, Temporary
from tiemchung.interop.breaker import MOST_FAILURES, WITHIN_S, Breaker


class GuardedSms:
    """An SmsPort that keeps a breaker before another one; an open breaker answers Temporary at once."""

    def __init__(self, inner: SmsPort, breaker: Breaker) -> None:
        self.inner = inner
        self.breaker = breaker

    def send(self, *, message_id: UUID, to: str, text: str) -> Handed:
        """Hand the message on, or raise Temporary("circuit_open") without touching the network."""
        wait = self.breaker.seconds_to_wait()
        if wait > 0:
            raise Temporary("circuit_open", wait)
        began = time.monotonic()
        try:
            handed = self.inner.send(message_id=message_id, to=to, text=text)
        except Temporary as problem:
            self.breaker.note_failure(took_s=time.monotonic() - began, rest_s=problem.retry_after_s)
            raise
        except Permanent:
            self.breaker.note_answer()
            raise
        except BaseException:
            self.breaker.forget_probe()
            raise
        self.breaker.note_answer()
        return handed

    def listen(self) -> None:
        """Begin to take receipts, where the way to the provider is one connection for both."""
        listen = getattr(self.inner, "listen", None)
        if listen is not None:
            listen()

    def close(self) -> None:
        """Give the connections back."""
        close = getattr(self.inner, "close", None)
        if close is not None:
            close()


__all__ = ["MOST_FAILURES", "WITHIN_S", "Breaker", "GuardedSms"]
