"""Finding facilities and points by words, with accents or without."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.core import text
from tiemchung.places.reads.areas import touching
from tiemchung.places.reads.facilities import facilities_by_id, points_by_id
from tiemchung.places.reads.values import FacilityView, FoundPlace, PointView, Stay

_LONGEST = 120  # characters of a question that are looked at; names are shorter
_TABLES = {
    "facility": ("places_facility", "places_facilityarea", "facility_id"),
    "point": ("places_point", "places_pointstand", "point_id"),
}


def places_search(
    words: str, *, on: dt.date | None = None, within: Iterable[UUID] | None = None, limit: int = 20
) -> tuple[FoundPlace, ...]:
    """Give facilities and points that hold every word's beginning in name, code, address or area.

    Spelled with the right accents comes first, then names that begin so, then the rest by name. `on` keeps
    what stood somewhere that day, `within` what stood on land of these areas. When nothing holds the words,
    the nearest spellings are given. Words without a letter or digit find nothing.
    """
    question = text.nfc(words)[:_LONGEST]
    areas = None if within is None else touching(within)
    hits = [hit for table in _TABLES for hit in _hits(table, question, on, areas, limit, near=False)]
    if not hits:
        hits = [hit for table in _TABLES for hit in _hits(table, question, on, areas, limit, near=True)]
    best = sorted(hits, key=lambda hit: hit[2:])[:limit]
    facilities = facilities_by_id([key for key, table, *_ in best if table == "facility"])
    points = points_by_id([key for key, table, *_ in best if table == "point"])
    places: dict[UUID, FacilityView | PointView] = {**facilities, **points}
    return tuple(_found(places[key], on, areas) for key, *_ in best)


def search_sql(
    table: str, question: str, on: dt.date | None, areas: frozenset[UUID] | None, limit: int, near: bool
) -> tuple[str, list[Any]] | None:
    """Give the statement that finds rows of one table, or None for a question without words.

    Every word becomes a LIKE on the space-led folded key, which the trigram index answers.
    """
    folded = " ".join(_words(question))
    if not folded:
        return None
    main, stays, owner = _TABLES[table]
    toned = text.tone_key(question)
    if near:
        where, params = "%s <%% t.search_key", [folded]
        order, order_params = (
            "word_similarity(%s, t.search_key) < 1, -word_similarity(%s, t.search_key)",
            [folded] * 2,
        )
    else:
        where = " AND ".join(["t.search_key LIKE %s"] * len(folded.split()))
        params = [f"% {word}%" for word in folded.split()]
        order, order_params = (
            "position(%s in t.name_key) = 0, position(%s in t.search_key) <> 1",
            [toned, f" {folded}"],
        )
    there, there_params = _standing(stays, owner, on, areas)
    sql = (
        f"SELECT t.id, {order}, t.name_sort FROM {main} t WHERE {where}{there} "  # noqa: S608 - fixed names only
        f"ORDER BY 2, 3, 4, 1 LIMIT %s"
    )
    return sql, [*order_params, *params, *there_params, limit]


def _hits(
    table: str, question: str, on: dt.date | None, areas: frozenset[UUID] | None, limit: int, near: bool
) -> list[tuple]:
    statement = search_sql(table, question, on, areas, limit, near)
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return [(row[0], table, *row[1:], table, row[0]) for row in cursor.fetchall()]


def _standing(stays: str, owner: str, on: dt.date | None, areas: frozenset[UUID] | None) -> tuple[str, list[Any]]:
    tests: list[str] = []
    params: list[Any] = []
    if on is not None:
        tests.append("s.valid_from <= %s AND (s.valid_to IS NULL OR s.valid_to > %s)")
        params += [on, on]
    if areas is not None:
        tests.append("s.area_id = ANY(%s)")
        params.append(list(areas))
    if not tests:
        return "", []
    return f" AND EXISTS (SELECT 1 FROM {stays} s WHERE s.{owner} = t.id AND {' AND '.join(tests)})", params  # noqa: S608


def _words(question: str) -> list[str]:
    plain = "".join(c if c.isalnum() else " " for c in text.fold(question))
    return list(dict.fromkeys(plain.split()))[:12]


def _found(place: FacilityView | PointView, on: dt.date | None, areas: frozenset[UUID] | None) -> FoundPlace:
    def fits(stay: Stay) -> bool:
        return (on is None or stay.period.holds(on)) and (areas is None or stay.area_id in areas)

    stays = tuple(stay for stay in place.stays if fits(stay))
    if isinstance(place, PointView):
        return FoundPlace(place.id, True, place.facility_id, place.name, place.mobile, stays)
    return FoundPlace(place.id, False, place.id, place.name, False, stays)
