"""Django's name for the domain of vaccines."""

from django.apps import AppConfig


class VaccinesConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.vaccines"
    label = "vaccines"
