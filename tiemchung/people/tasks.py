"""What the clock triggers about people: the population register is asked about everybody who waits."""

import datetime as dt
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from tiemchung.core.worker import Loop
from tiemchung.people.actions.asking import claim_batch, defer_batch, settle_batch, split_batch
from tiemchung.people.ports import PopulationRegister, RegisterAway, RegisterRefused


@lru_cache(maxsize=4)
def _register(backend: str, address: str) -> PopulationRegister:
    register: PopulationRegister = import_string(backend)(address)
    return register


def population_register() -> PopulationRegister | None:
    """Give the register that the settings name; None where there is none, and whoever waits goes on waiting."""
    return _register(settings.POPULATION_BACKEND, settings.POPULATION) if settings.POPULATION else None


def send_batch(register: PopulationRegister, at: dt.datetime) -> int:
    """Ask the register about the next batch and give how many it answered.

    While it is away nothing is claimed; a batch that fails keeps its id and its people. The network is waited for
    outside every transaction.
    """
    if register.is_away():
        return 0
    batch = claim_batch(at=at)
    if batch is None or not batch.asked:
        return 0
    try:
        answers = register.ask(batch.batch_id, batch.asked)
    except RegisterRefused:
        split_batch(batch=batch, at=at)
        return 0
    except RegisterAway as away:
        defer_batch(batch=batch, away=away, at=at)
        return 0
    return settle_batch(batch=batch, answers=answers, at=at)


def send_batches(at: dt.datetime) -> int:
    """Ask the register of the settings about the next batch; give how many it answered."""
    register = population_register()
    return send_batch(register, at) if register is not None else 0


LOOPS = [Loop("people.identity", send_batches, every=1.0)]
