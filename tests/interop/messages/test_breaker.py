"""The breaker, on a clock of its own."""

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.interop.messages.breaker import WITHIN_S, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _open_breaker() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(clock=clock)
    for _ in range(3):
        breaker.note_failure(took_s=0.1)
    return breaker, clock


@given(st.floats(0.001, 10))
def test_it_opens_within_ten_seconds_however_slow_each_failure_is(took_s: float) -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    while breaker.seconds_to_wait() == 0:
        clock.now += took_s
        breaker.note_failure(took_s=took_s)
    assert clock.now - 1000.0 <= WITHIN_S + 1e-6


def test_one_quick_failure_does_not_open_it() -> None:
    breaker = Breaker(clock=Clock())
    breaker.note_failure(took_s=0.1)
    assert breaker.seconds_to_wait() == 0


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    breaker = Breaker(clock=Clock())
    for _ in range(10):
        breaker.note_failure(took_s=0.1)
        breaker.note_failure(took_s=0.1)
        breaker.note_answer()
    assert breaker.seconds_to_wait() == 0


def test_when_the_pause_is_over_one_may_try_and_no_other() -> None:
    breaker, clock = _open_breaker()
    assert breaker.seconds_to_wait() == 2.0
    clock.now += 2.0
    assert breaker.seconds_to_wait() == 0
    assert breaker.seconds_to_wait() > 0


def test_each_failed_probe_doubles_the_pause_up_to_a_minute() -> None:
    breaker, clock = _open_breaker()
    pauses = []
    for _ in range(8):
        pauses.append(breaker.seconds_to_wait())
        clock.now += pauses[-1]
        assert breaker.seconds_to_wait() == 0
        breaker.note_failure(took_s=0.1)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


def test_an_answered_probe_closes_it() -> None:
    breaker, clock = _open_breaker()
    clock.now += 2.0
    breaker.seconds_to_wait()
    breaker.note_answer()
    assert [breaker.seconds_to_wait() for _ in range(3)] == [0, 0, 0]


def test_failures_that_began_before_it_opened_do_not_prolong_the_pause() -> None:
    breaker, _clock = _open_breaker()
    for _ in range(20):
        breaker.note_failure(took_s=3)
    assert breaker.seconds_to_wait() == 2.0


def test_a_probe_that_told_nothing_lets_another_probe() -> None:
    breaker, clock = _open_breaker()
    clock.now += 2.0
    breaker.seconds_to_wait()
    breaker.forget_probe()
    assert breaker.seconds_to_wait() == 0


def test_the_gateways_own_wish_to_rest_is_kept_up_to_a_minute() -> None:
    for wish, kept in ((30, 30), (3600, 60)):
        breaker = Breaker(clock=Clock())
        for _ in range(3):
            breaker.note_failure(took_s=0.1, rest_s=wish)
        assert breaker.seconds_to_wait() == kept
