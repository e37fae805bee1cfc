"""Stop knocking at a partner that does not answer, and try again little by little."""

import threading
import time
from collections.abc import Callable

WITHIN_S = 10.0  # an unanswering partner is left alone at the latest after this long
MOST_FAILURES = 3


class Breaker:
    """Closed: all may try. Open: nobody, for 2 s doubling to 60 s. Half open: one may try for all.

    It opens at the third failure in a row, and earlier when one more failure as slow as the last would end
    more than ten seconds after the first began.
    """

    def __init__(
        self,
        *,
        first_pause_s: float = 2.0,
        longest_pause_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_pause, self._longest_pause = first_pause_s, longest_pause_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._failing_since = 0.0
        self._pause = 0.0
        self._open_until: float | None = None
        self._probing = False

    def seconds_to_wait(self) -> float:
        """Give 0 to whoever may try now - in the half-open state to one only - or the seconds to wait."""
        with self._lock:
            if self._open_until is None:
                return 0.0
            left = self._open_until - self._clock()
            if left > 0:
                return left
            if self._probing:
                return self._first_pause
            self._probing = True
            return 0.0

    def is_open(self) -> bool:
        """Tell whether nobody may try now; asking is no try."""
        with self._lock:
            return self._open_until is not None and self._open_until > self._clock()

    def note_answer(self) -> None:
        """Close: the partner answered, whatever it said of the one message."""
        with self._lock:
            self._failed, self._pause, self._open_until, self._probing = 0, 0.0, None, False

    def note_failure(self, *, took_s: float, rest_s: float = 0.0) -> None:
        """Count a failure that took `took_s`; when that opens, stay open for `rest_s` at least."""
        with self._lock:
            now = self._clock()
            if self._open_until is not None and not self._probing:
                return  # began before the breaker opened: nothing new
            if self._failed == 0:
                self._failing_since = now - took_s
            self._failed += 1
            next_ends_after = now - self._failing_since + took_s
            if self._failed >= MOST_FAILURES or next_ends_after > WITHIN_S:
                self._pause = min(self._pause * 2 or self._first_pause, self._longest_pause)
                self._open_until = now + max(self._pause, min(rest_s, self._longest_pause))
            self._probing = False

    def forget_probe(self) -> None:
        """Let another one probe: this attempt ended without telling anything about the partner."""
        with self._lock:
            self._probing = False


def ask_guarded[T, A: Exception](
    breaker: Breaker, ask: Callable[[], T], away: Callable[[str, float], A], *, is_away: tuple[type[Exception], ...]
) -> T:
    """Ask a partner unless the breaker is open, and tell the breaker how it went.

    Raises `away("circuit_open", seconds)` while it is open. What is in `is_away` counts as a failure, with the rest
    that its `retry_after_s` asks for; anything else raised tells nothing of the partner.
    """
    wait = breaker.seconds_to_wait()
    if wait > 0:
        raise away("circuit_open", wait)
    began = time.monotonic()
    try:
        answer = ask()
    except is_away as problem:
        rest_s = float(getattr(problem, "retry_after_s", 0.0))
        breaker.note_failure(took_s=time.monotonic() - began, rest_s=rest_s)
        raise
    except BaseException:
        breaker.forget_probe()
        raise
    breaker.note_answer()
    return answer
