"""Values that change rarely and are asked all day, kept by this process for some seconds."""

import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any
from weakref import WeakSet

_everywhere: "WeakSet[Kept[Any, Any]]" = WeakSet()


class Kept[K: Hashable, V]:
    """Values by key, each kept for `seconds` from when its reading began; past `most` of them all are read anew.

    For what may be known a little later: another process goes on with its own values until they are over. What was
    begun to be read before `forget` is not kept after it, whichever thread reads. `clock` counts seconds and never
    turns back, so that no value outlives its time where the calendar is set or stopped.
    """

    def __init__(self, seconds: float, *, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.most, self.clock = seconds, most, clock
        self._values: dict[K, tuple[float, V]] = {}
        _everywhere.add(self)

    def of(self, key: K, read: Callable[[], V], *, worth: Callable[[V], bool] | None = None) -> V:
        """Give the value of a key, read where it is not kept; one that is not `worth` it is read each time."""
        values, moment = self._values, self.clock()
        known = values.get(key)
        if known is not None and known[0] > moment:
            return known[1]
        value = read()
        if worth is None or worth(value):
            self._put(values, moment, {key: value})
        return value

    def of_each(self, keys: Iterable[K], read: Callable[[set[K]], Mapping[K, V]]) -> dict[K, V]:
        """Give the values of many keys; `read` is asked once for all that are not kept, and may leave some out."""
        values, moment, wanted = self._values, self.clock(), set(keys)
        known = {key: values.get(key) for key in wanted}
        found = {key: one[1] for key, one in known.items() if one is not None and one[0] > moment}
        if missing := wanted - found.keys():
            new = read(missing)
            self._put(values, moment, new)
            found |= new
        return found

    def forget(self) -> None:
        """Read every value anew from now on."""
        self._values = {}  # whoever is reading just now puts into the old one, which nobody asks any more

    def _put(self, values: dict[K, tuple[float, V]], moment: float, new: Mapping[K, V]) -> None:
        if len(values) + len(new) > self.most:
            values.clear()
        values.update({key: (moment + self.seconds, value) for key, value in new.items()})


def every_kept() -> "list[Kept[Any, Any]]":
    """Give all that this process keeps anything in."""
    return list(_everywhere)


def forget_all() -> None:
    """Read everything anew that this process keeps, after what much of it rests on has changed."""
    for kept in every_kept():
        kept.forget()
