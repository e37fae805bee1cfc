"""Whether a certificate rests on a signature is said by their moments, in doubt that it does."""

import datetime as dt

import pytest

from tests.conftest import NOW
from tiemchung.certificates.rules.resting import TURN, rests_on

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("signed", "voided", "rests"),
    [
        (-MINUTE, None, True),
        (MINUTE * 0, None, True),
        (TURN, None, True),  # drawn by a turn of work that had begun before
        (TURN + MINUTE, None, False),
        (-MINUTE, MINUTE, True),  # a correction let it fall later: the certificate was issued on it all the same
        (-MINUTE, MINUTE * 0, False),  # it had fallen, and the certificate was issued on another
        (-2 * MINUTE, -MINUTE, False),
    ],
)
def test_it_rests_on_what_stood_when_it_was_issued(
    signed: dt.timedelta, voided: dt.timedelta | None, rests: bool
) -> None:
    at = None if voided is None else NOW + voided
    assert rests_on(NOW, signed_at=NOW + signed, voided_at=at) is rests
