"""Django's name for the domain of places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.places"
    label = "places"
