"""A proof that nobody used for 90 days counts no longer."""

import datetime as dt

from tiemchung.people.rules.proofs import proof_holds

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_proof_holds_for_90_days_of_silence_and_no_longer() -> None:
    assert proof_holds(last_used_at=NOW - dt.timedelta(days=90), at=NOW)
    assert not proof_holds(last_used_at=NOW - dt.timedelta(days=90, seconds=1), at=NOW)
