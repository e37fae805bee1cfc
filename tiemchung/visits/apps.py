"""Django's name for the domain of visits."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.visits"
    label = "visits"
