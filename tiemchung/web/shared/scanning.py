"""What a page needs that reads QR codes with the camera."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

View = Callable[..., HttpResponse]


def allow_wasm(view: View) -> View:
    """Let the page compile our own wasm reader; every other rule of the content security policy stays.

    The page's head has `{{ ui.scanner_assets() }}`, which names the reader's files.
    """
    policy: dict[str, list[str]] = getattr(settings, "SECURE_CSP")  # noqa: B009 - mypy reads the literal too narrowly
    return csp_override({**policy, "script-src": [*policy["script-src"], CSP.WASM_UNSAFE_EVAL]})(view)
