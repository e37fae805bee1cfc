"""The list that somebody came from: kept in the address, so that after a look or a deed they go on where they were."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

NEXT = "next"
# A person's page that is asked for the lot of the day first carries the list inside its own address.
LONGEST = 900


def way_back(request: HttpRequest) -> str | None:
    """Give the page of this site to go back to; None where the address names none, or one that is not ours."""
    return own_page(request.GET.get(NEXT, ""))


def own_page(address: str) -> str | None:
    """Give an address that is a page of this site, None for any other: nobody is sent away by a link."""
    plain = address.startswith("/") and len(address) <= LONGEST
    if not plain or not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return None
    try:
        resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return None
    return address


def leading_back(href: str, back: str | None) -> str:
    """Give an address that leads on from it to `back`; the address itself where there is nothing to go back to."""
    if back is None:
        return href
    return f"{href}{'&' if '?' in href else '?'}{urlencode({NEXT: back})}"
