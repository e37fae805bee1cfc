"""Django's name for the domain of access."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.access"
    label = "access"
