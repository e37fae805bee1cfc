"""Django's name for the domain of people."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the domain's tables."""

    name = "tiemchung.people"
    label = "people"
