"""Joining two profiles of one person by decision, taking it back, and saying that two are never one."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.doses import reads as doses
from tiemchung.people.actions import PersonView, find_people, forbid_link, link_profiles, undo_link
from tiemchung.people.rules import birth_text
from tiemchung.web.authority.decisions import links_among
from tiemchung.web.authority.dose_facts import product_name
from tiemchung.web.authority.frame import (
    looks_at_person,
    open_to_joiners,
    opened,
    person_address,
    purpose_of,
)
from tiemchung.web.authority.people import area_names, found_lines
from tiemchung.web.shared.formats import format_date
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.trying import rehearse, told_as_warnings
from tiemchung.web.shared.typed import key_in, line_in, text_in
from tiemchung.web.shared.words import say, say_reason


@open_to_joiners
@require_http_methods(["GET", "POST"])
@looks_at_person
def find_twin(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Find the other profile that seems to be the same person."""
    person = opened(request, person_id)
    facts: dict[str, Any] = {"person": person, "text": person.main.full_name, "lines": None}
    if request.method == "GET":
        return staff_page(request, "authority/find_twin.html", **facts)
    facts["text"] = line_in(request.POST, "text")
    try:
        found = find_people(by=actor_of(request), at=clock.now(), text=facts["text"], purpose=purpose_of(request))
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
        return staff_page(request, "authority/find_twin.html", 422, errors={"text": words}, **facts)
    facts["lines"] = [line for line in found_lines(found) if line["person_id"] != person.person_id]
    return staff_page(request, "authority/find_twin.html", **facts)


@open_to_joiners
@require_http_methods(["GET", "POST"])
@looks_at_person
def compare(request: HttpRequest, person_id: UUID, other_id: UUID) -> HttpResponse:
    """Lay two persons side by side and decide: one person, or never one."""
    keep, join = opened(request, person_id), opened(request, other_id)
    facts: dict[str, Any] = {"keep": keep, "join": join, "rows": side_by_side(keep, join), "checked": ""}
    facts |= {"verdict": Verdict(), "because": "", "key": str(uuid4()), "choice": "", "errors": {}}
    if request.method == "GET":
        return staff_page(request, "authority/compare.html", **facts)
    choice, because, key = line_in(request.POST, "choice", 10), text_in(request.POST, "because"), key_in(request.POST)
    facts |= {"because": because, "key": key, "choice": choice}

    def act() -> Any:
        by, at = actor_of(request), clock.now()
        if choice == "forbid":
            return forbid_link(by=by, at=at, one=keep.person_id, other=join.person_id, because=because)
        return link_profiles(
            by=by, at=at, key=key, keep_person=keep.person_id, join_person=join.person_id, because=because
        )

    if choice not in ("link", "forbid"):
        return staff_page(request, "authority/compare.html", 422, **{**facts, "errors": _choose()})
    if request.POST.get("step") == "do":
        try:
            act()
        except Refused as refused:
            return staff_page(request, "authority/compare.html", 422, **{**facts, "verdict": refused.verdict})
        tell(request, f"authority.done.{choice}", name=keep.main.full_name)
        return redirect(person_address(keep.person_id))
    tried = rehearse(act)
    if not tried.possible:
        return staff_page(request, "authority/compare.html", 422, **{**facts, "verdict": tried.verdict})
    facts |= {"verdict": told_as_warnings(tried.verdict), "checked": choice}
    return staff_page(request, "authority/compare.html", **facts)


@open_to_joiners
@require_http_methods(["GET", "POST"])
@looks_at_person
def undo(request: HttpRequest, person_id: UUID, link_id: UUID) -> HttpResponse:
    """Take a joining back, with a reason."""
    person = opened(request, person_id)
    link = next((x for x in links_among([p.profile_id for p in person.profiles]) if x.link_id == link_id), None)
    if link is None:
        raise Http404
    parted = next((p for p in person.profiles if p.profile_id == link.joined_id), person.main)
    facts: dict[str, Any] = {"person": person, "link": link, "parted": parted, "because": "", "verdict": Verdict()}
    if request.method == "GET":
        return staff_page(request, "authority/undo_link.html", **facts)
    because = text_in(request.POST, "because")
    try:
        undo_link(by=actor_of(request), at=clock.now(), profile_id=link.joined_id, link_id=link_id, because=because)
    except Refused as refused:
        facts |= {"because": because, "verdict": refused.verdict}
        return staff_page(request, "authority/undo_link.html", 422, **facts)
    tell(request, "authority.done.undo", name=parted.full_name)
    return redirect(person_address(link.kept_id))


def _choose() -> dict[str, str]:
    return {"choice": say("authority.compare.choose")}


def side_by_side(one: PersonView, other: PersonView) -> list[dict[str, Any]]:
    """Give each fact of two persons beside each other, the differing ones marked."""
    left, right = _told(one), _told(other)
    return [
        {"label": say(f"authority.fact.{name}"), "before": left[name], "after": right[name], "differs": differs}
        for name in left
        for differs in [left[name] != right[name]]
    ]


def _told(person: PersonView) -> dict[str, str]:
    main, ids = person.main, [profile.profile_id for profile in person.profiles]
    given = doses.doses_of(ids)
    areas = area_names([main.area_id])
    return {
        "full_name": main.full_name,
        "birth": birth_text(main.birth_date, main.birth_precision),
        "sex": say(f"people.sex.{main.sex}"),
        "numbers": ", ".join(f"{say(f'people.id_system.{i.system}')} {i.shown}" for i in person.identifiers),
        "phones": ", ".join(phone.shown for phone in person.phones),
        "address_text": ", ".join(part for part in (main.address_text, *areas.values()) if part),
        "source": ", ".join(say(f"people.source.{profile.source}") for profile in person.profiles),
        "doses": "; ".join(f"{product_name(d.facts.product)} {format_date(d.facts.given_on)}" for d in given),
    }
