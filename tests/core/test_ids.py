"""Identifiers keep the order in which they were made."""

from concurrent.futures import ThreadPoolExecutor

from tiemchung.core.ids import new_id


def test_ids_of_one_process_grow_and_never_repeat() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {i.version for i in made[:50]} == {7}


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [i for batch in pool.map(lambda _: [new_id() for _ in range(500)], range(8)) for i in batch]
    assert len(set(made)) == 4000
