"""The real tree of areas, for all tests of the demonstration."""

from tests.builders import country
from tests.cast import cast

__all__ = ["cast", "country"]
