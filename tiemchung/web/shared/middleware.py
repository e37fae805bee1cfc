"""What every answer carries: its language, and headers that keep its content to its reader."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
