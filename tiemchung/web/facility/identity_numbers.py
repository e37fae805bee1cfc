"""A person's numbers beside the paper: in full where something is to be compared, with the records that share them."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.urls import reverse

from tiemchung.core.actor import Actor
from tiemchung.people.actions import NumberPeer, NumberShown, show_numbers
from tiemchung.people.rules.links import may_join
from tiemchung.places import reads as places
from tiemchung.web.shared.staff_page import address_of
from tiemchung.web.shared.way_back import leading_back
from tiemchung.web.shared.words import say


def numbers_to_compare(by: Actor, at: dt.datetime, person_id: UUID, purpose: str) -> dict[str, Any]:
    """Give the numbers of a review's page as words, and each other record of one of them as a line."""
    shown = show_numbers(by=by, at=at, person_id=person_id, purpose=purpose)
    return {
        "number": ", ".join(_words(one) for one in shown),
        "peers": [_peer(by, person_id, one, peer) for one in shown for peer in one.peers],
    }


def _words(one: NumberShown) -> str:
    return f"{say(f'people.id_system.{one.system}')} {one.number}"


def _peer(by: Actor, person_id: UUID, number: NumberShown, peer: NumberPeer) -> dict[str, Any]:
    """Give a line: a record in sight leads to its own review and to the comparison, any other to its desk."""
    if peer.seen is None:
        return {"number": _words(number), "seen": None, "ask": _desk(peer)}
    other, here = peer.seen.person_id, reverse("facility:identity", args=[person_id])
    compare = address_of("authority:compare", person_id=person_id, other_id=other) if may_join(by) else None
    return {
        "number": _words(number),
        "seen": peer.seen,
        "href": leading_back(reverse("facility:identity", args=[other]), here),
        "compare": compare,
    }


def _desk(peer: NumberPeer) -> str:
    name = places.facility_names([peer.facility_id]).get(peer.facility_id) if peer.facility_id else None
    if name:
        return say("identity.peers.ask", desk=name)
    area = _area(peer.area_id) if peer.area_id else None
    return say("identity.peers.ask_area", area=area) if area else say("identity.peers.ask_province")


def _area(area_id: UUID) -> str | None:
    try:
        return places.path_name(area_id)
    except places.NoSuchPlace:
        return None
