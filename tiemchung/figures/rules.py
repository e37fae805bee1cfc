"""What a recount changes. Pure."""

from collections.abc import Mapping
from uuid import UUID

# The facility of doses whose place is in no list.
NOWHERE = UUID(int=0)


def changed_counts(counted: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """Give the products of one day whose figure is not the counted one, with the right one; what is gone is 0."""
    right = dict.fromkeys(known, 0) | dict(counted)
    return {product: doses for product, doses in right.items() if known.get(product) != doses}
