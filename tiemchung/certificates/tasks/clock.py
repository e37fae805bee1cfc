"""A wrong clock of this machine is an alarm: what it signs would begin on the wrong day, and doses too."""

import datetime as dt

from django.db import connection

from tiemchung.certificates.reads.log import newest_moment
from tiemchung.core.alarms import raise_daily
from tiemchung.core.clock import now
from tiemchung.core.worker import Loop

MOST_OFF = dt.timedelta(minutes=5)  # as long as a certificate of ours begins before it is made


def look_at_the_clock(at: dt.datetime) -> int:
    """Raise the alarm CLOCK_OFF, once a day for each reason, where this machine's clock differs from the database's or
    stands before the newest entry of the issuance log. Always gives 0.
    """
    if abs(now() - _databases_clock()) > MOST_OFF:
        raise_daily("CLOCK_OFF", "CLOCK_DATABASE", at=at, why="CLOCK_DATABASE")
    newest = newest_moment()
    if newest is not None and newest > at + MOST_OFF:
        raise_daily("CLOCK_OFF", "CLOCK_LOG", at=at, why="CLOCK_LOG")
    return 0


def _databases_clock() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        told: dt.datetime = cursor.fetchone()[0]
    return told


LOOPS = [Loop("certificates.clock", look_at_the_clock, every=300.0)]
