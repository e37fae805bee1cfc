"""A page's service worker as it is served: the built script, told which files make up this version of the page."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse


def worker_answer(
    worker: str, parts: Sequence[str], *, called: str, scope: str, told: Mapping[str, Any]
) -> HttpResponse:
    """Answer with a worker that controls `scope` and finds what it is told as `self.<called>`.

    `worker` and `parts` name built files under static; `version` and the addresses of the `parts` are told beside
    `told`. Raises FileNotFoundError for a file that was not built.
    """
    whole = {"version": _version((*parts, worker)), "parts": [staticfiles_storage.url(name) for name in parts], **told}
    script = f"self.{called}={json.dumps(whole)};\n{_built(worker).decode()}"
    response = HttpResponse(script, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = scope
    return response


def _built(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"static/{name} is missing: run `make assets`")
    return Path(found).read_bytes()


@cache
def _version(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(_built(name))
    return digest.hexdigest()[:16]
