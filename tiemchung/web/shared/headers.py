"""Headers that every answer carries: what is about a person is never kept by anybody on the way."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"


class PrivacyHeadersMiddleware:
    """Forbid caching unless a view says otherwise, and every device feature but the camera."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = _POLICY
        return response
