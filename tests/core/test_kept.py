"""What is kept is given again for its seconds and no longer, by whoever reads and whatever the calendar says."""

import threading
import time
from collections.abc import Mapping

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NOW
from tiemchung.core.kept import Kept, forget_all


class Source:
    """Where values are read from: it counts, and says each time something new."""

    def __init__(self) -> None:
        self.now, self.asked = 100.0, list[set[str]]()

    def kept(self, seconds: float = 60.0, most: int = 100) -> Kept[str, str]:
        return Kept(seconds, most=most, clock=lambda: self.now)

    def one(self) -> str:
        return self.each({"a"})["a"]

    def each(self, keys: set[str]) -> Mapping[str, str]:
        self.asked.append(set(keys))
        return {key: f"{key}{len(self.asked)}" for key in keys if key != "unknown"}


def test_a_value_is_read_once_in_its_seconds_and_anew_when_they_are_over() -> None:
    source = Source()
    kept = source.kept()
    assert [kept.of("a", source.one), kept.of("a", source.one)] == ["a1", "a1"]
    source.now += 59
    assert kept.of("a", source.one) == "a1"
    source.now += 1
    assert kept.of("a", source.one) == "a2"


def test_its_seconds_run_from_when_the_reading_began() -> None:
    source = Source()
    kept = source.kept()

    def slowly() -> str:
        source.now += 50
        return source.one()

    kept.of("a", slowly)
    source.now += 11
    assert kept.of("a", source.one) == "a2"


def test_a_value_that_is_nothing_is_kept_like_any_other() -> None:
    asked: list[int] = []
    kept = Kept[str, None](60.0, most=1)
    for _ in range(2):
        assert kept.of("a", lambda: asked.append(1)) is None
    assert asked == [1]


def test_what_is_not_worth_it_is_read_each_time() -> None:
    source = Source()
    kept = source.kept()
    values = [kept.of("a", source.one, worth=lambda value: value == "a3") for _ in range(5)]
    assert values == ["a1", "a2", "a3", "a3", "a3"]


def test_of_many_only_those_are_read_that_are_not_kept_and_all_at_once() -> None:
    source = Source()
    kept = source.kept()
    assert kept.of_each(["a", "b"], source.each) == {"a": "a1", "b": "b1"}
    assert kept.of_each(["a", "c", "b", "c"], source.each) == {"a": "a1", "b": "b1", "c": "c2"}
    assert kept.of_each(["c"], source.each) == {"c": "c2"}
    assert source.asked == [{"a", "b"}, {"c"}]


def test_what_is_not_there_is_left_out_and_asked_for_again() -> None:
    source = Source()
    kept = source.kept()
    for _ in range(2):
        assert kept.of_each(["unknown"], source.each) == {}
    assert source.asked == [{"unknown"}] * 2
    assert kept.of_each([], source.each) == {}
    assert len(source.asked) == 2


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(min_value=1, max_value=8))
def test_no_more_are_kept_than_was_said_and_each_is_the_last_that_was_read(keys: list[str], most: int) -> None:
    kept, last = Kept[str, int](60.0, most=most), dict[str, int]()
    for number, key in enumerate(keys):

        def read(key: str = key, number: int = number) -> int:
            last[key] = number
            return number

        assert kept.of(key, read) == last[key]
        assert len(kept._values) <= most


def test_what_is_forgotten_is_read_anew_and_forgetting_all_reaches_every_one() -> None:
    source = Source()
    one, other = source.kept(), source.kept()
    assert [one.of("a", source.one), other.of("a", source.one)] == ["a1", "a2"]
    one.forget()
    assert [one.of("a", source.one), other.of("a", source.one)] == ["a3", "a2"]
    forget_all()
    assert [one.of("a", source.one), other.of("a", source.one)] == ["a4", "a5"]


def test_what_another_thread_began_to_read_before_it_was_forgotten_is_not_kept() -> None:
    source, begun, forgotten = Source(), threading.Event(), threading.Event()
    kept = source.kept()

    def old() -> str:
        begun.set()
        assert forgotten.wait(20)
        return "old"

    reader = threading.Thread(target=kept.of, args=("a", old))
    reader.start()
    assert begun.wait(20)
    kept.forget()
    forgotten.set()
    reader.join(20)
    assert not reader.is_alive()
    assert kept.of("a", source.one) == "a1"


def test_a_stopped_calendar_keeps_nothing_for_ever_and_a_journey_in_it_drops_nothing() -> None:
    source = Source()
    short, long = Kept[str, str](0.001, most=1), Kept[str, str](3600.0, most=1)
    with time_machine.travel(NOW, tick=False):
        values = [short.of("a", source.one), long.of("a", source.one)]
        time.sleep(0.002)
        assert short.of("a", source.one) not in values
    with time_machine.travel(NOW.replace(year=2031), tick=False):
        assert long.of("a", source.one) in values
