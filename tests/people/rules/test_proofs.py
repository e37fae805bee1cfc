"""A proof that nobody used for 90 days counts no longer."""

import datetime as dt

import pytest

from tiemchung.people.rules.proofs import proof_holds, sign_in_over

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_proof_holds_for_90_days_of_silence_and_no_longer() -> None:
    assert proof_holds(last_used_at=NOW - dt.timedelta(days=90), at=NOW)
    assert not proof_holds(last_used_at=NOW - dt.timedelta(days=90, seconds=1), at=NOW)


@pytest.mark.parametrize(
    ("signed_in", "moments", "over"),
    [
        (0, [], False),
        (0, [None], False),
        (0, [None, 0], True),
        (0, [1], True),
        (0, [-1], False),
        (0, [-1, None, 2], True),
        (None, [2], False),
    ],
)
def test_a_sign_in_is_over_when_the_phone_signed_out_everywhere_since(
    signed_in: int | None, moments: list[int | None], over: bool
) -> None:
    def at(minutes: int | None) -> dt.datetime | None:
        return None if minutes is None else NOW + dt.timedelta(minutes=minutes)

    assert sign_in_over(at(signed_in), [at(moment) for moment in moments]) is over
