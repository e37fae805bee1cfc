"""Identifiers keep the order in which they were made."""

from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from tiemchung.core.ids import new_hexes, new_id


def test_ids_of_one_process_grow_and_never_repeat() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {i.version for i in made[:50]} == {7}


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [i for batch in pool.map(lambda _: [new_id() for _ in range(500)], range(8)) for i in batch]
    assert len(set(made)) == 4000


def test_ids_made_many_at_once_stand_between_those_made_before_and_after() -> None:
    before, many, after = new_id(), [UUID(hex=one) for one in new_hexes(5000)], new_id()
    made = [before, *many, after]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in many} == {(7, RFC_4122)}


def test_none_at_once_are_none() -> None:
    assert new_hexes(0) == []
