"""Where a page of a long list begins, as an address says it: the moment and the id of the row before."""

import datetime as dt
from urllib.parse import urlencode
from uuid import UUID

Place = tuple[dt.datetime, UUID]


def place_in(text: str) -> Place | None:
    """Read where a page begins from its address; None for anything else."""
    moment, _, row = text.partition("_")
    try:
        at = dt.datetime.fromisoformat(moment)
        return (at, UUID(row)) if at.tzinfo is not None else None
    except ValueError:
        return None


def query_after(place: Place | None, **filters: str) -> str:
    """Give the query of the page after this place, None for the first; what filters nothing is left out."""
    asked = {name: value for name, value in filters.items() if value and value != "ALL"}
    if place is not None:
        asked["after"] = f"{place[0].astimezone(dt.UTC).isoformat()}_{place[1]}"
    return "?" + urlencode(asked)
