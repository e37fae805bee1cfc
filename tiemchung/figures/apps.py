"""Django's name for the domain of figures."""

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.figures"
    label = "figures"
