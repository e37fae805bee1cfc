"""What the actions share: keys of search and order."""

import datetime as dt

from tiemchung.core import clock, text
from tiemchung.places import reads
from tiemchung.places.models import Facility, Point
from tiemchung.places.reads.values import Stay


def sort_key(name: str) -> str:
    """Give the key under which places are listed: by their first word on, numbers by their size."""
    return " ".join(word.zfill(3) if word.isdigit() else text.name_sort(word) for word in text.nfc(name).split())[:400]


def search_key(*words: str, stays: tuple[Stay, ...], at: dt.datetime) -> str:
    """Give a space and the folded words of names, addresses and areas, those of today's tree with them."""
    parts = list(words)
    for stay in stays:
        parts += [stay.address, reads.path_name(stay.area_id)]
        today = reads.current_of(stay.area_id, clock.local(at).date())
        if today is not None and today.id != stay.area_id:
            parts.append(reads.path_name(today.id))
    plain = "".join(c if c.isalnum() else " " for c in text.fold(" ".join(parts)))
    return " " + " ".join(dict.fromkeys(plain.split()))


def refresh_search_keys(at: dt.datetime) -> int:
    """Write the search keys anew under the tree that stands now and give their number."""
    facilities, points = list(Facility.objects.all()), list(Point.objects.all())
    seen = reads.facilities_by_id([row.id for row in facilities])
    stood = reads.points_by_id([row.id for row in points])
    for row in facilities:
        row.search_key = search_key(row.name, row.code, stays=seen[row.id].stays, at=at)
    for point in points:
        holder = seen[point.facility_id]
        point.search_key = search_key(point.name, holder.name, stays=stood[point.id].stays, at=at)
    Facility.objects.bulk_update(facilities, ["search_key"], batch_size=500)
    Point.objects.bulk_update(points, ["search_key"], batch_size=500)
    return len(facilities) + len(points)
