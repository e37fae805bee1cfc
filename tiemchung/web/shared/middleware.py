"""What every answer carries: its language, and headers that keep its content to its reader."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import is_valid_path

from tiemchung.web.shared.language import COOKIE, VIETNAMESE, speaking

Next = Callable[[HttpRequest], HttpResponse]

# The camera reads QR codes; nothing else of the phone is asked for, by us or by anything that got into a page.
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


class LanguageMiddleware:
    """Give every request `request.lang` and let the whole answer be made in that language."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of the cookie, Vietnamese without one."""
        with speaking(request.COOKIES.get(COOKIE, VIETNAMESE)) as lang:
            request.lang = lang  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", lang)
        return response


class FormAddressMiddleware:
    """Lead a browser from an address that only takes forms to the page above it, instead of an empty 405.

    A page that a form drew stands at such an address: changing the language, reloading from the bar of addresses or a
    bookmark asks for it.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Redirect where somebody reads the answer; programs keep their 405."""
        response = self.get_response(request)
        reads = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and reads:
            return redirect(_page_above(request.path_info))
        return response


def _page_above(path: str) -> str:
    above = path.rstrip("/")
    while above := above.rpartition("/")[0]:
        for address in (above, f"{above}/"):
            if is_valid_path(address):
                return address
    return "/"


class PrivacyHeadersMiddleware:
    """Keep answers out of shared caches, foreign frames and search results' previews unless a view said otherwise."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add each header that the view has not set itself."""
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Cache-Control", "private, no-cache")
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        return response
