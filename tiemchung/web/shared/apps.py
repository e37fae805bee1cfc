"""Names this room to Django, so that its static files are found."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """The interface's common ground."""

    name = "tiemchung.web.shared"
    label = "web_shared"
