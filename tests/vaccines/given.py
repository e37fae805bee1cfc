"""Builders and strategies for doses, shared by the tests of vaccines."""

import datetime as dt
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st

from tests.oracles.course import NEEDED
from tiemchung.vaccines.rules import GivenDose, LotFacts

# The machine that runs the tests may be busy: examples have no time limit of their own.
unhurried = settings(deadline=None)

BORN = dt.date(1980, 5, 1)
TODAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
START = dt.date(2021, 3, 8)


def day(text: str) -> dt.date:
    """Give the day written as 2021-07-06."""
    return dt.date.fromisoformat(text)


def dose(product: str, given_on: str | dt.date, **facts: object) -> GivenDose:
    """Give one dose of a product on a day."""
    on = day(given_on) if isinstance(given_on, str) else given_on
    return GivenDose(uuid4(), product, "LOT-1", on, **facts)  # type: ignore[arg-type]


def lot_of(product: str, **facts: object) -> LotFacts:
    """Give a lot in order, with the facts that a test changes."""
    plain = {"id": UUID(int=1), "product": product, "number": "LOT-1", "expires_on": day("2027-06-30")}
    return LotFacts(**(plain | facts))  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn, most: int = 6) -> list[GivenDose]:
    """Draw doses as people really have them: gaps around the rules' limits, odd mixes, twins, no order."""
    count = draw(st.integers(0, most))
    favourites = draw(st.lists(st.sampled_from(sorted(NEEDED)), min_size=1, max_size=2))
    product = st.one_of(st.sampled_from(favourites), st.sampled_from(sorted(NEEDED)))
    gap = st.one_of(
        st.sampled_from([0, 1, 10, 13, 14, 17, 20, 21, 24, 27, 28, 52, 55, 56, 60, 86, 88, 90, 92, 120, 123, 180, 184]),
        st.integers(0, 400),
    )
    on = START + dt.timedelta(days=draw(st.integers(0, 700)))
    doses = []
    for number in range(count):
        doses.append(GivenDose(UUID(int=number + 1), draw(product), "LOT-1", on))
        on += dt.timedelta(days=draw(gap))
    return draw(st.permutations(doses))
