"""Django's name for the domain of doses."""

from django.apps import AppConfig


class DosesConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.doses"
    label = "doses"
