"""Django's name for the ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers core's own tables."""

    name = "tiemchung.core"
    label = "core"
