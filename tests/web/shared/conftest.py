"""Templates on their own: no database, no request, files by their plain names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from tiemchung.web import shared
from tiemchung.web.shared.jinja import environment
from tiemchung.web.shared.language import speaking

SHARED = Path(shared.__file__).parent


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Name static files as they are: no collected manifest is needed."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def env() -> Environment:
    """Give the templates' environment as the product makes it."""
    return environment(loader=FileSystemLoader(SHARED / "templates"))


@pytest.fixture
def draw(env: Environment) -> Callable[..., str]:
    """Draw a piece of template text in a language."""

    def _draw(text: str, lang: str = "en", **facts: object) -> str:
        with speaking(lang):
            return env.from_string(text).render(**facts)

    return _draw
