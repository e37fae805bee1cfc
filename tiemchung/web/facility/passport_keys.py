"""The facility's signing keys: its lead sees which there are, and asks for the end of one that got out of hand."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.certificates.reads import FacilityKeyView
from tiemchung.core import clock
from tiemchung.places import reads as places
from tiemchung.web.facility.passport_runs import open_to_lead
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.key_revocation import key_lines, key_of, revoke_form
from tiemchung.web.shared.staff_page import actor_of, staff_page


@open_to_lead
@require_GET
def passport_keys(request: HttpRequest) -> HttpResponse:
    """Show every key of the lead's own facility with its standing."""
    by = actor_of(request)
    lines = key_lines(by, _own(request), clock.now(), _revoke_address)
    return staff_page(request, "facility/passport_keys.html", lines=lines)


@open_to_lead
@require_http_methods(["GET", "POST"])
@steps_up
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Ask for one of its keys to be believed no more from a moment on; the ministry decides."""
    facility_id, back = _own(request), reverse("facility:passport_keys")
    place, key = places.facility(facility_id), key_of(facility_id, key_id)
    return revoke_form(request, place, key, back=back, done=lambda _: back)


def _own(request: HttpRequest) -> UUID:
    facility_id = actor_of(request).facility_id
    if facility_id is None:
        raise Http404
    return facility_id


def _revoke_address(key: FacilityKeyView) -> str:
    return reverse("facility:passport_key_revoke", args=[key.id])


urlpatterns = [
    path("ho-chieu/khoa", passport_keys, name="passport_keys"),
    path("ho-chieu/khoa/<uuid:key_id>/thu-hoi", revoke_key, name="passport_key_revoke"),
]
