"""The only place that asks what time it is."""

import datetime as dt

from tiemchung.core.zone import VIETNAM

__all__ = ["VIETNAM", "local", "now", "today"]


def now() -> dt.datetime:
    """Give this moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Give the civil day in Vietnam; between 00:00 and 07:00 there UTC is still on the day before."""
    return now().astimezone(VIETNAM).date()


def local(moment: dt.datetime) -> dt.datetime:
    """Give the same moment on Vietnam's clock."""
    return moment.astimezone(VIETNAM)
