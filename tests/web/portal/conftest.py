"""The portal's pages as a browser without scripts meets them: plain addresses, a proof of work that can be granted."""

from typing import Any

import pytest

from tests.web.rendered import no_id_twice
from tiemchung.core.verdict import YES
from tiemchung.web.portal import holder_lookup
from tiemchung.web.portal.feedback import progress, sending

__all__ = ["no_id_twice"]


@pytest.fixture
def plain_portal(settings: Any, tmp_path: Any) -> None:
    """Name static files as they are, let cookies travel over plain http, keep photos apart."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    settings.ALLOWED_HOSTS = ["localhost", "testserver", "127.0.0.1"]
    settings.LENIENT_WORDS = False
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def proofs_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every proof of work as right: what a proof must be is tested where it is made."""
    for module in (sending, progress, holder_lookup):
        monkeypatch.setattr(module, "judged", lambda request, **_: YES)
