"""The hours at which nobody is texted."""

import datetime as dt

from tiemchung.core.clock import local

# Nobody is texted between nine in the evening and seven in the morning.
QUIET_FROM, QUIET_UNTIL = 21, 7


def is_quiet(at: dt.datetime) -> bool:
    """Tell whether nobody is texted at this moment, by the clock of Vietnam."""
    hour = local(at).hour
    return hour >= QUIET_FROM or hour < QUIET_UNTIL
