"""How often and how long an answer may be disputed by the same case; afterwards it is a new report."""

import datetime as dt

from tiemchung.core.verdict import YES, Verdict, refuse

REOPEN_WITHIN = dt.timedelta(days=30)
REOPEN_TIMES = 2


def may_reopen(settled_at: dt.datetime | None, at: dt.datetime, *, times: int) -> Verdict:
    """Say whether a case answered at `settled_at` and reopened `times` times before may be opened again."""
    if settled_at is None:
        return refuse("CASE_STEP_NOT_POSSIBLE", step="REOPEN")
    if at - settled_at > REOPEN_WITHIN:
        return refuse("REOPEN_TOO_LATE", days=REOPEN_WITHIN.days)
    return refuse("REOPEN_TOO_OFTEN", times=REOPEN_TIMES) if times >= REOPEN_TIMES else YES
