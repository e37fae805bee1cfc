"""A batch is left alone by the collector, and nothing else is."""

import gc

import pytest

from tiemchung.core.collecting import uncollected


def test_the_collector_waits_for_the_end_and_goes_on() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_failure_too() -> None:
    with pytest.raises(ValueError, match="batch"), uncollected():
        raise ValueError("batch")
    assert gc.isenabled()
