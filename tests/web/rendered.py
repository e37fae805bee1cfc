"""What every page that a test asks for must hold, whatever the test itself looks at."""

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

_ID = re.compile(r"<[a-z][^>]*?\sid=\"([^\"]+)\"")


def ids_twice(html: str) -> list[str]:
    """Give the ids that more than one element of a page has: a label or a link would lead to the wrong one."""
    return [name for name, count in Counter(_ID.findall(html)).items() if count > 1]


@pytest.fixture(autouse=True)
def no_id_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test of a page on which two elements have one id."""
    ask = Client.request

    def asked(self: Client, **request: Any) -> Any:
        response = ask(self, **request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            twice = ids_twice(response.content.decode())
            assert not twice, f"{request.get('PATH_INFO')}: {twice}"
        return response

    monkeypatch.setattr(Client, "request", asked)
